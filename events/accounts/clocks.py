"""Showing times on pages in the time zone of the account, if it has one.

REST, and the files that it makes, have the zone of the event whoever asks.

Source: docs/rules.md 136.
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.times import clocks_of_reader
from events.accounts.language import WORDLESS

WITHOUT_CLOCKS = (*WORDLESS, "/api/", "/admin/")


class ClocksMiddleware:
    """Sets the clocks of pages to the reader's zone; after AuthenticationMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the reader's zone."""
        if request.path_info.startswith(WITHOUT_CLOCKS):
            return self.get_response(request)
        with clocks_of_reader(getattr(request.user, "time_zone", "")):
            return self.get_response(request)
