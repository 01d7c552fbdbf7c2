"""What is open into an account: sessions of browsers, and tokens of programs.

Source: docs/rules.md 129.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from knox.models import AuthToken

from events.accounts.browsers import in_words
from events.models import User

SHOWN_OF_TOKEN = 8


class Access(NamedTuple):
    """A session or a token. ``ends_at`` None: until somebody ends it."""

    key: str
    name: str
    since: datetime
    ends_at: datetime | None = None
    ip: str = ""
    is_current: bool = False


def sessions_of(user: User, request: HttpRequest) -> list[Access]:
    """Return the sessions of an account that are open, the newest first."""
    rows: Iterable[UserSession] = UserSession.objects.purge_and_list(user)
    current = request.session.session_key
    return [
        Access(
            f"session-{row.pk}",
            in_words(row.user_agent),
            row.created_at,
            ip=str(row.ip),
            is_current=row.session_key == current,
        )
        for row in sorted(rows, key=lambda row: row.created_at, reverse=True)
    ]


def tokens_of(user: User) -> list[Access]:
    """Return the API tokens of an account, the newest first."""
    rows = AuthToken.objects.filter(user=user).order_by("-created")
    return [
        Access(
            f"token-{row.digest[:32]}",
            f"{row.token_key[:SHOWN_OF_TOKEN]}…",
            row.created,
            row.expiry,
        )
        for row in rows
    ]


def end_access(user: User, key: str) -> None:
    """End the session or token of this key, if the account has it."""
    kind, _dash, name = key.partition("-")
    if kind == "token" and name:
        AuthToken.objects.filter(user=user, digest__startswith=name).delete()
    if kind == "session" and name.isascii() and name.isdecimal() and len(name) < 19:
        for row in UserSession.objects.filter(user=user, pk=int(name)):
            row.end()


def end_tokens(user: User) -> None:
    """End all API tokens of an account."""
    AuthToken.objects.filter(user=user).delete()
