"""REST of reports, calculation and policies."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.calculation import Policy
from attendance.policies import Place, policy_at, set_policy
from attendance.presence import attendance_status
from attendance.selectors import session_report
from attendance.serializers import (
    AttendanceStatusSerializer,
    CalculateSerializer,
    LinkSerializer,
    PolicySerializer,
    ReportSerializer,
    UnlinkSerializer,
)
from attendance.services import calculate_session, count_empty_as_absent
from attendance.unmatched import WalkIn, link_identity, unlink_identity
from events.errors import RuleBroken
from events.models import Organization
from events.permissions import signed_in, viewer_of
from events.problems import ConstraintRule, tell_constraints
from events.rest import unless_same
from sessions_app.models import LiveSession, SessionType

tell_constraints(
    {
        "policy_thresholds_ascend": ConstraintRule(
            400, "present_over", _("The thresholds must ascend.")
        ),
    }
)


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
