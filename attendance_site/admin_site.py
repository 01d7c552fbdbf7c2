"""The admin: what it cannot make sense of in a request is refused, and logged."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, TypeVar, cast

from celery.schedules import ParseException
from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.db import DataError, ProgrammingError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

logger = logging.getLogger(__name__)

# What Django's admin, and the admins of packages, let out for values that no column can
# have.
SENSELESS_VALUE = (ValueError, DataError)
# And for conditions: they hand a query string to the database as it is. Only where
# nothing but that was sent: elsewhere these are mistakes of ours.
SENSELESS_QUERY = (
    *SENSELESS_VALUE,
    ArithmeticError,
    AttributeError,
    LookupError,
    ProgrammingError,
    ParseException,
)


class Site(AdminSite):
    """Django's, for people who write addresses by hand."""

    def admin_view(self, view: V, cacheable: bool = False) -> V:
        """Let a view answer 400 where it would crash over what was asked."""

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            reads = request.method in ("GET", "HEAD")
            senseless = SENSELESS_QUERY if reads and request.GET else SENSELESS_VALUE
            try:
                # What is refused has changed nothing.
                with nullcontext() if reads else transaction.atomic():
                    answer = view(request, *args, **kwargs)
                    # Else it is rendered, and crashes, behind this.
                    if isinstance(answer, SimpleTemplateResponse):
                        answer.render()
            except senseless as error:
                # It may be a mistake of ours all the same.
                logger.exception(
                    "The admin made no sense of a request.",
                    extra={"op": "admin", "path": request.path},
                )
                raise BadRequest("The admin makes no sense of this.") from error
            return answer

        return cast(V, super().admin_view(guarded, cacheable))
