"""REST of rosters that come as a file."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import Invalid
from core.problems import FieldProblem, ProblemResponse
from events.api import EventViews
from events.roster.importing import LineStatus, RosterImport, import_roster
from events.roster.upload import uploaded_file


class RosterFileSerializer(serializers.Serializer[Any]):
    """A CSV file whose first line names its columns."""

    file = serializers.FileField(
        help_text="Columns: name, email, role, registration, time_zone, language."
    )


class FaultSerializer(serializers.Serializer[Any]):
    """What is wrong with a line."""

    field = serializers.CharField()
    detail = serializers.CharField()


class LineResultSerializer(serializers.Serializer[Any]):
    """What became of a line."""

    line = serializers.IntegerField(help_text="The header is line 1.")
    status = serializers.ChoiceField(choices=[status.value for status in LineStatus])
    participant = serializers.IntegerField(allow_null=True)
    errors = FaultSerializer(many=True)  # type: ignore[assignment]


class RosterImportSerializer(serializers.Serializer[Any]):
    """What became of a file."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unknown_columns = serializers.ListField(child=serializers.CharField())
    results = LineResultSerializer(many=True)


class RosterImportView(EventViews):
    """The roster of an event, from a file."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": RosterFileSerializer},
        responses=RosterImportSerializer,
        parameters=[
            OpenApiParameter(
                "partial",
                bool,
                description="Store the right lines though others are wrong.",
            )
        ],
        operation_id="events_participants_import",
    )
    def post(self, request: Request, **kwargs: object) -> Response | ProblemResponse:
        """Add people from a CSV file, and change those who are there already.

        With a wrong line nothing is stored, unless `partial` is true.
        """
        event = self.get_object()
        partial = _is_true(request, "partial")
        done = import_roster(
            event=event, content=uploaded_file(request), partial=partial
        )
        if done.wrong and not partial:
            return _refusal(done)
        return Response(_told(done))


def _told(done: RosterImport) -> dict[str, Any]:
    """Return the answer; serializers take a second for ten thousand lines."""
    is_stored = done.is_stored
    return {
        "created": done.created,
        "updated": done.updated,
        "unknown_columns": done.unknown_columns,
        "results": [
            {
                "line": result.line,
                "status": result.status,
                "participant": result.participant if is_stored else None,
                "errors": [error._asdict() for error in result.errors],
            }
            for result in done.results
        ],
    }


def _refusal(done: RosterImport) -> ProblemResponse:
    text = _("%(wrong)d of %(all)d rows have errors. Nothing was imported.") % {
        "wrong": done.wrong,
        "all": len(done.results),
    }
    return ProblemResponse(
        400,
        text,
        code="wrong_lines",
        errors=[FieldProblem("file", "wrong_lines", text)],
        extra=_told(done),
    )


def _is_true(request: Request, name: str) -> bool:
    value = request.query_params.get(name, "false").lower()
    if value not in ("true", "1", "false", "0", ""):
        raise Invalid("boolean", _("Write true or false."), field=name)
    return value in ("true", "1")
