"""REST of what is recorded of an account's own places, and of public profiles."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.decisions.answering import answer
from attendance.decisions.checking_in import place_of_check_in
from attendance.decisions.place import Place
from attendance.feedback.giving import give_feedback
from attendance.models import Attendance
from attendance.own_record.history import history_of, read_entries
from attendance.own_record.places import place_meant
from attendance.own_record.profile import profile, shown_to
from attendance.own_record.serializers import (
    OwnAttendanceSerializer,
    OwnDecisionSerializer,
    OwnFeedbackSerializer,
    OwnPrivacySerializer,
    PlaceFeedbackSerializer,
    PlacePrivacySerializer,
    RecordedListSerializer,
    entry_as_dict,
    privacy_of,
)
from attendance.report_rows.event_rows import decisions_as_dicts
from core.fields import Declared
from core.pagination import Pages
from events.invitations.answering import accept_by_coming
from events.models import Participant
from events.permissions import signed_in, viewer_of
from events.roster.privacy import PRIVACY, set_privacy

_PAGES = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]


class OwnAttendance(APIView):
    """What is recorded of the caller's own places."""

    @extend_schema(
        operation_id="me_attendance_list",
        parameters=_PAGES,
        responses=RecordedListSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the decisions about the people of the account, newest first.

        Those of a session, and those about an event: of one without sessions, or the
        course result of one with several.
        """
        now = timezone.now()
        about = Q(participant__person__user=signed_in(request))
        pages = Pages()
        found: Any = history_of(about, now=now)
        page: Any = pages.paginate_queryset(found, request, view=self)
        entries = read_entries(page or [], now=now)
        return pages.get_paginated_response(list(map(entry_as_dict, entries)))


class UserAttendance(APIView):
    """The public profile of an account."""

    @extend_schema(
        operation_id="users_attendance_list",
        parameters=_PAGES,
        responses=RecordedListSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return what the caller may see of what is recorded about an account.

        Oneself sees all, and members of the organization of an event all but the
        feedback. Others see what the person shows, and only with which status. An
        account that is not there, has nothing, or shows nothing has an empty list.
        """
        now, viewer = timezone.now(), viewer_of(request)
        pages = Pages()
        found: Any = profile(pk, viewer, now=now)
        page: Any = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(
            [
                shown_to(viewer, pk, entry, entry_as_dict(entry))
                for entry in read_entries(page or [], now=now)
            ]
        )


def _sent(request: Request, serializer_class: type[Declared]) -> dict[str, Any]:
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _place(request: Request, pk: int, chosen: int | None) -> Participant:
    """Return the place that is meant, also if it is only offered, and take it."""
    user = signed_in(request)
    place = place_meant(user, pk, chosen=chosen, with_offered=True)
    accept_by_coming(place.person, user=user)
    return place


class OwnEventAttendance(APIView):
    """The caller's own answer to whether they attended an event."""

    @extend_schema(
        operation_id="me_events_attendance_update",
        request=OwnAttendanceSerializer,
        responses=OwnDecisionSerializer,
    )
    def put(self, request: Request, pk: int) -> Response:
        """Say whether one attended; accepts a place that was offered.

        409 more than 14 days after the end, and where the account has several places
        and `participant` is missing. Returns the decision that stands: what people
        marked, a check-in, and what was measured outrank the answer, which is kept
        beside them.
        """
        sent, now = _sent(request, OwnAttendanceSerializer), timezone.now()
        with transaction.atomic():
            place = _place(request, pk, sent["participant"])
            answer(place, attended=sent["attended"], by=signed_in(request), now=now)
        about = place_of_check_in(Place(place.event, None))
        [decision] = decisions_as_dicts(
            place.event, about.session, [place], viewer=viewer_of(request), now=now
        )
        row = Attendance.objects.filter(participant=place, session=about.session)
        decision["participant"]["identity"] = None
        return Response({"id": row.values_list("pk", flat=True).first(), **decision})


class OwnEventFeedback(APIView):
    """What the caller thought of an event."""

    @extend_schema(
        operation_id="me_events_feedback_update",
        request=OwnFeedbackSerializer,
        responses=PlaceFeedbackSerializer,
    )
    def put(self, request: Request, pk: int) -> Response:
        """Give one to five stars and a text, in place of what one said before.

        409 as for the answer; hosts are not asked.
        """
        sent = _sent(request, OwnFeedbackSerializer)
        with transaction.atomic():
            place = _place(request, pk, sent.pop("participant"))
            given = give_feedback(place, **sent, now=timezone.now())
        return Response(
            {"participant": place.pk, "rating": given.rating, "text": given.text}
        )


class OwnEventPrivacy(APIView):
    """Who may see what is recorded of the caller at an event."""

    @extend_schema(
        operation_id="me_events_privacy_update",
        request=OwnPrivacySerializer,
        responses=PlacePrivacySerializer,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change who may see it; the organization of the event always does."""
        sent = _sent(request, OwnPrivacySerializer)
        place = place_meant(signed_in(request), pk, chosen=sent["participant"])
        changes = {name: sent[name] for name in PRIVACY if name in sent}
        set_privacy(place, changes=changes)
        return Response({"participant": place.pk, **privacy_of(place)})
