"""Size limits of request bodies, by path and sender.

The server applies them while it reads a body (attendance_site/asgi.py); Django's
settings and the views use the same numbers. This module imports nothing of ours,
because settings.py imports it.

Source: docs/rules.md 88.
"""

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

MEBIBYTE = 1024 * 1024
# JSON and forms.
ORDINARY_BYTES = MEBIBYTE
# LiveKit allows metadata of 512 KiB for a room and for a participant, and escapes them.
WEBHOOK_BYTES = 8 * MEBIBYTE
ROSTER_FILE_BYTES = 8 * MEBIBYTE
# Headers and boundaries of a multipart body, around the file.
_MULTIPART_OVERHEAD = 64 * 1024
# The most people that one form can mark; the form has a few other fields.
PEOPLE_IN_ONE_GO = 5_000
FORM_FIELDS = PEOPLE_IN_ONE_GO + 100
# Key of the ASGI scope that tells views that part of the body is missing.
CUT_OFF = "rollcall.body_is_cut_off"


class Sender(Enum):
    """Who may send more than :data:`ORDINARY_BYTES`."""

    NOBODY = "nobody"
    KNOWN_KEY = "whose token names an API key that is ours"
    SIGNED_IN = "who is signed in, by session or token"


class BodyLimit(NamedTuple):
    """The limit for ``sender``; everybody else may send :data:`ORDINARY_BYTES`."""

    max_bytes: int
    sender: Sender


_ORDINARY = BodyLimit(ORDINARY_BYTES, Sender.NOBODY)
_WEBHOOK = BodyLimit(WEBHOOK_BYTES, Sender.KNOWN_KEY)
_ROSTER = BodyLimit(ROSTER_FILE_BYTES + _MULTIPART_OVERHEAD, Sender.SIGNED_IN)
_LARGER = {
    r"/webhooks/livekit": _WEBHOOK,
    r"/api/events/[0-9]+/participants/import": _ROSTER,
    r"/events/[0-9]+/people/import": _ROSTER,
}


def body_limit(path: str) -> BodyLimit:
    """Return the limit at ``path``, with or without a final slash."""
    path = path.rstrip("/")
    limits = (limit for known, limit in _LARGER.items() if re.fullmatch(known, path))
    return next(limits, _ORDINARY)


def sent_bytes(request: "HttpRequest | Request") -> float:
    """Return the body's length by its ``Content-Length``; 0 without a usable one."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return float(length) if length.isdecimal() else 0


def is_cut_off(request: "HttpRequest | Request") -> bool:
    """Return whether the body is too long, so that part of it may be missing."""
    sent = sent_bytes(request)
    if sent <= ORDINARY_BYTES:
        return False
    scope = request.META.get("asgi.scope", {})
    return CUT_OFF in scope or sent > body_limit(request.path_info).max_bytes
