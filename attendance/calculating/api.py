"""The REST view that calculates a session on request."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.calculating.serializers import CalculateSerializer
from attendance.calculating.sessions import (
    calculate_session,
    say_held,
    take_back_held,
)
from attendance.report_rows.read_reports import session_report
from attendance.reports.serializers import ReportSerializer
from core.errors import RuleBroken
from events.permissions import signed_in, viewer_of
from sessions_app.lookups import organized_session


class NotCalculated(RuleBroken):
    """The calculation failed; it is retried automatically."""

    status = 500


class SessionCalculate(APIView):
    """The calculation of one session on request."""

    @extend_schema(request=CalculateSerializer, responses=ReportSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Calculate a session, and return its report; 409 while the session runs."""
        session = organized_session(viewer_of(request), pk)
        serializer = CalculateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        user, now = signed_in(request), timezone.now()
        outcome = calculate_session(session, now=now, force=wanted["force"])
        if session.pk in outcome.failed:
            # Details are in the log and the admin; organizers do not see them.
            raise NotCalculated(
                "not_calculated",
                _("The calculation failed. It will be retried automatically."),
            )
        if wanted["count_empty_as_absent"]:
            say_held(session, actor=user, now=now)
        if wanted["take_back_held"]:
            take_back_held(session, actor=user, now=now)
        return Response(session_report(session, user=user, now=now).as_dict())
