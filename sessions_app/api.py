"""REST of live sessions."""

from datetime import timedelta

import django_filters.rest_framework as django_filters
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from core.errors import NotAllowed
from core.pagination import LogCursor
from core.rest import RetrievePatchView
from events.api import EventViews
from events.invitations.answering import accept_by_coming, offered_people
from events.models import Event, Participant
from events.people.lookups import nobody_has_this_id, own_place
from events.permissions import (
    OrganizersChange,
    signed_in,
    viewer_of,
)
from events.serializers import EventSerializer
from sessions_app import services
from sessions_app.lookups import organized_session
from sessions_app.models import Connection, LiveSession, PresenceEvent
from sessions_app.serializers import (
    ConnectionSerializer,
    EndSerializer,
    JoinSerializer,
    JoinTokenSerializer,
    PresenceEventSerializer,
    SessionSerializer,
)

# Facts and connections are listed from this long before a session to as long after it.
MARGIN = timedelta(hours=1)


class SessionViews(generics.GenericAPIView[LiveSession]):
    """One session that the caller may see; organizers of its event may change it."""

    serializer_class = SessionSerializer
    permission_classes = [IsAuthenticated, OrganizersChange]
    queryset = LiveSession.objects.all()

    def get_queryset(self) -> QuerySet[LiveSession]:
        """Return the sessions that the caller may see."""
        return LiveSession.objects.visible_to(signed_in(self.request)).select_related(
            "event__organization"
        )


class SessionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters by plain ids, so unknown ids and those of others give the same answer."""

    event = django_filters.NumberFilter("event")
    organization = django_filters.NumberFilter("event__organization")

    class Meta:
        model = LiveSession
        fields = ["session_type", "mode", "room_name"]


class SessionList(generics.ListCreateAPIView[LiveSession]):
    """Sessions of all events that the caller may see."""

    serializer_class = SessionSerializer
    queryset = LiveSession.objects.all()
    filterset_class = SessionFilter

    def get_queryset(self) -> QuerySet[LiveSession]:
        """Return the sessions that the caller may see, newest first."""
        return LiveSession.objects.visible_to(signed_in(self.request))

    def perform_create(self, serializer: BaseSerializer[LiveSession]) -> None:
        """Schedule a session; only organizers may."""
        event = serializer.validated_data["event"]
        viewer_of(self.request).must_organize(event.organization_id)
        serializer.instance = services.schedule_session(**serializer.validated_data)


class SessionDetail(SessionViews, RetrievePatchView[LiveSession]):
    """One session."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, **kwargs: object) -> Response:
        """Delete a session that was made by mistake.

        409 with `hangs_on` if anybody was seen or decided about there.
        """
        services.delete_session(session=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def perform_update(self, serializer: BaseSerializer[LiveSession]) -> None:
        """Write changes of title, type, room and schedule."""
        changes = dict(serializer.validated_data)
        changes.pop("event", None)
        serializer.instance = services.change_session(
            session=self.get_object(), changes=changes
        )


class SessionEnd(SessionViews):
    """The actual end of a session."""

    @extend_schema(request=EndSerializer, responses=SessionSerializer)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Set the session's actual end; calling it again corrects the end."""
        session = self.get_object()
        serializer = EndSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        session = services.end_session(
            session=session, now=timezone.now(), **serializer.validated_data
        )
        return Response(self.get_serializer(session).data)


class SessionCancel(SessionViews):
    """Cancelling a session."""

    @extend_schema(request=None, responses=SessionSerializer)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Cancel the session and free its room.

        Its decisions stay, and are void until it is restored.
        """
        session = services.cancel_session(session=self.get_object(), now=timezone.now())
        return Response(self.get_serializer(session).data)


class SessionRestore(SessionViews):
    """Restoring a session."""

    @extend_schema(request=None, responses=SessionSerializer)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Restore the session, and its event; 409 if the room is taken."""
        session = services.restore_session(session=self.get_object())
        return Response(self.get_serializer(session).data)


class EventCancel(EventViews):
    """Cancelling an event."""

    @extend_schema(request=None, responses=EventSerializer)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Cancel the event and all its sessions."""
        event = services.cancel_event(event=self.get_object(), now=timezone.now())
        return Response(self.get_serializer(event).data)


class SessionJoinToken(SessionViews):
    """LiveKit tokens to join a session's room."""

    permission_classes = [IsAuthenticated]

    @cached_property
    def _offered(self) -> list[int]:
        """Ids of people whose places the caller takes by joining."""
        return offered_people(signed_in(self.request))

    def get_queryset(self) -> QuerySet[LiveSession]:
        """Return the sessions that the caller may see, or is invited to."""
        seen = Event.objects.visible_to(signed_in(self.request))
        places = Participant.objects.filter(person__in=self._offered)
        return LiveSession.objects.filter(
            Q(event__in=seen) | Q(event__in=places.values("event"))
        ).select_related("event__organization")

    @extend_schema(request=JoinSerializer, responses=JoinTokenSerializer)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Return a token for the caller; organizers may get one for anybody.

        It accepts the place that the caller is offered, also if they must consent to
        being recorded first. 409 with `participants` if the caller's account stands for
        several people of the roster: then send `participant`.
        """
        session = self.get_object()
        serializer = JoinSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        chosen = serializer.validated_data["participant"]
        participant = self._participant(session, chosen)
        by_organizer = viewer_of(request).organizes(session.event.organization_id)
        now = timezone.now()
        # A place that cannot be joined is not accepted. Consent is asked afterwards:
        # only who has the place can give it.
        services.must_be_joinable(
            session, participant, by_organizer=by_organizer, now=now
        )
        self._accept(participant, chosen)
        token = services.join_token(
            session=session,
            participant=participant,
            by_organizer=by_organizer,
            now=now,
        )
        answer = Response(JoinTokenSerializer(token._asdict()).data)
        answer["Cache-Control"] = "no-store"
        return answer

    def _accept(self, participant: Participant, chosen: int | None) -> None:
        """Accept a place by joining; organizers who name somebody join as nobody."""
        viewer = viewer_of(self.request)
        is_for_others = viewer.organizes(participant.event.organization_id) and chosen
        if participant.person_id in self._offered and not is_for_others:
            accept_by_coming(participant.person, user=viewer.user)

    def _participant(
        self, session: LiveSession, participant_id: int | None
    ) -> Participant:
        viewer = viewer_of(self.request)
        if participant_id is None:
            own = own_place(session.event, viewer.user.pk, offered=self._offered)
            if own is None:
                raise NotAllowed(
                    "not_on_roster",
                    _("You are not on the roster. Organizers must name a participant."),
                )
            return own
        people = session.event.participants
        seen = people.visible_to(viewer.user) | people.filter(person__in=self._offered)
        participant: Participant | None = seen.filter(pk=participant_id).first()
        if participant is None:
            raise nobody_has_this_id()
        is_own = participant.user_id == viewer.user.pk
        if not is_own and participant.person_id not in self._offered:
            viewer.must_organize(session.event.organization_id)
        return participant


class PresenceEventList(generics.ListAPIView[PresenceEvent]):
    """Facts about the session's room, from an hour before it to an hour after.

    Newest first.
    """

    serializer_class = PresenceEventSerializer
    pagination_class = LogCursor
    queryset = PresenceEvent.objects.all()
    filterset_fields = ["source", "event", "identity", "participant_sid"]

    def get_queryset(self) -> QuerySet[PresenceEvent]:
        """Return facts by room and time, because they have no key of a session."""
        if getattr(self, "swagger_fake_view", False):
            return PresenceEvent.objects.none()
        session = organized_session(viewer_of(self.request), self.kwargs["pk"])
        return PresenceEvent.objects.annotate(
            at=Coalesce("occurred_at", "received_at")
        ).filter(
            room_name=session.room_name,
            at__gte=session.starts_at - MARGIN,
            at__lt=session.end + MARGIN,
        )


class ConnectionList(generics.ListAPIView[Connection]):
    """Connections to the session's room, from an hour before it to an hour after.

    Newest first.
    """

    serializer_class = ConnectionSerializer
    pagination_class = LogCursor
    queryset = Connection.objects.all()
    filterset_fields = ["source", "identity", "sid"]

    def get_queryset(self) -> QuerySet[Connection]:
        """Return connections by room and time: they have no key of a session."""
        if getattr(self, "swagger_fake_view", False):
            return Connection.objects.none()
        session = organized_session(viewer_of(self.request), self.kwargs["pk"])
        return Connection.objects.annotate(
            begins=Coalesce("joined_at", "left_at", "aborted_at"),
            ends=Coalesce(Least("left_at", "aborted_at"), F("inferred_left_at")),
        ).filter(
            Q(ends__isnull=True) | Q(ends__gt=session.starts_at - MARGIN),
            room_name=session.room_name,
            begins__lt=session.end + MARGIN,
        )
