"""REST views that link unmatched identities to people, and unlink them."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.report_rows.read_reports import session_report
from attendance.reports.serializers import ReportSerializer
from attendance.unmatched.linking import WalkIn, link_identity, unlink_identity
from attendance.unmatched.serializers import LinkSerializer, UnlinkSerializer
from events.permissions import signed_in, viewer_of
from sessions_app.lookups import organized_session


class UnmatchedLink(APIView):
    """The linking of an unmatched identity."""

    @extend_schema(request=LinkSerializer, responses=ReportSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Link an identity to somebody on the roster, or to a new walk-in.

        The link also holds for the organization's other sessions, and this one is
        calculated anew. Linking again corrects the link.
        """
        session = organized_session(viewer_of(request), pk)
        serializer = LinkSerializer(data=request.data, context={"event": session.event})
        serializer.is_valid(raise_exception=True)
        data = dict(serializer.validated_data)
        walk_in = data.pop("walk_in")
        user, now = signed_in(request), timezone.now()
        link_identity(
            session=session,
            walk_in=WalkIn(**walk_in) if walk_in else None,
            by=user,
            now=now,
            **data,
        )
        return Response(session_report(session, user=user, now=now).as_dict())


class UnmatchedUnlink(APIView):
    """The unlinking of an identity."""

    @extend_schema(request=UnlinkSerializer, responses=ReportSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Unlink an identity, and calculate the session anew."""
        session = organized_session(viewer_of(request), pk)
        serializer = UnlinkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user, now = signed_in(request), timezone.now()
        unlink_identity(session=session, by=user, now=now, **serializer.validated_data)
        return Response(session_report(session, user=user, now=now).as_dict())
