"""Authentication by password, session and bearer token.

The only module that uses knox. Its rows hold the SHA-512 of a token, not the token.

Source: docs/rules.md 85, 125, 128, 132.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeGuard

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError, InterfaceError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework import exceptions

from core.names import folded
from events.accounts.addresses import (
    has_confirmed,
    unconfirmed_address,
    who_confirmed,
)
from events.accounts.first_password import (
    first_password_stands,
    must_change_first,
)
from events.accounts.hashing import SECONDS_TO_COME_BACK, Busy, room_to_hash
from events.accounts.known_browsers import has_signed_in_here
from events.accounts.language import use_language_of
from events.accounts.limits import Attempt, TooManyTries
from events.models import User

# Of a token from signing in; those of `create_api_token` do not expire.
SIGN_IN_TOKEN_LIFETIME = timedelta(days=90)


class BearerAuthentication(TokenAuthentication):
    """``Authorization: Bearer TOKEN``, found in one query by the token's digest."""

    def authenticate(self, request: Any) -> tuple[User, AuthToken] | None:
        """Return the token's owner and row; None without a token.

        Raises:
            NotAllowed: the first password has to be changed first, as on pages.
        """
        found = self.find(request)
        if found and must_change_first(request, found[0]):
            raise first_password_stands()
        return found

    def find(self, request: Any) -> tuple[User, AuthToken] | None:
        """Return the same, wherever the request comes from."""
        found: tuple[User, AuthToken] | None = super().authenticate(request)
        return found

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
            if BearerAuthentication().find(request):
                return True
        SessionMiddleware(lambda _: HttpResponse()).process_request(request)
        return get_user(request).is_authenticated
    except (DatabaseError, InterfaceError):
        return False


# --- Passwords ----------------------------------------------------------------------


class NotConfirmed(Exception):
    """The password is right, but the address is not confirmed: it is no way in."""

    def __init__(self, address: EmailAddress) -> None:
        super().__init__()
        self.address = address


class PasswordBackend(ModelBackend):
    """Checks passwords of accounts, by their name or confirmed address in any case.

    For REST, the sign-in page and whatever else signs in. A wrong password costs the
    same queries and hashes whether there is such an account or not. Attempts are
    limited (``events/accounts/limits.py``); calls without a request are not counted.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the active account with this name and password; None if none is.

        Raises:
            TooManyTries: a limit is reached, even if the password is right.
            NotConfirmed: it is that of an account that never confirmed this address.
        """
        if username is None or password is None:
            return None
        candidates = accounts_that_may_be_meant(username)
        if request is None:
            return _first_with_password(candidates, username, password)
        waiting = unconfirmed_address(username) if "@" in username else None
        # Only by those whom the name means: anybody may give the address of others.
        is_known = any(has_signed_in_here(request, user) for user in candidates)
        attempt = Attempt("sign in", request, username, is_known=is_known)
        try:
            with room_to_hash(is_known=is_known):
                user = _first_with_password(candidates, username, password)
                if user is None and _has_password(waiting, username, password):
                    raise NotConfirmed(waiting)
        except Busy:
            attempt.take_back()
            raise TooManyTries(SECONDS_TO_COME_BACK) from None
        if user is not None:
            attempt.succeeded()
        return user


def accounts_that_may_be_meant(login: str) -> list[User]:
    """Return the active accounts that sign in by this name or address.

    Two only if one account has the confirmed address of another as its name.
    """
    folded_name = folded(login)
    named = Q(username=login) | Q(folded_username=folded_name)
    found = list(User.objects.filter(named | has_confirmed(login)))
    exact = [user for user in found if user.username == login]
    alike = [user for user in found if user.folded_username == folded_name]
    by_name = next(iter(exact + alike), None)
    meant = dict.fromkeys([who_confirmed(login, among=found), by_name])
    return [user for user in meant if user and user.is_active]


def _first_with_password(
    candidates: list[User], login: str, password: str
) -> User | None:
    for user in candidates:
        if user.check_password(password):
            return user
    # An address may be another account's name, so it always costs as much as two.
    most = 2 if "@" in login else 1
    for _more in range(most - len(candidates)):
        make_password(password)
    return None


def _has_password(
    waiting: EmailAddress | None, login: str, password: str
) -> TypeGuard[EmailAddress]:
    """Return whether it is that of the account; addresses always cost a hash."""
    if waiting:
        return bool(waiting.user.check_password(password))
    if "@" in login:
        make_password(password)
    return False
