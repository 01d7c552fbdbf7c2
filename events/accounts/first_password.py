"""The first password, which a program made and a file holds: for this machine only.

Whoever signs in with it from elsewhere has to change it before anything else.

Source: docs/rules.md 132.
"""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import NotAllowed
from core.problems import ProblemResponse
from events.accounts.client import is_local
from events.accounts.language import WORDLESS
from events.models import User


def must_change_first(request: HttpRequest, user: object) -> bool:
    """Return whether the account may do nothing yet but change its password."""
    has_first_one = isinstance(user, User) and user.must_change_password
    return has_first_one and not is_local(request)


def first_password_stands() -> NotAllowed:
    """Return why REST does nothing until then."""
    return NotAllowed(
        "change_password_first",
        _("Change the first password on the page of your account."),
    )


def change_password_first() -> ProblemResponse:
    """Return what REST answers until then."""
    refusal = first_password_stands()
    return ProblemResponse(refusal.status, refusal.message, code=refusal.code)


class FirstPasswordMiddleware:
    """Leads to the page that changes the password, from every other one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, unless the password has to be changed first."""
        if request.path_info.startswith(WORDLESS) or not must_change_first(
            request, request.user
        ):
            return self.get_response(request)
        page = reverse("account_change_password")
        if request.path_info in (page, reverse("sign_out")):
            return self.get_response(request)
        if request.path_info.startswith("/api/"):
            return change_password_first()
        messages.warning(request, _("Change the first password before you go on."))
        return redirect(page)
