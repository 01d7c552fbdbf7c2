"""Authentication by password, session and bearer token.

The only module that uses knox. Its rows hold the SHA-512 of a token, not the token.

Source: docs/rules.md 85.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import ValidationError
from django.db import DatabaseError, InterfaceError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework import exceptions
from rest_framework.throttling import BaseThrottle

from events.accounts.attempts import count_try, forget_tries, key_of
from events.accounts.language import use_language_of
from events.models import User

# Of a token from signing in; those of `create_api_token` do not expire.
SIGN_IN_TOKEN_LIFETIME = timedelta(days=90)


class BearerAuthentication(TokenAuthentication):  # type: ignore[misc]
    """``Authorization: Bearer TOKEN``, found in one query by the token's digest."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        """Return the token's owner and row; switch to the owner's language.

        Raises:
            AuthenticationFailed: the token is unknown or expired, or its owner is not
                active.
        """
        row = (
            AuthToken.objects.filter(
                digest=hash_token(token.decode("utf-8", "replace"))
            )
            .filter(Q(expiry__isnull=True) | Q(expiry__gt=timezone.now()))
            .select_related("user")
            .first()
        )
        if row is None or not row.user.is_active:
            raise exceptions.AuthenticationFailed(
                _("This token is unknown, expired or revoked.")
            )
        use_language_of(row.user)
        return row.user, row


def issue_token(
    *, user: User, lifetime: timedelta | None
) -> tuple[str, datetime | None]:
    """Return a new token and when it expires (None: never).

    The token cannot be read again later: only its hash is stored.
    """
    row, token = AuthToken.objects.create(user=user, expiry=lifetime)
    return token, row.expiry


def is_signed_in(*, cookies: str, authorization: str) -> bool:
    """Return whether a request comes with the session or token of an active user.

    For the server, which must know it before Django sees the request. False if the
    database does not answer.

    Args:
        cookies: The value of the header ``Cookie``.
        authorization: The value of the header ``Authorization``.
    """
    request = HttpRequest()
    request.META["HTTP_AUTHORIZATION"] = authorization
    request.COOKIES = parse_cookie(cookies)
    try:
        # Authenticating switches to the owner's language, which must not stay active.
        with translation.override(None), suppress(exceptions.AuthenticationFailed):
            if BearerAuthentication().authenticate(request):
                return True
        SessionMiddleware(lambda _: HttpResponse()).process_request(request)
        return get_user(request).is_authenticated
    except (DatabaseError, InterfaceError):
        return False


# --- Tries of passwords -------------------------------------------------------------


class TooManyTries(ValidationError):
    """There were too many attempts with this name from this address.

    The message is for people; ``wait`` is in seconds.
    """

    def __init__(self, wait: int) -> None:
        super().__init__(
            _("Too many sign-in attempts. Wait %(wait)s seconds, then try again."),
            code="too_many_tries",
            params={"wait": wait},
        )
        self.wait = wait


class LimitedPasswordBackend(ModelBackend):
    """Django's check of passwords, with at most ``LOGIN_TRIES_PER_MINUTE`` attempts.

    Attempts are counted per user name and address, for REST, the sign-in page and the
    admin together. A right password resets the count. Calls without a request are not
    counted.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the user with this name and password; None if either is wrong.

        Raises:
            TooManyTries: the limit is reached, even if the password is right.
        """
        if request is None or username is None:
            return self._check(request, username, password, **kwargs)
        key = _key(request, username)
        tries = count_try(key)
        if tries.number > settings.LOGIN_TRIES_PER_MINUTE:
            raise TooManyTries(tries.wait)
        user = self._check(request, username, password, **kwargs)
        if user is not None:
            forget_tries(key)
        return user

    def _check(
        self,
        request: HttpRequest | None,
        username: str | None,
        password: str | None,
        **kwargs: Any,
    ) -> User | None:
        user = super().authenticate(request, username, password, **kwargs)
        return user if isinstance(user, User) else None


def _key(request: HttpRequest, username: str) -> str:
    """Return the digest of user name and IP address.

    The address is that of the connection; ``X-Forwarded-For`` counts only if
    ``NUM_PROXIES`` says how many proxies to trust.
    """
    address = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    return key_of(username.casefold(), str(address))
