"""Refuses requests with a NUL in the URL or a cookie, before anything reads them.

Nobody means to send U+0000, and Postgres can neither store it nor search for it.
"""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class ReadableMiddleware:
    """Answers 400 to requests with a NUL in the URL or a cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on a request without a NUL."""
        _must_be_readable(request)
        return self.get_response(request)


def _must_be_readable(request: HttpRequest) -> None:
    query = request.META.get("QUERY_STRING", "")
    sent = (request.path_info, query, *request.COOKIES.values())
    if "%00" in query or any("\0" in text for text in sent):
        raise BadRequest("There is a NUL in the address or in a cookie.")
