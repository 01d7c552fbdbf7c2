"""Reading request bodies before a request gets a thread.

There are few threads, and a sender that stalls in the middle of a body would block one;
eight such senders would block everybody. So bodies are read here, in the event loop,
and Django gets them complete. The memory that all of them use together is limited.

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

# A body over the limit is read on, and discarded, up to this length: a sender who is
# still writing would not see the answer.
READ_ON_BYTES = 16 * 1024 * 1024
HELD_TOGETHER_BYTES = 64 * 1024 * 1024
SILENCE_SECONDS = 10
TOTAL_SECONDS = 120


class BodyNotRead(Exception):
    """The body could not be read, so the request does not reach Django.

    Attributes:
        status: The HTTP status to answer; None if the sender has disconnected.
    """

    def __init__(self, status: int | None, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class HeldBytes:
    """The bytes of one body in memory; ``together`` is the sum of all bodies."""

    together = 0

    def __init__(self) -> None:
        self.bytes = 0

    def take(self, number: int) -> None:
        """Add bytes.

        Raises:
            BodyNotRead: all bodies together would be too long.
        """
        if HeldBytes.together + number > HELD_TOGETHER_BYTES:
            raise BodyNotRead(503, "Too much is being sent at once. Try again.")
        HeldBytes.together += number
        self.bytes += number

    def release(self) -> None:
        """Subtract the bytes of this body."""
        HeldBytes.together -= self.bytes
        self.bytes = 0


class Body(NamedTuple):
    """The part of a body that was kept, and the number of bytes that were read."""

    content: bytes
    sent_bytes: int

    @property
    def is_cut_off(self) -> bool:
        return self.sent_bytes > len(self.content)


async def read_body(
    receive: Receive, *, held: HeldBytes, larger_limit: LargerLimit
) -> Body:
    """Return the body, or the beginning of a body that is too long.

    Args:
        receive: ASGI's ``receive``.
        held: Counts the bytes that are kept; the caller must release them.
        larger_limit: Returns the limit in bytes; only called, once, for a body over the
            ordinary limit.

    Raises:
        BodyNotRead: nothing came for :data:`SILENCE_SECONDS`, or the body was not
            complete after :data:`TOTAL_SECONDS`; all bodies together are too long; the
            sender disconnected.
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
    """Return a ``receive`` that gives the whole ``body``, then the later messages."""
    is_given = False

    async def _receive() -> Scope:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return _receive
