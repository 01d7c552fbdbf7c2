"""Error responses outside of views: problem details under /api/, pages elsewhere."""

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from core.body_limits import Sender, body_limit, is_cut_off
from core.problems import ProblemResponse, database_down


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 400 to what Django itself refuses, such as a forged Host header."""
    if _is_api(request):
        return ProblemResponse(400, _("The request is malformed."))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 403."""
    if _is_api(request):
        return ProblemResponse(403, _("You are not allowed to do this."))
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 404."""
    if _is_api(request):
        return ProblemResponse(404, _("There is nothing at this address."))
    return defaults.page_not_found(request, exception)


class BodyLimitMiddleware:
    """Answers 413 to a body over the ordinary limit.

    Paths with a larger limit are left to their views, which say what is too large. It
    is the last middleware, because the answer is a page with a language and user.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 413 if the body is too long; it has not been read yet."""
        if not is_cut_off(request):
            return self.get_response(request)
        if body_limit(request.path_info).sender is not Sender.NOBODY:
            return self.get_response(request)
        if _is_api(request):
            return ProblemResponse(413, _("The body is larger than 1 MiB."))
        return render(request, "413.html", status=413)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer 500, or 503 if the database is down; Django has logged the error.

    Errors before a view is reached end here too. Django calls this while it handles the
    exception, so ``sys.exception()`` has it.
    """
    is_database_down = isinstance(sys.exception(), OperationalError | InterfaceError)
    if _is_api(request):
        return database_down() if is_database_down else _crashed()
    response = defaults.server_error(request)
    if is_database_down:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return response


def _crashed() -> ProblemResponse:
    return ProblemResponse(500, _("Something went wrong. It was logged."))


class UnknownApiPath(APIView):
    """Any other path under /api/: answers problem details, even with DEBUG."""

    authentication_classes = ()
    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Answer 404 for every HTTP method."""
        raise NotFound(_("There is no such path. /api/docs lists them all."))
