"""The admin site, which answers 400 to requests that would crash Django's admin."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, TypeVar, cast

from celery.schedules import ParseException
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import DataError, ProgrammingError, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

logger = logging.getLogger(__name__)

# Errors that Django's admin, and the admins of packages, do not catch for values that
# no column can have.
SENSELESS_VALUE = (ValueError, DataError)
# The same for lookups, which the admin takes from the query string without checking
# them. Only expected if nothing but a query string was sent: elsewhere these errors are
# bugs of ours.
SENSELESS_QUERY = (
    *SENSELESS_VALUE,
    ArithmeticError,
    AttributeError,
    LookupError,
    ProgrammingError,
    ParseException,
)


class Site(AdminSite):
    """Django's admin site, safe against senseless URLs and values."""

    site_header = site_title = "Rollcall"
    index_title = _("Admin")

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        """Lead to the one sign-in, which asks for the second factor too."""
        if request.user.is_authenticated:
            raise PermissionDenied(_("Your account has no access to the admin."))
        asked = request.GET.get(REDIRECT_FIELD_NAME, "")
        inside = url_has_allowed_host_and_scheme(asked, {request.get_host()})
        return redirect_to_login(asked if inside else reverse("admin:index"))

    def admin_view(self, view: V, cacheable: bool = False) -> V:
        """Wrap a view so that it answers 400 to a senseless request."""

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            reads = request.method in ("GET", "HEAD")
            senseless = SENSELESS_QUERY if reads and request.GET else SENSELESS_VALUE
            try:
                # A refused request must not have changed anything.
                with nullcontext() if reads else transaction.atomic():
                    answer = view(request, *args, **kwargs)
                    # Otherwise it would be rendered, and crash, outside of this block.
                    if isinstance(answer, SimpleTemplateResponse):
                        answer.render()
            except senseless as error:
                # Logged with its traceback, because it may be a bug of ours.
                logger.exception(
                    "The admin made no sense of a request.",
                    extra={"op": "admin", "path": request.path},
                )
                raise BadRequest("The admin makes no sense of this.") from error
            return answer

        return cast(V, super().admin_view(guarded, cacheable))
