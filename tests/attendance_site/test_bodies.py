import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from attendance_site import bodies
from attendance_site.bodies import MAX_KEPT, MAX_READ, TooSlow, read_body, replay


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


def test_a_body_in_parts_is_read_whole() -> None:
    assert asyncio.run(read_body(Sender([b"one", b"", b"two"]).receive)) == b"onetwo"


def test_a_request_without_a_body_is_empty() -> None:
    assert asyncio.run(read_body(Sender([b""]).receive)) == b""


def test_a_sender_that_falls_silent_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "SILENCE_SECONDS", 0.01)
    with pytest.raises(TooSlow):
        asyncio.run(read_body(Sender([b"half"], falls_silent=True).receive))


def test_a_sender_that_drips_is_too_slow_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "TOTAL_SECONDS", 0)
    with pytest.raises(TooSlow):
        asyncio.run(read_body(Sender([b"a"] * 9, falls_silent=True).receive))


def test_of_too_large_a_body_one_byte_too_many_is_kept() -> None:
    megabyte = b"x" * 1024 * 1024
    sender = Sender([megabyte] * 100)
    assert len(asyncio.run(read_body(sender.receive))) == MAX_KEPT
    assert sender.given * len(megabyte) < MAX_READ + len(megabyte)


def test_a_client_that_goes_away_in_the_middle_ends_the_body() -> None:
    sender = Sender([b"half"], falls_silent=True)
    sender.parts.append(b"")
    sender.falls_silent = False
    assert asyncio.run(read_body(sender.receive)) == b"half"


def test_what_was_read_is_given_once_and_then_what_comes_after() -> None:
    async def take() -> list[dict[str, Any]]:
        receive = replay(b"body", Sender([]).receive)
        return [dict(await receive()), dict(await receive())]

    first, second = asyncio.run(take())
    assert first == {"type": "http.request", "body": b"body", "more_body": False}
    assert second == {"type": "http.disconnect"}
