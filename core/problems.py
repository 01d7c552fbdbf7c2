"""Answers all errors of REST as RFC 9457 ``application/problem+json``.

``type`` is ``about:blank`` where the status says everything. A broken rule has a type
of its own, ``tag:rollcall,2026:CODE``, so that programs can tell rules apart.

Source: RFC 9457.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from django.http import Http404, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers

from core.constraints import constraint_rule, violated_constraint
from core.errors import RuleBroken

CONTENT_TYPE = "application/problem+json"

TITLES: dict[int, Promise] = {
    400: _("Bad request"),
    401: _("Not signed in"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Method not allowed"),
    406: _("Not acceptable"),
    409: _("Conflict"),
    413: _("Too large"),
    415: _("Unsupported media type"),
    429: _("Too many requests"),
    500: _("Server error"),
    503: _("Not available"),
}


class FieldProblem(NamedTuple):
    """An error of one field; nested fields are named like ``marks[0].status``."""

    field: str
    code: str
    detail: str


class ProblemResponse(JsonResponse):
    """The response to a REST request that failed."""

    def __init__(
        self,
        status: int,
        detail: str | Promise,
        *,
        code: str = "",
        errors: list[FieldProblem] | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        title = TITLES.get(status) or HTTPStatus(status).phrase
        body: dict[str, object] = {
            "type": f"tag:rollcall,2026:{code}" if code else "about:blank",
            "title": str(title),
            "status": status,
            "detail": str(detail),
        }
        if errors is not None:
            body["errors"] = [error._asdict() for error in errors]
        super().__init__(
            body | dict(extra or {}),
            status=status,
            content_type=CONTENT_TYPE,
            headers=dict(headers or {}),
        )


class FieldProblemSerializer(serializers.Serializer[FieldProblem]):
    """An error of one field."""

    field = serializers.CharField(help_text="Nested: `marks[0].status`.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldProblemSerializer(  # type: ignore[assignment]
        many=True, required=False
    )


def problem_handler(
    exc: Exception, context: Mapping[str, object]
) -> ProblemResponse | None:
    """Return the response for an exception that a REST view raised.

    None for an unexpected exception: Django logs it, and ``handler500`` answers.
    """
    if isinstance(exc, RuleBroken):
        return _rule_broken(exc)
    if isinstance(exc, DatabaseError | InterfaceError):
        return _database_problem(exc)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, DjangoValidationError):
        exc = exceptions.ValidationError(serializers.as_serializer_error(exc))
    return _api_problem(exc) if isinstance(exc, exceptions.APIException) else None


def _database_problem(exc: Exception) -> ProblemResponse | None:
    if isinstance(exc, IntegrityError):
        return _constraint_violated(exc)
    if isinstance(exc, DataError):
        return ProblemResponse(
            400, _("A value cannot be stored: it is too long, or contains a NUL.")
        )
    if isinstance(exc, OperationalError | InterfaceError):
        return database_down()
    return None


def database_down() -> ProblemResponse:
    """Return the response for requests while the database is down."""
    return ProblemResponse(
        503,
        _("The database does not answer. Try again in a moment."),
        headers={"Retry-After": "5"},
    )


def _rule_broken(exc: RuleBroken) -> ProblemResponse:
    errors = [FieldProblem(exc.field, exc.code, str(exc))] if exc.field else None
    return ProblemResponse(
        exc.status,
        exc.message,
        code=exc.code,
        errors=errors,
        headers={} if exc.wait is None else {"Retry-After": str(exc.wait)},
        extra=exc.extra,
    )


def _api_problem(exc: exceptions.APIException) -> ProblemResponse:
    headers = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if not isinstance(exc, exceptions.ValidationError):
        return ProblemResponse(exc.status_code, str(exc.detail), headers=headers)
    errors = list(_field_problems("", exc.detail))
    if named := [error.field for error in errors if error.field]:
        fields = ", ".join(dict.fromkeys(named))
        detail = _("Please correct: %(fields)s.") % {"fields": fields}
    else:
        detail = " ".join(error.detail for error in errors)
    return ProblemResponse(exc.status_code, detail, errors=errors, headers=headers)


def _field_problems(path: str, detail: Any) -> Iterator[FieldProblem]:
    """Flatten DRF's nested error details."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _field_problems(_join(path, name), inner)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _field_problems(_join(path, index) if nested else path, inner)
    else:
        yield FieldProblem(path, getattr(detail, "code", "invalid"), str(detail))


def _join(path: str, name: str | int) -> str:
    if isinstance(name, int):
        return f"{path}[{name}]"
    if name == "non_field_errors":
        return path
    return f"{path}.{name}" if path else name


def _constraint_violated(exc: IntegrityError) -> ProblemResponse | None:
    name, rule = violated_constraint(exc), constraint_rule(exc)
    if rule is None:
        return None
    errors = [FieldProblem(rule.field, name, str(rule.message))]
    return ProblemResponse(rule.status, rule.message, code=name, errors=errors)
