"""Reading request bodies before a thread is taken for them.

There are few threads, and a sender that stalls in the middle of its body would hold
one; eight of them would hold up everybody. So bodies are awaited here, in the event
loop, and reach Django whole. What they may hold together has a limit too.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from events.roster.upload import MAX_UPLOAD_BYTES

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]

# What the largest legal body may have: a webhook (sessions_app/webhook.py), the file of
# a roster (events/roster/upload.py), or anything else. Of a larger one Django gets a
# byte more, so that it sees that it is too large and says so; the rest is read on for a
# while, or else a sender that still writes never sees the answer.
WEBHOOK_BYTES = 8 * 1024 * 1024 + 1
ROSTER_BYTES = MAX_UPLOAD_BYTES + 1
OTHER_BYTES = 3 * 1024 * 1024
READ_ON = 4
HELD_TOGETHER_BYTES = 64 * 1024 * 1024
SILENCE_SECONDS = 10
TOTAL_SECONDS = 120


class Unread(Exception):
    """The body was not read; Django need not hear of the request.

    Attributes:
        status: What to answer; None if nobody is there any more.
    """

    def __init__(self, status: int | None, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Held:
    """The bytes of one body that this process holds, counted with all others."""

    together = 0

    def __init__(self) -> None:
        self.bytes = 0

    def take(self, number: int) -> None:
        """Count some more.

        Raises:
            Unread: this process holds too many by now.
        """
        if Held.together + number > HELD_TOGETHER_BYTES:
            raise Unread(503, "Too much is being sent at once. Try again.")
        Held.together += number
        self.bytes += number

    def release(self) -> None:
        """Count them no longer."""
        Held.together -= self.bytes
        self.bytes = 0


def limit_of(path: str) -> int:
    """Return how many bytes of a body at ``path`` are kept."""
    if path.startswith("/webhooks/"):
        return WEBHOOK_BYTES
    return ROSTER_BYTES if path.rstrip("/").endswith("/import") else OTHER_BYTES


async def read_body(receive: Receive, *, limit: int, held: Held) -> bytes:
    """Return the body, at most ``limit`` bytes of it, counted in ``held``.

    Raises:
        Unread: nothing came for :data:`SILENCE_SECONDS`, or it was not whole after
            :data:`TOTAL_SECONDS`; too much is held already; the sender went away.
    """
    parts: list[bytes] = []
    size = 0
    deadline = asyncio.get_running_loop().time() + TOTAL_SECONDS
    while size < READ_ON * limit:
        message = await _next(receive, deadline)
        part = message.get("body", b"")
        if kept := part[: max(limit - size, 0)]:
            held.take(len(kept))
            parts.append(kept)
        size += len(part)
        if not message.get("more_body", False):
            break
    return b"".join(parts)


async def _next(receive: Receive, deadline: float) -> Scope:
    now = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(min(now + SILENCE_SECONDS, deadline)):
            message = await receive()
    except TimeoutError:
        raise Unread(408, "The body did not come in time.") from None
    if message["type"] == "http.disconnect":
        raise Unread(None, "The sender went away.")
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
