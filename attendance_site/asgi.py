"""Rollcall as one ASGI application: what a server on its one port runs.

Django answers as WSGI in a fixed pool of threads, each with its own lasting database
connection: more than twice as fast as Django's ASGI handler (docs/architecture.md).
Paths under ``/live/`` are kept free for a route that never enters Django.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware

from attendance_site.wsgi import application as django

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_http = WSGIMiddleware(django, workers=8)  # type: ignore[arg-type]


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answer HTTP requests through Django; accept the server's start and stop."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        # granian's own are no coroutine functions, which a2wsgi insists on.
        async def _receive() -> Message:
            return await receive()

        async def _send(message: Message) -> None:
            await send(message)

        await _http(scope, _receive, _send)  # type: ignore[arg-type]


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
