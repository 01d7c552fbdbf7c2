"""REST of organizations, events and rosters."""

from collections.abc import Mapping
from typing import Any

import django_filters.rest_framework as django_filters
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from core.addresses import folded_address
from core.errors import NotAllowed
from core.rest import RetrievePatchView
from events import services
from events.models import Event, Membership, Organization, Participant, User
from events.permissions import (
    AdminsChange,
    OrganizersChange,
    signed_in,
    viewer_of,
)
from events.roster.adding import add_participant
from events.roster.personal_links import renew_link
from events.roster.places import change_participant
from events.roster.removing import remove_participant
from events.serializers import (
    OWN_FIELDS,
    AddedParticipantSerializer,
    EventSerializer,
    EventViewSerializer,
    MemberSerializer,
    NewMemberSerializer,
    NewParticipantSerializer,
    OrganizationSerializer,
    ParticipantSerializer,
    PersonalLinkSerializer,
)

# --- Organizations and members --------------------------------------------------------


class OrganizationList(generics.ListCreateAPIView[Organization]):
    """The caller's organizations; for a superuser all."""

    serializer_class = OrganizationSerializer
    queryset = Organization.objects.all()

    def get_queryset(self) -> QuerySet[Organization]:
        """Return the organizations in which the caller has a role."""
        return Organization.objects.visible_to(signed_in(self.request))

    def perform_create(self, serializer: BaseSerializer[Organization]) -> None:
        """Create an organization with the caller as its owner; anybody may."""
        owner = signed_in(self.request)
        serializer.instance = services.create_organization(
            owner=owner, **serializer.validated_data
        )


class OrganizationDetail(RetrievePatchView[Organization]):
    """One organization; its admins may change it."""

    serializer_class = OrganizationSerializer
    permission_classes = [IsAuthenticated, AdminsChange]
    queryset = Organization.objects.all()

    def get_queryset(self) -> QuerySet[Organization]:
        """Return the organizations in which the caller has a role."""
        return Organization.objects.visible_to(signed_in(self.request))


class MemberViews(generics.GenericAPIView[Membership]):
    """Members of an organization that the caller belongs to."""

    serializer_class = MemberSerializer
    queryset = Membership.objects.all()

    @cached_property
    def organization(self) -> Organization:
        """Organization of the path; 404 for callers without a role in it."""
        return get_object_or_404(
            Organization.objects.visible_to(signed_in(self.request)),
            pk=self.kwargs["organization_pk"],
        )

    def get_queryset(self) -> QuerySet[Membership]:
        """Return the members, with their accounts."""
        if getattr(self, "swagger_fake_view", False):
            return Membership.objects.none()
        return self.organization.memberships.select_related("user")


class MemberList(MemberViews, generics.ListAPIView[Membership]):
    """Members of an organization; its organizers may invite some."""

    filterset_fields = ["role"]

    @extend_schema(request=NewMemberSerializer, responses={201: MemberSerializer})
    def post(self, request: Request, **kwargs: object) -> Response:
        """Invite an account to a role, by user name or confirmed address.

        The answer is the same whether there is such an account or not.
        """
        viewer = viewer_of(request)
        viewer.must_organize(self.organization.pk)
        serializer = NewMemberSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        membership = services.add_member(
            organization=self.organization, by=viewer, **serializer.validated_data
        )
        answer: Any = membership
        return Response(MemberSerializer(answer).data, status=201)


class MemberDetail(MemberViews):
    """One member."""

    @extend_schema(operation_id="organizations_members_partial_update")
    def patch(self, request: Request, **kwargs: object) -> Response:
        """Change a member's role. Only owners may make and unmake owners."""
        viewer = viewer_of(request)
        membership = self.get_object()
        viewer.must_administer(self.organization.pk)
        serializer = MemberSerializer(membership, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        membership = services.change_role(
            membership=membership,
            by=viewer,
            role=serializer.validated_data.get("role", membership.role),
        )
        return Response(MemberSerializer(membership).data)

    @extend_schema(responses={204: None}, operation_id="organizations_members_destroy")
    def delete(self, request: Request, **kwargs: object) -> Response:
        """Remove a member, or leave the organization."""
        services.remove_member(membership=self.get_object(), by=viewer_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


# --- Events and rosters ---------------------------------------------------------------


class EventFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters by plain ids, so unknown ids and those of others give the same answer."""

    organization = django_filters.NumberFilter("organization")

    class Meta:
        model = Event
        fields = ["state"]


class EventList(generics.ListCreateAPIView[Event]):
    """Events of the caller's organizations, and those whose roster has the caller."""

    serializer_class = EventSerializer
    queryset = Event.objects.all()
    filterset_class = EventFilter

    def get_queryset(self) -> QuerySet[Event]:
        """Return the events that the caller may see, newest first."""
        return Event.objects.visible_to(signed_in(self.request))

    def perform_create(self, serializer: BaseSerializer[Event]) -> None:
        """Create a draft; only organizers may."""
        organization = serializer.validated_data["organization"]
        viewer_of(self.request).must_organize(organization.pk)
        serializer.instance = services.create_event(**serializer.validated_data)


class EventViews(generics.GenericAPIView[Event]):
    """One event that the caller may see; its organizers may change it."""

    serializer_class = EventSerializer
    permission_classes = [IsAuthenticated, OrganizersChange]
    queryset = Event.objects.all()

    def get_queryset(self) -> QuerySet[Event]:
        """Return the events that the caller may see."""
        return Event.objects.visible_to(signed_in(self.request))


class EventDetail(EventViews, RetrievePatchView[Event]):
    """One event."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, **kwargs: object) -> Response:
        """Delete an event that was made by mistake, with its roster and sessions.

        409 with `hangs_on` if anybody was seen, decided about, or linked there.
        """
        services.delete_event(event=self.get_object(), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EventPublish(EventViews):
    """Publishing an event."""

    @extend_schema(request=None, responses=EventSerializer)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Publish a draft or a cancelled event: it becomes scheduled."""
        event = services.publish_event(event=self.get_object())
        return Response(self.get_serializer(event).data)


class EventViewed(EventViews):
    """Views of an event's page."""

    permission_classes = [IsAuthenticated]

    def get_queryset(self) -> QuerySet[Event]:
        """Return also the events whose public page everybody may open."""
        everybodys = Event.objects.open_to_all().values("pk")
        return Event.objects.filter(
            Q(pk__in=super().get_queryset().values("pk")) | Q(pk__in=everybodys)
        )

    @extend_schema(
        request=None, responses={200: EventViewSerializer, 201: EventViewSerializer}
    )
    def post(self, request: Request, **kwargs: object) -> Response:
        """Record that the caller viewed the event: 201 the first time, then 200."""
        view, is_new = services.record_view(
            event=self.get_object(), user=signed_in(request), now=timezone.now()
        )
        return Response(EventViewSerializer(view).data, status=201 if is_new else 200)


class ParticipantFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters a roster, by addresses only as far as the caller may see them."""

    email = django_filters.CharFilter(method="with_email")

    class Meta:
        model = Participant
        fields = ["role", "registration"]

    def with_email(
        self, roster: QuerySet[Participant], name: str, email: str
    ) -> QuerySet[Participant]:
        """Filter by address; for hosts and attendees only their own matches."""
        viewer = viewer_of(self.request)
        return roster.filter(
            Q(event__organization__in=Organization.objects.visible_to(viewer.user))
            | Q(person__user=viewer.user),
            person__folded_email=folded_address(email),
        )


class ParticipantList(generics.ListCreateAPIView[Participant]):
    """The roster of an event; attendees see only themselves."""

    serializer_class = ParticipantSerializer
    queryset = Participant.objects.all()
    filterset_class = ParticipantFilter

    @cached_property
    def event(self) -> Event:
        """Event of the path; 404 if the caller may not see it."""
        return get_object_or_404(
            Event.objects.visible_to(signed_in(self.request)),
            pk=self.kwargs["event_pk"],
        )

    def get_queryset(self) -> QuerySet[Participant]:
        """Return the people whom the caller may see, by name."""
        if getattr(self, "swagger_fake_view", False):
            return Participant.objects.none()
        return (
            self.event.participants.visible_to(signed_in(self.request))
            .select_related("event", "person__user")
            .order_by("person__name", "pk")
        )

    @extend_schema(
        request=NewParticipantSerializer,
        responses={200: AddedParticipantSerializer, 201: AddedParticipantSerializer},
    )
    def post(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Add somebody to the roster.

        200 if their place stood already: it was cancelled, or they had no address. 409
        `doubtful` with `candidates` if it is doubtful who is meant: then send `person`,
        or `new`. 409 `on_roster` names the `participant` who is there already, 409
        `number_taken` the `person` who has the number.
        """
        viewer_of(request).must_organize(self.event.organization_id)
        serializer = NewParticipantSerializer(
            data=request.data, context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)
        added = add_participant(
            event=self.event, by=signed_in(request), **serializer.validated_data
        )
        data = self.get_serializer(added.participant).data
        data["matched"] = added.matched or None
        return Response(data, status=201 if added.is_new else 200)


class ParticipantDetail(RetrievePatchView[Participant]):
    """One person on a roster; organizers and the person may change it."""

    serializer_class = ParticipantSerializer
    queryset = Participant.objects.all()

    def get_queryset(self) -> QuerySet[Participant]:
        """Return the people whom the caller may see."""
        user = signed_in(self.request)
        return Participant.objects.visible_to(user).select_related(
            "event", "person__user"
        )

    def patch(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Change a person on the roster.

        People may change their own time zone and language; organizers may change
        everything, because the organization keeps the register. Name, address, number,
        account, time zone and language are the person's: they change at all their
        events.
        """
        return super().patch(request, *args, **kwargs)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, **kwargs: object) -> Response:
        """Remove somebody from the roster who was added by mistake.

        409 with `hangs_on` if they were seen, decided about, or linked: then cancel
        their registration.
        """
        participant = self.get_object()
        viewer = viewer_of(request)
        viewer.must_organize(participant.event.organization_id)
        remove_participant(participant=participant, by=viewer.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def perform_update(self, serializer: BaseSerializer[Participant]) -> None:
        """Write the changes; refuse those that the caller may not make."""
        participant = self.get_object()
        viewer = viewer_of(self.request)
        if not viewer.organizes(participant.event.organization_id):
            _must_be_own(participant, viewer.user, serializer.validated_data)
        serializer.instance = change_participant(
            participant=participant,
            changes=serializer.validated_data,
            by=viewer.user,
        )


class PersonalLink(generics.GenericAPIView[Participant]):
    """The secret link of somebody on a roster to their own page."""

    serializer_class = PersonalLinkSerializer
    queryset = Participant.objects.all()

    def get_queryset(self) -> QuerySet[Participant]:
        """Return the people whom the caller may see."""
        user = signed_in(self.request)
        return Participant.objects.visible_to(user).select_related("event")

    @extend_schema(request=None)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Renew the link: the old one opens nothing any more. Only organizers may."""
        place = self.get_object()
        viewer_of(request).must_organize(place.event.organization_id)
        renew_link(place=place)
        answer = Response(PersonalLinkSerializer(place).data)
        answer["Cache-Control"] = "no-store"
        return answer


def _must_be_own(
    participant: Participant, user: User, changes: Mapping[str, object]
) -> None:
    if participant.user_id != user.pk:
        raise NotAllowed(
            "organizers_only", _("Only organizers can change other people.")
        )
    if foreign := sorted(set(changes) - OWN_FIELDS):
        raise NotAllowed(
            "organizers_only",
            _("The organization keeps the register. Ask it to change: %(fields)s.")
            % {"fields": ", ".join(foreign)},
            field=foreign[0],
        )
