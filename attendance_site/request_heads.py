"""Cleaning the head of a request, so that Django gets nothing ambiguous.

a2wsgi and Django leave this to the server, but granian passes on what was sent.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote_from_bytes

from attendance_site.request_bodies import Scope

Headers = Iterable[tuple[bytes, bytes]]

# Only bytes outside of ASCII are percent-encoded.
_ASCII = bytes(range(128)).decode()
_SLASHES = re.compile(r"//+")
_BOUNDARY = re.compile(rb';\s*boundary=("[^"]*"|[^\s;"]+)', re.IGNORECASE)


def plain_head(scope: Scope) -> Scope:
    """Return the scope as Django may see it.

    - Headers with an underscore in their name are dropped: WSGI could not tell them
      from those with a hyphen, which a trusted proxy sets.
    - Repeated slashes in the path become one, because the URL for LiveKit's webhooks is
      put together by hand.
    - NUL in the path stays percent-encoded, because Postgres cannot hold it. Raw bytes
      in the query string are percent-encoded, as browsers do it.
    - Of the content type's parameters only the boundary is kept: everything is read as
      UTF-8, and a charset could name a codec that is not one of text.
    """
    return {
        **scope,
        "path": _SLASHES.sub("/", scope["path"]).replace("\0", "%00"),
        "query_string": quote_from_bytes(scope["query_string"], safe=_ASCII).encode(),
        "headers": list(_plain(scope["headers"])),
    }


def _plain(headers: Headers) -> Headers:
    for name, value in headers:
        if b"_" in name:
            continue
        yield name, _content_type(value) if name == b"content-type" else value


def _content_type(value: bytes) -> bytes:
    media_type, semicolon, _ = value.partition(b";")
    boundary = _BOUNDARY.search(value) if semicolon else None
    return media_type + boundary[0] if boundary else media_type


def with_length(scope: Scope, sent_bytes: int) -> Scope:
    """Return the scope with the body's length, even if it was sent in chunks."""
    headers = [
        header
        for header in scope["headers"]
        if header[0] not in (b"content-length", b"transfer-encoding")
    ]
    headers.append((b"content-length", str(sent_bytes).encode()))
    return {**scope, "headers": headers}
