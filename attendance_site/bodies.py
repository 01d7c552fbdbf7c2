"""Reading request bodies before a thread is taken for them.

There are few threads, and a sender that stalls in the middle of its body would hold
one; eight of them would hold up everybody. So bodies are awaited here, in the event
loop, and reach Django whole.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]

# What the largest legal body may have: a webhook (sessions_app/views.py). Of a larger
# one Django gets a byte more, so that it sees that it is too large and says so; the
# rest is read on for a while, or else a sender that still writes never sees the answer.
MAX_KEPT = 8 * 1024 * 1024 + 1
MAX_READ = 4 * MAX_KEPT
SILENCE_SECONDS = 10
TOTAL_SECONDS = 120


class TooSlow(Exception):
    """The sender was silent for too long, or took too long in all."""


async def read_body(receive: Receive) -> bytes:
    """Return the body, at most :data:`MAX_KEPT` bytes of it.

    Raises:
        TooSlow: nothing came for :data:`SILENCE_SECONDS`, or it was not whole after
            :data:`TOTAL_SECONDS`.
    """
    parts: list[bytes] = []
    size = 0
    deadline = asyncio.get_running_loop().time() + TOTAL_SECONDS
    while size < MAX_READ:
        message = await _next(receive, deadline)
        part = message.get("body", b"")
        if size < MAX_KEPT:
            parts.append(part[: MAX_KEPT - size])
        size += len(part)
        if not message.get("more_body", False):
            break
    return b"".join(parts)


async def _next(receive: Receive, deadline: float) -> Scope:
    now = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(min(now + SILENCE_SECONDS, deadline)):
            return await receive()
    except TimeoutError:
        raise TooSlow from None


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
