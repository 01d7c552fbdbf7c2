"""Reading request bodies before a thread is taken for them.

There are few threads, and a sender that stalls in the middle of its body would hold
one; eight of them would hold up everybody. So bodies are awaited here, in the event
loop, and reach Django whole. What they may hold together has a limit too.

Source: docs/rules.md 88.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

from core.body_limits import ORDINARY_BYTES

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]
LargerLimit = Callable[[], Awaitable[int]]

# What is over the limit is read and thrown away, up to this length of the body, or else
# a sender that still writes never sees the answer.
READ_ON_BYTES = 16 * 1024 * 1024
HELD_TOGETHER_BYTES = 64 * 1024 * 1024
SILENCE_SECONDS = 10
TOTAL_SECONDS = 120


class BodyNotRead(Exception):
    """The body was not read; Django need not hear of the request.

    Attributes:
        status: What to answer; None if nobody is there any more.
    """

    def __init__(self, status: int | None, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class HeldBytes:
    """The bytes of one body that this process holds, counted with all others."""

    together = 0

    def __init__(self) -> None:
        self.bytes = 0

    def take(self, number: int) -> None:
        """Count some more.

        Raises:
            BodyNotRead: this process holds too many by now.
        """
        if HeldBytes.together + number > HELD_TOGETHER_BYTES:
            raise BodyNotRead(503, "Too much is being sent at once. Try again.")
        HeldBytes.together += number
        self.bytes += number

    def release(self) -> None:
        """Count them no longer."""
        HeldBytes.together -= self.bytes
        self.bytes = 0


class Body(NamedTuple):
    """What was kept of a body, and how long it was as far as it was read."""

    content: bytes
    sent_bytes: int

    @property
    def is_cut_off(self) -> bool:
        """Whether there was more of it than was kept."""
        return self.sent_bytes > len(self.content)


async def read_body(
    receive: Receive, *, held: HeldBytes, larger_limit: LargerLimit
) -> Body:
    """Return the body, or of one that is too long its beginning, counted in ``held``.

    Args:
        receive: ASGI's.
        held: Counts what is kept.
        larger_limit: Asked once, for a body over the ordinary limit: how much of it is
            kept.

    Raises:
        BodyNotRead: nothing came for :data:`SILENCE_SECONDS`, or it was not whole after
            :data:`TOTAL_SECONDS`; too much is held already; the sender went away.
    """
    parts: list[bytes] = []
    limit, is_asked, size = ORDINARY_BYTES, False, 0
    deadline = asyncio.get_running_loop().time() + TOTAL_SECONDS
    while size < READ_ON_BYTES:
        message = await _next(receive, deadline)
        part = message.get("body", b"")
        if size + len(part) > limit and not is_asked:
            limit, is_asked = await larger_limit(), True
        if kept := part[: max(limit - size, 0)]:
            held.take(len(kept))
            parts.append(kept)
        size += len(part)
        if not message.get("more_body", False):
            break
    return Body(b"".join(parts), size)


async def _next(receive: Receive, deadline: float) -> Scope:
    now = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(min(now + SILENCE_SECONDS, deadline)):
            message = await receive()
    except TimeoutError:
        raise BodyNotRead(408, "The body did not come in time.") from None
    if message["type"] == "http.disconnect":
        raise BodyNotRead(None, "The sender went away.")
    return message


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives ``body`` first and then what comes after it."""
    is_given = False

    async def _receive() -> Scope:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return _receive
