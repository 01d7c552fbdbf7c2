"""Requests that nobody can read are refused before anything looks at them.

U+0000 in an address or a cookie is never meant: Postgres can neither hold it nor look
for it.
"""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase


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
