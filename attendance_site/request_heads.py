"""What of a request's head reaches Django: only what cannot be misunderstood.

a2wsgi and Django trust the server with this; granian passes on what was sent.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote_from_bytes

from attendance_site.request_bodies import Scope

Headers = Iterable[tuple[bytes, bytes]]

# All of ASCII: what is not is percent-encoded, and nothing else.
_ASCII = bytes(range(128)).decode()
_SLASHES = re.compile(r"//+")
_BOUNDARY = re.compile(rb';\s*boundary=("[^"]*"|[^\s;"]+)', re.IGNORECASE)


def plain_head(scope: Scope) -> Scope:
    """Return the scope as Django may see it.

    - A header's name with an underscore is dropped: WSGI could not tell it from the one
      with a hyphen, which a proxy of ours sets.
    - Several slashes of the path are one: LiveKit's webhooks come to an address that
      somebody put together by hand.
    - NUL in the path stays percent-encoded, because Postgres takes none; raw bytes in
      the query become so, as browsers do it.
    - Everything is UTF-8, whatever else the content type says: its other parameters,
      of which only that of the boundary matters, name codecs that are none of text.
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
    """Return the scope, which says how long the body was, however it was sent."""
    headers = [
        header
        for header in scope["headers"]
        if header[0] not in (b"content-length", b"transfer-encoding")
    ]
    headers.append((b"content-length", str(sent_bytes).encode()))
    return {**scope, "headers": headers}
