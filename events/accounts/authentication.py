"""Who is asking: passwords, and bearer tokens.

The only module that knows of knox: a token's row holds its SHA-512, never itself.

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

# For a token that somebody signed in for; `create_api_token` makes lasting ones.
SIGN_IN_TOKEN_LIFETIME = timedelta(days=90)


class BearerAuthentication(TokenAuthentication):  # type: ignore[misc]
    """``Authorization: Bearer TOKEN``, found in one query by the token's digest."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        """Return the token's owner and its row; answer in the owner's language.

        Raises:
            AuthenticationFailed: unknown, over, or its owner is not active.
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
    """Return a new token, shown this once, and when it ends (None: never)."""
    row, token = AuthToken.objects.create(user=user, expiry=lifetime)
    return token, row.expiry


def is_signed_in(*, cookies: str, authorization: str) -> bool:
    """Whether the session or token of a request is that of somebody who may use it.

    For what must be known of a request before it is answered. Whoever the database
    cannot tell is not signed in.

    Args:
        cookies: The header of that name.
        authorization: Likewise.
    """
    request = HttpRequest()
    request.META["HTTP_AUTHORIZATION"] = authorization
    request.COOKIES = parse_cookie(cookies)
    try:
        # The token's owner has a language, which is nobody's in this thread.
        with translation.override(None), suppress(exceptions.AuthenticationFailed):
            if BearerAuthentication().authenticate(request):
                return True
        SessionMiddleware(lambda _: HttpResponse()).process_request(request)
        return get_user(request).is_authenticated
    except (DatabaseError, InterfaceError):
        return False


# --- Tries of passwords -------------------------------------------------------------


class TooManyTries(ValidationError):
    """This name was tried too often from this address; forms show it as it is.

    ``wait`` is in seconds.
    """

    def __init__(self, wait: int) -> None:
        super().__init__(
            _("Too many sign-in attempts. Wait %(wait)s seconds, then try again."),
            code="too_many_tries",
            params={"wait": wait},
        )
        self.wait = wait


class LimitedPasswordBackend(ModelBackend):
    """Django's check of a password, ``LOGIN_TRIES_PER_MINUTE`` per name and address.

    It stands behind REST, the sign-in page and the admin alike. A right password
    forgets the tries before it. Calls without a request are not counted.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the user whose password this is.

        Raises:
            TooManyTries: more than allowed, whether the password is right or not.
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
    """Return the digest of name and address.

    The address is the connection's own; a forwarded one counts only where
    ``NUM_PROXIES`` says how many proxies of ours stand before us.
    """
    address = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    return key_of(username.casefold(), str(address))
