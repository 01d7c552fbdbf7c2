"""What answers when no view does: problem details under /api/, a page elsewhere."""

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
    """Answer 400: what Django itself refuses, as a forged Host header."""
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
    """Answers 413 to a body over the ordinary limit, where no longer one is read.

    Where one is, the views say what is too large. Stands last: the answer is a page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; nothing has looked at the body yet."""
        if not is_cut_off(request):
            return self.get_response(request)
        if body_limit(request.path_info).sender is not Sender.NOBODY:
            return self.get_response(request)
        if _is_api(request):
            return ProblemResponse(413, _("The body is larger than 1 MiB."))
        return render(request, "413.html", status=413)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer 500; Django has logged what happened. 503 if the database is down.

    What fails before a view is reached ends here too, and Django calls this while it
    still handles the exception.
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
    """Every other path under /api/, so that it is a problem with DEBUG too."""

    authentication_classes = ()
    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Say so before the method matters."""
        raise NotFound(_("There is no such path. /api/docs lists them all."))
