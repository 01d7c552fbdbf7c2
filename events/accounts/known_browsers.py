"""Browsers that have signed in before, by a signed cookie with the ids of accounts.

It lets nobody in: it only spares a browser the limits that strangers can exhaust.

Source: docs/rules.md 130.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from events.models import User

_SALT = "events.known_browsers"
_SIGNED_IN_NOW = "_signed_in_now"
ACCOUNTS_AT_MOST = 8
SECONDS_KEPT = 365 * 24 * 60 * 60


def has_signed_in_here(request: HttpRequest, user: User) -> bool:
    """Return whether this browser has signed in to the account before."""
    return user.pk in _known_ids(request)


def _known_ids(request: HttpRequest) -> list[int]:
    cookie = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    try:
        ids = signing.loads(cookie, salt=_SALT, max_age=SECONDS_KEPT)
    except (signing.BadSignature, ValueError):
        return []
    return ids if isinstance(ids, list) else []


def note_sign_in(sender: object, request: Any, user: User, **_more: Any) -> None:
    """Note a sign-in for the middleware; called by Django's signal."""
    if request is not None:
        setattr(request, _SIGNED_IN_NOW, user.pk)


class KnownBrowserMiddleware:
    """Gives the cookie to a browser that has just signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and set the cookie after a sign-in."""
        response = self.get_response(request)
        signed_in: int | None = getattr(request, _SIGNED_IN_NOW, None)
        if signed_in is not None:
            others = [known for known in _known_ids(request) if known != signed_in]
            ids = [signed_in, *others][:ACCOUNTS_AT_MOST]
            response.set_cookie(
                settings.KNOWN_BROWSER_COOKIE_NAME,
                signing.dumps(ids, salt=_SALT),
                max_age=SECONDS_KEPT,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
        return response
