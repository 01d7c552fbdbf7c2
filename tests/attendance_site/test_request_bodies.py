import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from django.conf import settings

from attendance_site import request_bodies
from attendance_site.request_bodies import Held, Unread, limit_of, replay
from events.roster.file import MAX_FILE_BYTES
from sessions_app.webhook import MAX_BODY


class Sender:
    """A client: gives its parts one by one, then falls silent or is done."""

    def __init__(self, parts: Iterable[bytes], *, falls_silent: bool = False) -> None:
        self.parts = list(parts)
        self.falls_silent = falls_silent
        self.given = 0

    async def receive(self) -> dict[str, Any]:
        if self.given == len(self.parts):
            if not self.falls_silent:
                return {"type": "http.disconnect"}
            await asyncio.Event().wait()
        part = self.parts[self.given]
        self.given += 1
        is_last = self.given == len(self.parts) and not self.falls_silent
        return {"type": "http.request", "body": part, "more_body": not is_last}


LIMIT = 1000


def read(sender: Sender, held: Held | None = None) -> bytes:
    return asyncio.run(
        request_bodies.read_body(sender.receive, limit=LIMIT, held=held or Held())
    )


def refusal(sender: Sender) -> int | None:
    with pytest.raises(Unread) as refused:
        read(sender)
    return refused.value.status


@pytest.fixture(autouse=True)
def nothing_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Held, "together", 0)


class Gone(Sender):
    """A client that disconnects after its parts, before the body is whole."""

    async def receive(self) -> dict[str, Any]:
        message = await super().receive()
        return message | {"more_body": True}


def test_a_body_in_parts_is_read_whole() -> None:
    assert read(Sender([b"one", b"", b"two"])) == b"onetwo"


def test_a_request_without_a_body_is_empty() -> None:
    assert read(Sender([b""])) == b""


def test_a_sender_that_falls_silent_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request_bodies, "SILENCE_SECONDS", 0.01)
    assert refusal(Sender([b"half"], falls_silent=True)) == 408


def test_a_sender_that_drips_is_too_slow_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request_bodies, "TOTAL_SECONDS", 0)
    assert refusal(Sender([b"a"] * 9, falls_silent=True)) == 408


def test_who_goes_away_in_the_middle_gets_no_answer_and_no_thread() -> None:
    assert refusal(Gone([b"half"])) is None


def test_of_too_large_a_body_the_limit_is_kept_and_some_more_read() -> None:
    sender = Sender([b"x" * 100] * 100)
    assert len(read(sender)) == LIMIT
    assert sender.given * 100 == request_bodies.READ_ON * LIMIT


def test_all_bodies_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_bodies, "HELD_TOGETHER_BYTES", 1500)
    first = Held()
    assert read(Sender([b"x" * 1000]), first)
    assert refusal(Sender([b"x" * 1000])) == 503
    first.release()
    assert read(Sender([b"x" * 1000]))


def test_webhooks_and_rosters_may_be_larger_than_anything_else() -> None:
    for path in ("/api/events/1/participants/import", "/events/1/people/import/"):
        assert limit_of(path) > MAX_FILE_BYTES
    assert limit_of("/webhooks/livekit") > MAX_BODY
    assert limit_of("/api/events") > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert limit_of("/api/events") < MAX_BODY


def test_what_was_read_is_given_once_and_then_what_comes_after() -> None:
    async def take() -> list[dict[str, Any]]:
        receive = replay(b"body", Sender([]).receive)
        return [dict(await receive()), dict(await receive())]

    first, second = asyncio.run(take())
    assert first == {"type": "http.request", "body": b"body", "more_body": False}
    assert second == {"type": "http.disconnect"}
