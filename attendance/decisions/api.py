"""REST views of marks, check-ins, undoing, and the log of decisions."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import django_filters.rest_framework as django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.decisions.checking_in import check_in, place_of_check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.rights import Rights
from attendance.decisions.serializers import (
    BulkMarkedSerializer,
    BulkMarkSerializer,
    ChangeSerializer,
    CheckedInSerializer,
    CheckInSerializer,
    MarkSerializer,
    UndoSerializer,
)
from attendance.decisions.undoing import undo
from attendance.models import DECISION_SOURCES, AttendanceChange
from attendance.report_rows.event_rows import (
    decisions_as_dicts,
)
from attendance.report_rows.serializers import ReportRowSerializer
from core.errors import RuleBroken
from core.pagination import LogCursor
from events.idempotency import IDEMPOTENCY_KEY, idempotent
from events.lookups import visible_event, visible_participant
from events.models import Participant
from events.permissions import signed_in, viewer_of


def current_decisions(
    request: Request, place: Place, people: Sequence[Participant]
) -> list[dict[str, Any]]:
    """Return the decisions about people that now stand, in the shape of REST."""
    return decisions_as_dicts(
        place.event,
        place.session,
        people,
        viewer=viewer_of(request),
        now=timezone.now(),
    )


# --- Deciding -------------------------------------------------------------------------


class ParticipantCheckIn(APIView):
    """The check-in of one person."""

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=CheckInSerializer,
        responses=CheckedInSerializer,
    )
    @idempotent
    def post(self, request: Request, pk: int) -> HttpResponseBase:
        """Check somebody in; a second check-in changes nothing, and says so.

        Without `session`, in an event of exactly one session, that session is meant.
        """
        person = visible_participant(signed_in(request), pk)
        rights = Rights.of(viewer_of(request), person.event)
        rights.must_decide()
        serializer = CheckInSerializer(
            data=request.data, context={"event": person.event}
        )
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        place = place_of_check_in(Place(person.event, data["session"]))
        rights.must_mark(place)
        done = check_in(
            place,
            person,
            method=data["method"],
            at=data["checked_in_at"],
            notes=data["notes"],
            by=signed_in(request),
            now=timezone.now(),
        )
        [decision] = current_decisions(request, done.place, [person])
        return Response(decision | {"already_checked_in": done.already})


class ParticipantAttendance(APIView):
    """The decision about one person."""

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=MarkSerializer,
        responses=ReportRowSerializer,
    )
    @idempotent
    def patch(self, request: Request, pk: int) -> HttpResponseBase:
        """Mark one person, at a session or about the course result."""
        person = visible_participant(signed_in(request), pk)
        rights = Rights.of(viewer_of(request), person.event)
        rights.must_decide()
        serializer = MarkSerializer(data=request.data, context={"event": person.event})
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        place = Place(person.event, data["session"])
        rights.must_mark(place, source=data["source"])
        mark(
            place,
            [Mark(person, data["status"], data["notes"])],
            source=data["source"],
            by=signed_in(request),
            now=timezone.now(),
        )
        [decision] = current_decisions(request, place, [person])
        return Response(decision)


class EventBulkAttendance(APIView):
    """The decisions about many people."""

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=BulkMarkSerializer,
        responses=BulkMarkedSerializer,
    )
    @idempotent
    def post(self, request: Request, pk: int) -> HttpResponseBase:
        """Mark many people; either all marks are written, or none."""
        event = visible_event(signed_in(request), pk)
        rights = Rights.of(viewer_of(request), event)
        rights.must_decide()
        serializer = BulkMarkSerializer(data=request.data, context={"event": event})
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        place = Place(event, data["session"])
        rights.must_mark(place, source=data["source"])
        marks: list[Mark] = data["marks"]
        try:
            mark(
                place,
                marks,
                source=data["source"],
                by=signed_in(request),
                now=timezone.now(),
            )
        except RuleBroken as refusal:
            if refusal.field and len(marks) == 1:
                refusal.field = f"marks[0].{refusal.field}"
            raise
        people = [mark.participant for mark in marks]
        return Response({"results": current_decisions(request, place, people)})


class ChangeUndo(APIView):
    """The undoing of a change."""

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=UndoSerializer,
        responses=ReportRowSerializer,
    )
    @idempotent
    def post(self, request: Request, pk: int) -> HttpResponseBase:
        """Undo a change: restore what was there before, as a new change.

        Only the newest change of a decision can be undone, and only if a person made
        it; else 409.
        """
        people = Participant.objects.visible_to(signed_in(request))
        changes = AttendanceChange.objects.filter(participant__in=people)
        change = get_object_or_404(
            changes.select_related("participant__event__organization", "session"),
            pk=pk,
        )
        Rights.of(viewer_of(request), change.participant.event).must_undo(change)
        serializer = UndoSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        undo(
            change,
            by=signed_in(request),
            now=timezone.now(),
            **serializer.validated_data,
        )
        place = Place(change.participant.event, change.session)
        [decision] = current_decisions(request, place, [change.participant])
        return Response(decision)


# --- The log --------------------------------------------------------------------------


class ChangeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters by ids without looking them up.

    So an id that does not exist and one that the caller may not see look alike.
    """

    session = django_filters.NumberFilter("session")
    actor = django_filters.NumberFilter("actor")
    source = django_filters.ChoiceFilter(choices=DECISION_SOURCES)

    class Meta:
        model = AttendanceChange
        fields: list[str] = []


class ChangesOfEventFilter(ChangeFilter):
    """Filters by participant, too."""

    participant = django_filters.NumberFilter("participant")


class ChangeList(generics.ListAPIView[AttendanceChange], ABC):
    """A part of the log, newest first."""

    serializer_class = ChangeSerializer
    pagination_class = LogCursor
    filterset_class = ChangeFilter
    queryset = AttendanceChange.objects.all()

    def get_queryset(self) -> QuerySet[AttendanceChange]:
        """Return the changes that the caller may read, with actor and reason loaded."""
        if getattr(self, "swagger_fake_view", False):
            return AttendanceChange.objects.none()
        return self.changes(self.kwargs["pk"]).select_related("actor", "reason")

    @abstractmethod
    def changes(self, pk: int) -> QuerySet[AttendanceChange]:
        """Return the changes of the object in the path that the caller may read."""


_ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)


@extend_schema_view(
    get=extend_schema(
        parameters=[_ID], operation_id="participants_attendance_changes_list"
    )
)
class ParticipantChanges(ChangeList):
    """All changes of the decisions about one person."""

    def changes(self, pk: int) -> QuerySet[AttendanceChange]:
        """Return those of one person: oneself; members and hosts may read all."""
        person = visible_participant(signed_in(self.request), pk)
        return AttendanceChange.objects.filter(participant=person)


@extend_schema_view(
    get=extend_schema(parameters=[_ID], operation_id="events_attendance_changes_list")
)
class EventChanges(ChangeList):
    """All changes of decisions in one event; attendees get only their own."""

    filterset_class = ChangesOfEventFilter

    def changes(self, pk: int) -> QuerySet[AttendanceChange]:
        """Return those of an event: all for members and hosts, else one's own."""
        event = visible_event(signed_in(self.request), pk)
        viewer = viewer_of(self.request)
        changes = AttendanceChange.objects.filter(participant__event=event)
        if Rights.of(viewer, event).reads_all:
            return changes
        return changes.filter(participant__person__user=viewer.user)
