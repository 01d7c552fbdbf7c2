"""REST of the people of an organization."""

from typing import cast

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from core.pagination import LogCursor
from core.rest import RetrievePatchView
from events.invitations.answering import leave_place
from events.lookups import visible_organization
from events.models import Organization, Person, PersonChange
from events.people.lookups import people_found
from events.people.removing import delete_person
from events.people.serializers import (
    NewPersonSerializer,
    OwnPersonSerializer,
    PersonChangeSerializer,
    PersonSerializer,
)
from events.people.services import add_person, organize_person, update_person
from events.permissions import OrganizersChange, signed_in, viewer_of
from events.recording.consent import set_consent


class PersonList(generics.ListAPIView[Person]):
    """The people of an organization, for its members."""

    serializer_class = PersonSerializer
    queryset = Person.objects.all()

    @cached_property
    def organization(self) -> Organization:
        """Organization of the path; 404 for callers without a role in it."""
        return visible_organization(signed_in(self.request), self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Person]:
        """Return the people, by name."""
        if getattr(self, "swagger_fake_view", False):
            return Person.objects.none()
        q = self.request.query_params.get("q", "")
        return people_found(self.organization, q).select_related("user")

    @extend_schema(
        operation_id="organizations_people_list",
        parameters=[
            OpenApiParameter(
                "q",
                description="Words of names, addresses and numbers, in any order.",
            )
        ],
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Return the people by name."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="organizations_people_create",
        request=NewPersonSerializer,
        responses={201: PersonSerializer},
    )
    def post(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Add somebody, on no roster.

        409 with `person` if they are known already, with `candidates` if it is doubtful
        whether they are: then send `new`.
        """
        viewer_of(request).must_organize(self.organization.pk)
        serializer = NewPersonSerializer(
            data=request.data, context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)
        person = add_person(
            organization=self.organization,
            by=signed_in(request),
            **serializer.validated_data,
        )
        return Response(self.get_serializer(person).data, status=201)


class PersonViews(generics.GenericAPIView[Person]):
    """One person whom the caller may see: of their organizations, or themselves."""

    serializer_class = PersonSerializer
    permission_classes = [IsAuthenticated, OrganizersChange]
    queryset = Person.objects.all()

    def get_queryset(self) -> QuerySet[Person]:
        """Return the people whom the caller may see."""
        people = Person.objects.visible_to(signed_in(self.request))
        return people.select_related("user")


class PersonDetail(PersonViews, RetrievePatchView[Person]):
    """One person; organizers may change them."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, **kwargs: object) -> Response:
        """Delete a person who was added by mistake, with their places on rosters.

        409 with `hangs_on` if they were seen, decided about, or linked anywhere.
        """
        delete_person(person=self.get_object(), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def perform_update(self, serializer: BaseSerializer[Person]) -> None:
        """Write the changes.

        Whether somebody with an account is on the leaderboard is up to them.
        """
        serializer.instance = organize_person(
            person=cast(Person, serializer.instance),
            changes=serializer.validated_data,
            by=signed_in(self.request),
        )


_ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)


@extend_schema_view(
    get=extend_schema(parameters=[_ID], operation_id="people_changes_list")
)
class PersonChanges(generics.ListAPIView[PersonChange]):
    """All changes of one person and their places on rosters, newest first."""

    serializer_class = PersonChangeSerializer
    pagination_class = LogCursor
    queryset = PersonChange.objects.all()

    def get_queryset(self) -> QuerySet[PersonChange]:
        """Return the changes; only organizers may read them."""
        if getattr(self, "swagger_fake_view", False):
            return PersonChange.objects.none()
        people = Person.objects.visible_to(signed_in(self.request))
        person = get_object_or_404(people, pk=self.kwargs["pk"])
        viewer_of(self.request).must_organize(person.organization_id)
        return person.changes.select_related("actor", "values")


class OwnPeopleViews(generics.GenericAPIView[Person]):
    """The people for whom the caller's account stands."""

    serializer_class = OwnPersonSerializer
    queryset = Person.objects.all()

    def get_queryset(self) -> QuerySet[Person]:
        """Return them, in all organizations."""
        if getattr(self, "swagger_fake_view", False):
            return Person.objects.none()
        own = signed_in(self.request).people
        return own.select_related("organization").order_by("pk")


class OwnPeople(OwnPeopleViews, generics.ListAPIView[Person]):
    """All of them."""


class OwnPerson(OwnPeopleViews):
    """One of them."""

    @extend_schema(operation_id="me_people_update")
    def patch(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Take part in the leaderboard, or not; consent to being recorded, or not."""
        person, user = self.get_object(), signed_in(request)
        serializer = self.get_serializer(person, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changes = serializer.validated_data
        consents = changes.pop("consents_to_recording", None)
        with transaction.atomic():
            if changes:
                update_person(person=person, changes=changes, by=user)
            if consents is not None:
                set_consent(
                    person=person, consents=consents, by=user, now=timezone.now()
                )
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(operation_id="me_people_destroy", responses={204: None})
    def delete(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Leave: the caller's account no longer stands for this person."""
        leave_place(self.get_object(), user=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
