"""Who is asking: passwords, and bearer tokens.

The only module that knows of knox: a token's row holds its SHA-512, never itself.
"""

import hashlib
import math
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework import exceptions
from rest_framework.throttling import BaseThrottle

from events.language import speak_as
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
                _("This token is not known, has ended or was revoked.")
            )
        speak_as(row.user)
        return row.user, row


def issue_token(
    *, user: User, lifetime: timedelta | None
) -> tuple[str, datetime | None]:
    """Return a new token, shown this once, and when it ends (None: never)."""
    row, token = AuthToken.objects.create(user=user, expiry=lifetime)
    return token, row.expiry


# --- Tries of passwords -------------------------------------------------------------
# Counted in Postgres: exact whatever the number of processes, and there without Redis.
# One statement counts and says; parallel tries cannot slip through between the two.

COUNT_TRY = """
INSERT INTO events_signintries AS known (key, tries, since)
VALUES (%s, 1, now())
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN known.since <= now() - interval '1 minute'
        THEN 1 ELSE known.tries + 1 END,
    since = CASE WHEN known.since <= now() - interval '1 minute'
        THEN now() ELSE known.since END
RETURNING tries, extract(epoch FROM since + interval '1 minute' - now())
"""
FORGET_TRIES = "DELETE FROM events_signintries WHERE key = %s OR since < %s"


class TooManyTries(ValidationError):
    """This name was tried too often from this address; forms show it as it is.

    ``wait`` is in seconds.
    """

    def __init__(self, wait: int) -> None:
        super().__init__(
            _("Too many tries to sign in. Wait %(wait)s seconds, then try again."),
            code="too_many_tries",
            params={"wait": wait},
        )
        self.wait = wait


class CountedBackend(ModelBackend):
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
        with connection.cursor() as cursor:
            cursor.execute(COUNT_TRY, [key])
            tries, wait = cursor.fetchone()
        if tries > settings.LOGIN_TRIES_PER_MINUTE:
            raise TooManyTries(max(1, math.ceil(wait)))
        user = self._check(request, username, password, **kwargs)
        if user is not None:
            with connection.cursor() as cursor:
                cursor.execute(
                    FORGET_TRIES, [key, timezone.now() - timedelta(minutes=5)]
                )
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
    """Name and address as a digest: neither is anybody's business in a table.

    The address is the connection's own; a forwarded one counts only where
    ``NUM_PROXIES`` says how many proxies of ours stand before us.
    """
    address = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    return hashlib.sha256(
        f"{username.casefold()}\0{address}".encode("utf-8", "replace")
    ).hexdigest()
