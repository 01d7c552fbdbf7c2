"""Requests that nobody can read are refused before anything looks at them.

U+0000 in an address or a cookie is never meant: Postgres can neither hold it nor look
for it. All text is UTF-8: Django would hand what is said to be something else to any
codec that has this name, those that are none of text too, before any middleware.
"""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters

ENCODINGS = ("utf-8", "utf8", "us-ascii", "ascii")


class ReadableMiddleware:
    """Answers 400 to what cannot be read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on what can be read."""
        _must_be_readable(request)
        return self.get_response(request)


def _must_be_readable(request: HttpRequest) -> None:
    query = request.META.get("QUERY_STRING", "")
    sent = (request.path_info, query, *request.COOKIES.values())
    if "%00" in query or any("\0" in text for text in sent):
        raise BadRequest("There is a NUL in the address or in a cookie.")


def is_utf_8(content_type: str) -> bool:
    """Whether a Content-Type says so, or nothing; for asgi.py."""
    try:
        parameters = parse_header_parameters(content_type)[1]
    except (LookupError, ValueError):
        return False
    return parameters.get("charset", "utf-8").lower() in ENCODINGS
