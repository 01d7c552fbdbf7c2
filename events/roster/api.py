"""REST of importing rosters from files."""

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
from events.people.refusals import as_candidate
from events.permissions import signed_in
from events.roster.headings import COLUMNS
from events.roster.importing import LineStatus, RosterImport, import_roster
from events.roster.upload import uploaded_file


class RosterFileSerializer(serializers.Serializer[Any]):
    """A CSV file whose first row names the columns."""

    file = serializers.FileField(help_text=f"Columns: {', '.join(COLUMNS)}.")


class FaultSerializer(serializers.Serializer[Any]):
    """An error of a line."""

    field = serializers.CharField()
    detail = serializers.CharField()


class CandidateSerializer(serializers.Serializer[Any]):
    """Somebody who may be meant."""

    person = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.CharField()
    external_id = serializers.CharField()


class LineResultSerializer(serializers.Serializer[Any]):
    """The result of one line."""

    line = serializers.IntegerField(help_text="The header is line 1.")
    text = serializers.CharField(help_text="What stands in the line, shortened.")
    status = serializers.ChoiceField(choices=[status.value for status in LineStatus])
    participant = serializers.IntegerField(allow_null=True)
    errors = FaultSerializer(many=True)  # type: ignore[assignment]
    candidates = CandidateSerializer(many=True)


class RosterImportSerializer(serializers.Serializer[Any]):
    """The result of an import."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unknown_columns = serializers.ListField(child=serializers.CharField())
    results = LineResultSerializer(many=True)


class RosterImportView(EventViews):
    """Importing an event's roster from a file."""

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
        """Add people from a CSV file, and update those who are already on the roster.

        If a line is wrong, nothing is stored, unless `partial` is true.
        """
        event = self.get_object()
        partial = _is_true(request, "partial")
        done = import_roster(
            event=event,
            content=uploaded_file(request),
            partial=partial,
            by=signed_in(request),
        )
        if done.wrong and not partial:
            return _refusal(done)
        return Response(_as_json(done))


def _as_json(done: RosterImport) -> dict[str, Any]:
    """Return the result as RosterImportSerializer declares it.

    Without the serializer, which takes a second for ten thousand lines.
    """
    is_stored = done.is_stored
    return {
        "created": done.created,
        "updated": done.updated,
        "unknown_columns": done.unknown_columns,
        "results": [
            {
                "line": result.line,
                "text": result.text,
                "status": result.status,
                "participant": result.participant if is_stored else None,
                "errors": [error._asdict() for error in result.errors],
                "candidates": [as_candidate(known) for known in result.candidates],
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
        extra=_as_json(done),
    )


def _is_true(request: Request, name: str) -> bool:
    value = request.query_params.get(name, "false").lower()
    if value not in ("true", "1", "false", "0", ""):
        raise Invalid("boolean", _("Write true or false."), field=name)
    return value in ("true", "1")
