"""How long a request's body may be, where, and from whom: the one table of it.

The server asks before it reads on (attendance_site/asgi.py), Django's own limit and the
views ask when they answer. Nothing is imported here, because the settings ask too.

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
# Two metadata of 512 KiB each, escaped, are legal.
WEBHOOK_BYTES = 8 * MEBIBYTE
ROSTER_FILE_BYTES = 8 * MEBIBYTE
# What a multipart body says around the file.
_AROUND_THE_FILE = 64 * 1024
# So many people can be marked in one go; a form has a few fields beside them.
PEOPLE_IN_ONE_GO = 5_000
FORM_FIELDS = PEOPLE_IN_ONE_GO + 100
# By this key of the ASGI scope views are told that a part of the body is missing.
CUT_OFF = "rollcall.body_is_cut_off"


class Sender(Enum):
    """From whom more than :data:`ORDINARY_BYTES` is read."""

    NOBODY = "nobody"
    KNOWN_KEY = "whose token names an API key that is ours"
    SIGNED_IN = "who is signed in, by session or token"


class BodyLimit(NamedTuple):
    """How long a body may be if it comes from ``sender``."""

    max_bytes: int
    sender: Sender


_ORDINARY = BodyLimit(ORDINARY_BYTES, Sender.NOBODY)
_WEBHOOK = BodyLimit(WEBHOOK_BYTES, Sender.KNOWN_KEY)
_ROSTER = BodyLimit(ROSTER_FILE_BYTES + _AROUND_THE_FILE, Sender.SIGNED_IN)
_LARGER = {
    r"/webhooks/livekit": _WEBHOOK,
    r"/api/events/[0-9]+/participants/import": _ROSTER,
    r"/events/[0-9]+/people/import": _ROSTER,
}


def body_limit(path: str) -> BodyLimit:
    """Return what holds at ``path``, with or without a final slash."""
    path = path.rstrip("/")
    limits = (limit for known, limit in _LARGER.items() if re.fullmatch(known, path))
    return next(limits, _ORDINARY)


def sent_bytes(request: "HttpRequest | Request") -> float:
    """Return how long the body is that was sent, by its header."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return float(length) if length.isdecimal() else 0


def is_cut_off(request: "HttpRequest | Request") -> bool:
    """Whether the body is too long, so that a part of it can be missing."""
    sent = sent_bytes(request)
    if sent <= ORDINARY_BYTES:
        return False
    scope = request.META.get("asgi.scope", {})
    return CUT_OFF in scope or sent > body_limit(request.path_info).max_bytes
