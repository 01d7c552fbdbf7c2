"""Rollcall as one ASGI application: what a server on its one port runs.

Django answers as WSGI in a fixed pool of threads, each with its own lasting database
connection: more than twice as fast as Django's ASGI handler (docs/architecture.md).
Paths under ``/live/`` are kept free for a route that never enters Django.
"""

import logging

from a2wsgi import WSGIMiddleware

from attendance_site.bodies import (
    Held,
    Receive,
    Scope,
    Send,
    Unread,
    limit_of,
    read_body,
    replay,
)
from attendance_site.readable import is_utf_8
from attendance_site.wsgi import application as django

logger = logging.getLogger(__name__)

THREADS = 8

_http = WSGIMiddleware(django, workers=THREADS)  # type: ignore[arg-type]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer HTTP requests through Django; accept the server's start and stop."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _answer(scope, receive, send)


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    if not all(is_utf_8(value) for value in _content_types(scope)):
        await _refuse(send, 415, b"Only UTF-8 is understood.\n")
        return
    held = Held()
    try:
        limit = limit_of(scope["path"])
        body = await read_body(receive, limit=limit, held=held)

        # granian's own is no coroutine function, which a2wsgi insists on.
        async def _send(message: Scope) -> None:
            await send(message)

        await _http(scope, replay(body, receive), _send)  # type: ignore[arg-type]
    except Unread as reason:
        if reason.status:
            logger.warning(
                "A request's body was not read.",
                extra={
                    "op": "read_body",
                    "path": scope["path"],
                    "status": reason.status,
                    "reason": str(reason),
                },
            )
            await _refuse(send, reason.status, f"{reason}\n".encode())
    finally:
        held.release()


def _content_types(scope: Scope) -> list[str]:
    headers = scope.get("headers", ())
    return [v.decode("latin-1") for name, v in headers if name == b"content-type"]


async def _refuse(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
