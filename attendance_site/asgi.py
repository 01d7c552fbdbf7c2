"""The ASGI application, which the web server runs on its one port.

Django answers as WSGI in a fixed pool of threads, each with a persistent database
connection. This is more than twice as fast as Django's ASGI handler
(docs/architecture.md). Paths under ``/live/`` are reserved for a route outside Django.
"""

import asyncio
import logging
from collections.abc import Callable

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.db import close_old_connections

from attendance_site.request_bodies import (
    BodyNotRead,
    HeldBytes,
    Receive,
    Scope,
    Send,
    read_body,
    replay,
)
from attendance_site.request_heads import plain_head, with_length
from attendance_site.wsgi import application as django
from core.body_limits import CUT_OFF, ORDINARY_BYTES, Sender, body_limit
from core.problems import CONTENT_TYPE, ProblemResponse
from core.secret_links import without_secrets
from events.accounts.authentication import is_signed_in
from sessions_app.livekit import names_known_key

logger = logging.getLogger(__name__)

THREADS = 8

_http = WSGIMiddleware(django, workers=THREADS)  # type: ignore[arg-type]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer HTTP requests through Django; accept the server's start and stop."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _answer(plain_head(scope), receive, send)


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    held = HeldBytes()
    try:
        body = await read_body(
            receive, held=held, larger_limit=lambda: _larger_limit(scope)
        )
        scope = with_length(scope, body.sent_bytes)
        if body.is_cut_off:
            scope[CUT_OFF] = True

        # a2wsgi needs a coroutine function, which granian's `send` is not.
        async def _send(message: Scope) -> None:
            await send(message)

        await _http(scope, replay(body.content, receive), _send)  # type: ignore[arg-type]
    except BodyNotRead as reason:
        if reason.status:
            logger.warning(
                "A request's body was not read.",
                extra={
                    "op": "read_body",
                    "path": without_secrets(scope["path"]),
                    "status": reason.status,
                    "reason": str(reason),
                },
            )
            await _refuse(send, scope["path"], reason.status, str(reason))
    finally:
        held.release()


async def _larger_limit(scope: Scope) -> int:
    """Return how many bytes are kept of a body over the ordinary limit.

    Only a session or token proves who sends a request. The signature of a webhook
    cannot be checked before its body has been read, so its key's name must do.
    """
    limit = body_limit(scope["path"])
    if limit.sender is Sender.KNOWN_KEY:
        token = _header(scope, b"authorization")
        may_send = names_known_key(token, settings.LIVEKIT_WEBHOOK_KEYS)
    elif limit.sender is Sender.SIGNED_IN:
        may_send = await _in_a_thread(lambda: _is_signed_in(scope))
    else:
        may_send = False
    return limit.max_bytes if may_send else ORDINARY_BYTES


def _is_signed_in(scope: Scope) -> bool:
    # Django does this before each request: the connection may be dead.
    close_old_connections()
    return is_signed_in(
        cookies=_header(scope, b"cookie"),
        authorization=_header(scope, b"authorization"),
    )


async def _in_a_thread(call: Callable[[], bool]) -> bool:
    """Return what ``call`` returns in one of Django's threads: it uses the database."""
    return await asyncio.get_running_loop().run_in_executor(_http.executor, call)


def _header(scope: Scope, name: bytes) -> str:
    return next((v.decode("latin1") for n, v in scope["headers"] if n == name), "")


async def _refuse(send: Send, path: str, status: int, reason: str) -> None:
    kind, text = b"text/plain", f"{reason}\n".encode()
    if path.startswith("/api/"):
        kind, text = CONTENT_TYPE.encode(), ProblemResponse(status, reason).content
    headers = [(b"content-type", kind), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
