"""REST views of the reports of a session, of an event, and of many sessions."""

from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django_filters.utils import translate_validation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.models import SOURCE_LABELS, Status
from attendance.report_rows.event_rows import (
    count_statuses,
    event_rows,
    roster_with_decisions,
)
from attendance.report_rows.read_reports import session_report
from attendance.reports.attendance_status import attendance_status
from attendance.reports.csv_file import csv_response
from attendance.reports.filters import ReportFilters
from attendance.reports.many_reports import ReportRows, rows_as_dicts
from attendance.reports.serializers import (
    AttendanceStatusSerializer,
    EventAttendanceSerializer,
    ReportListSerializer,
    ReportSerializer,
    StatusQuerySerializer,
)
from core.pagination import Pages
from core.rest import with_etag
from events.lookups import visible_event
from events.permissions import signed_in, viewer_of
from sessions_app.lookups import visible_session
from sessions_app.models import Mode, SessionType

# --- Reports --------------------------------------------------------------------------


class SessionReport(APIView):
    """The report of one session."""

    @extend_schema(responses=ReportSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return everybody on the roster, with the decision and its explanation.

        Attendees get only their own row.
        """
        session = visible_session(signed_in(request), pk)
        report = session_report(session, user=signed_in(request), now=timezone.now())
        return with_etag(request, report.as_dict())


class SessionAttendanceStatus(APIView):
    """Who is connected to a session."""

    @extend_schema(responses=AttendanceStatusSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return who is connected now; attendees see only themselves."""
        session = visible_session(signed_in(request), pk)
        status = attendance_status(session, user=signed_in(request), now=timezone.now())
        return with_etag(request, status)


# --- Reports over many sessions ------------------------------------------------------


_MOMENT = (
    "A date (inclusive, in the organization's time zone) or an RFC 3339 instant; it is "
    "compared with the start of the session, or of the event if it has no sessions."
)
FILTERS = [
    OpenApiParameter("session_type", enum=SessionType.values),
    OpenApiParameter(
        "mode",
        enum=Mode.values,
        description="Where the session is held. Like `session_type` and `session` it "
        "leaves out events without sessions.",
    ),
    OpenApiParameter("organization", int),
    OpenApiParameter("event", int),
    OpenApiParameter("session", int),
    OpenApiParameter("participant", int),
    OpenApiParameter("person", int),
    OpenApiParameter("status", enum=Status.values),
    OpenApiParameter("source", enum=list(SOURCE_LABELS)),
    OpenApiParameter("from", description=_MOMENT),
    OpenApiParameter("to", description=_MOMENT),
]
PAGES = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]


class TableRenderer(BaseRenderer):
    """Declares the media type; the view streams the CSV itself."""

    media_type = "text/csv"
    format = "csv"


def wanted_rows(request: Request, **more: int) -> ReportRows:
    """Return the rows that the query string selects; 400 with the errors in it.

    Args:
        request: The request.
        more: Filters that come before those of the query string.
    """
    filters = ReportFilters({**request.query_params.dict(), **more})
    if not filters.is_valid():
        raise translate_validation(filters.errors)
    return ReportRows(filters, user=signed_in(request), now=timezone.now())


def page_of_rows(request: Request, rows: ReportRows, view: APIView) -> Response:
    """Return the answer with a page of rows, and the summary of all pages."""
    pages = Pages()
    people: Any = pages.paginate_queryset(rows, request, view=view)  # type: ignore[arg-type]
    answer = pages.get_paginated_response(rows_as_dicts(rows.read(people or [])))
    answer.data["summary"] = [part.as_dict() for part in rows.summary]
    return answer


class ReportList(APIView):
    """Rows of the reports of many sessions."""

    @extend_schema(
        operation_id="reports_list",
        parameters=[*FILTERS, *PAGES],
        responses=ReportListSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the rows of all reports that the caller sees, newest session first.

        They are the rows of each session's own report: attendees get only their own.
        An event without sessions has rows of its own, with `session: null` and the
        decisions about the event. `summary` has the number of filtered rows by session
        type and status, with `session_type: null` for events without sessions; rows of
        cancelled sessions are counted separately, as `void`.
        """
        return page_of_rows(request, wanted_rows(request), self)


class ReportTable(APIView):
    """Rows of the reports of many sessions, as CSV."""

    renderer_classes = [TableRenderer]

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """Ignore the Accept header: there is only one format."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="reports_table",
        parameters=FILTERS,
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return all rows as CSV: UTF-8 with a byte order mark.

        Times are in the time zone of the event, which is in `time_zone`. Text that a
        spreadsheet would read as a formula begins with an apostrophe.
        """
        return csv_response(wanted_rows(request), language=get_language() or "")


# --- Course results -------------------------------------------------------------------


class EventAttendance(APIView):
    """The course results of an event."""

    @extend_schema(
        parameters=[
            OpenApiParameter("status", enum=Status.values),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=EventAttendanceSerializer,
        operation_id="events_attendance_list",
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return everybody on the roster with the course result; unknown before any.

        Attendees get only their own.
        """
        event = visible_event(signed_in(request), pk)
        wanted = StatusQuerySerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        roster = roster_with_decisions(event, signed_in(request))
        status = wanted.validated_data.get("status")
        pages = Pages()
        people = pages.paginate_queryset(
            roster.filter(event_status=status) if status else roster, request, view=self
        )
        with_identities = viewer_of(request).organizes(event.organization_id)
        answer = pages.get_paginated_response(
            [
                row.as_dict(with_identities=with_identities)
                for row in event_rows(event, people or [])
            ]
        )
        answer.data["summary"] = count_statuses(roster)
        return answer
