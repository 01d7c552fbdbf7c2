"""REST of reports, calculation and policies."""

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_filters.utils import translate_validation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.calculation import Policy
from attendance.models import DecisionSource, Status
from attendance.policies import Place, policy_at, set_policy
from attendance.presence import attendance_status
from attendance.report_filters import ReportFilters
from attendance.reports import ReportRows, rows_as_dicts
from attendance.reports_csv import csv_response
from attendance.selectors import session_report
from attendance.serializers import (
    AttendanceStatusSerializer,
    CalculateSerializer,
    LinkSerializer,
    PolicySerializer,
    ReportListSerializer,
    ReportSerializer,
    UnlinkSerializer,
)
from attendance.services import calculate_session, count_empty_as_absent
from attendance.unmatched import WalkIn, link_identity, unlink_identity
from events.errors import RuleBroken
from events.models import Organization
from events.pagination import Pages
from events.permissions import signed_in, viewer_of
from events.rest import unless_same
from sessions_app.models import LiveSession, SessionType


class NotCalculated(RuleBroken):
    """The calculation failed; it is tried again by itself."""

    status = 500


def visible_session(request: Request, pk: int) -> LiveSession:
    """Return a session that the caller sees."""
    sessions = LiveSession.objects.visible_to(signed_in(request))
    return get_object_or_404(sessions.select_related("event__organization"), pk=pk)


def visible_organization(request: Request, pk: int) -> Organization:
    """Return an organization that the caller belongs to."""
    organizations = Organization.objects.visible_to(signed_in(request))
    return get_object_or_404(organizations, pk=pk)


def known_type(name: str) -> str:
    """Return the session type of a path; 404 names those there are."""
    if name not in SessionType.values:
        raise NotFound(
            _("There is no session type “%(type)s”: %(types)s.")
            % {"type": name, "types": ", ".join(SessionType.values)}
        )
    return name


# --- Reports --------------------------------------------------------------------------


class SessionReport(APIView):
    """A session's report."""

    @extend_schema(responses=ReportSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return everybody on the roster, what was decided, and why.

        Attendees get their own row alone.
        """
        session = visible_session(request, pk)
        report = session_report(session, user=signed_in(request), now=timezone.now())
        return unless_same(request, report.as_dict())


class SessionCalculate(APIView):
    """Calculating a session because somebody asks for it."""

    @extend_schema(request=CalculateSerializer, responses=ReportSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Calculate what is new, and return the report; 409 while it runs."""
        session = _organized_session(request, pk)
        serializer = CalculateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        user, now = signed_in(request), timezone.now()
        outcome = calculate_session(session, now=now, force=wanted["force"])
        if session.pk in outcome.failed:
            # What exactly is for the log and the admin, not for organizers.
            raise NotCalculated(
                "not_calculated",
                _("The calculation failed. It is tried again by itself."),
            )
        if wanted["count_empty_as_absent"]:
            count_empty_as_absent(session, actor=user)
        return Response(session_report(session, user=user, now=now).as_dict())


class UnmatchedLink(APIView):
    """Saying who somebody unmatched is."""

    @extend_schema(request=LinkSerializer, responses=ReportSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Link an identity to somebody on the roster, or add a walk-in.

        It is remembered for the organization's other sessions, and this one is
        calculated anew. Saying it again corrects it.
        """
        session = _organized_session(request, pk)
        serializer = LinkSerializer(data=request.data, context={"event": session.event})
        serializer.is_valid(raise_exception=True)
        said = dict(serializer.validated_data)
        walk_in = said.pop("walk_in")
        user, now = signed_in(request), timezone.now()
        link_identity(
            session=session,
            walk_in=WalkIn(**walk_in) if walk_in else None,
            by=user,
            now=now,
            **said,
        )
        return Response(session_report(session, user=user, now=now).as_dict())


class UnmatchedUnlink(APIView):
    """Taking back who somebody is."""

    @extend_schema(request=UnlinkSerializer, responses=ReportSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Make the identity nobody's again, and calculate the session anew."""
        session = _organized_session(request, pk)
        serializer = UnlinkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user, now = signed_in(request), timezone.now()
        unlink_identity(session=session, by=user, now=now, **serializer.validated_data)
        return Response(session_report(session, user=user, now=now).as_dict())


def _organized_session(request: Request, pk: int) -> LiveSession:
    """Return a session that the caller sees and may change."""
    session = visible_session(request, pk)
    viewer_of(request).must_organize(session.event.organization_id)
    return session


class SessionAttendanceStatus(APIView):
    """Who is connected."""

    @extend_schema(responses=AttendanceStatusSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return who is connected now; a participant sees themselves alone."""
        session = visible_session(request, pk)
        status = attendance_status(session, user=signed_in(request), now=timezone.now())
        return unless_same(request, status)


# --- Reports over many sessions ------------------------------------------------------


_MOMENT = (
    "A date (inclusive, of the organization's zone) or an RFC 3339 instant; the "
    "session's start is compared."
)
FILTERS = [
    OpenApiParameter("session_type", enum=SessionType.values),
    OpenApiParameter("organization", int),
    OpenApiParameter("event", int),
    OpenApiParameter("session", int),
    OpenApiParameter("participant", int),
    OpenApiParameter("status", enum=Status.values),
    OpenApiParameter("source", enum=DecisionSource.values),
    OpenApiParameter("from", description=_MOMENT),
    OpenApiParameter("to", description=_MOMENT),
]
PAGES = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]


class TableRenderer(BaseRenderer):
    """Names the media type; the view streams the table itself."""

    media_type = "text/csv"
    format = "csv"


def _wanted_rows(request: Request) -> ReportRows:
    """Return the rows that the query string asks for; 400 names what is wrong in it."""
    filters = ReportFilters(request.query_params)
    if not filters.is_valid():
        raise translate_validation(filters.errors)
    return ReportRows(filters, user=signed_in(request), now=timezone.now())


class ReportList(APIView):
    """Rows of the reports of many sessions."""

    @extend_schema(
        operation_id="reports_list",
        parameters=[*FILTERS, *PAGES],
        responses=ReportListSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the rows of all reports that the caller sees, newest session first.

        They are those of each session's own report: attendees get their own alone.
        `summary` counts the filtered rows by session type and status; rows of
        cancelled sessions are counted apart, as `void`.
        """
        rows = _wanted_rows(request)
        pages = Pages()
        people = pages.paginate_queryset(rows.people, request, view=self)
        answer = pages.get_paginated_response(rows_as_dicts(rows.read(people or [])))
        answer.data["summary"] = [part.as_dict() for part in rows.summary]
        return answer


class ReportTable(APIView):
    """The same rows as a table."""

    renderer_classes = [TableRenderer]

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """There is but one form, whatever the client would like best."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="reports_table",
        parameters=FILTERS,
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return all rows as CSV: UTF-8 with a byte order mark.

        Times are those of the event's clocks, whose zone is `time_zone`. Text that a
        spreadsheet would take for a formula has an apostrophe in front.
        """
        return csv_response(_wanted_rows(request), language=get_language() or "")


# --- Policies -------------------------------------------------------------------------


class PolicyView(APIView):
    """The thresholds of one place."""

    def _read(self, place: Place) -> Response:
        return Response(PolicySerializer(policy_at(place)).data)

    def _write(self, request: Request, place: Place) -> Response:
        serializer = PolicySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        policy = Policy(**serializer.validated_data["policy"])
        return Response(PolicySerializer(set_policy(place, policy)).data)


class OrganizationPolicy(PolicyView):
    """The thresholds of an organization: its members read them, its admins set them."""

    @extend_schema(responses=PolicySerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return what holds, and where it comes from."""
        return self._read(Place(visible_organization(request, pk)))

    @extend_schema(request=PolicySerializer, responses=PolicySerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Set all thresholds; what is left out gets its default."""
        organization = visible_organization(request, pk)
        viewer_of(request).must_administer(organization.pk)
        return self._write(request, Place(organization))


class SessionTypePolicy(PolicyView):
    """The thresholds of an organization's sessions of one type."""

    @extend_schema(
        responses=PolicySerializer, operation_id="organizations_policy_type_retrieve"
    )
    def get(self, request: Request, pk: int, session_type: str) -> Response:
        """Return what holds, and where it comes from."""
        organization = visible_organization(request, pk)
        return self._read(Place(organization, known_type(session_type)))

    @extend_schema(
        request=PolicySerializer,
        responses=PolicySerializer,
        operation_id="organizations_policy_type_update",
    )
    def put(self, request: Request, pk: int, session_type: str) -> Response:
        """Set all thresholds; what is left out gets its default."""
        organization = visible_organization(request, pk)
        place = Place(organization, known_type(session_type))
        viewer_of(request).must_administer(organization.pk)
        return self._write(request, place)


class SessionPolicy(PolicyView):
    """The thresholds of one session: who sees it reads, its organizers set them."""

    @extend_schema(responses=PolicySerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return what holds, and where it comes from."""
        return self._read(self._place(visible_session(request, pk)))

    @extend_schema(request=PolicySerializer, responses=PolicySerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Set all thresholds; what is left out gets its default."""
        session = _organized_session(request, pk)
        return self._write(request, self._place(session))

    def _place(self, session: LiveSession) -> Place:
        return Place(session.event.organization, session=session)
