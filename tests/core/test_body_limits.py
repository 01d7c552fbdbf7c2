from typing import Any

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import resolve

from core.body_limits import (
    CUT_OFF,
    MEBIBYTE,
    ORDINARY_BYTES,
    Sender,
    body_limit,
    is_cut_off,
)

LARGER = {
    "/webhooks/livekit": Sender.KNOWN_KEY,
    "/webhooks/livekit/": Sender.KNOWN_KEY,
    "/api/events/1/participants/import": Sender.SIGNED_IN,
    "/events/1/people/import/": Sender.SIGNED_IN,
}


@pytest.mark.parametrize(("path", "sender"), LARGER.items())
def test_long_bodies_have_their_paths_and_senders(path: str, sender: Sender) -> None:
    resolve(path)
    limit = body_limit(path)
    assert (limit.sender, limit.max_bytes // MEBIBYTE) == (sender, 8)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/events",
        "/webhooks/",
        "/webhooks/livekit/more",
        "/webhooks/livekit2",
        "/api/webhooks/livekit",
        "/webhooks/livekit\n",
        "/api/events/1/participants/import/more",
        "/api/events/\u0661/participants/import",
        "/api/import",
        "/import",
    ],
)
def test_everywhere_else_the_ordinary_limit_holds(path: str) -> None:
    assert body_limit(path) == (ORDINARY_BYTES, Sender.NOBODY)


def test_django_has_the_same_limit() -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == ORDINARY_BYTES


@pytest.mark.parametrize(
    ("path", "length", "scope", "expected"),
    [
        ("/", ORDINARY_BYTES, {}, False),
        ("/", ORDINARY_BYTES + 1, {}, True),
        ("/webhooks/livekit", 8 * MEBIBYTE, {}, False),
        ("/webhooks/livekit", 8 * MEBIBYTE + 1, {}, True),
        ("/webhooks/livekit", 2 * MEBIBYTE, {CUT_OFF: True}, True),
        ("/", "", {}, False),
        ("/", "-1", {}, False),
        ("/", "9" * 5000, {}, True),
    ],
)
def test_what_is_too_long_is_cut_off(
    path: str, length: object, scope: dict[str, Any], *, expected: bool
) -> None:
    request = RequestFactory().post(path)
    request.META |= {"CONTENT_LENGTH": str(length), "asgi.scope": scope}
    assert is_cut_off(request) is expected
