"""REST views of engagement points, of the leaderboard, and of the points per status."""

from typing import Any

from django.db.models import Sum
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.models import EngagementEntry
from attendance.points.leaderboard import (
    entries_of,
    leaderboard,
    may_read_points,
    organizations_on_leaderboards_of,
    per_person,
)
from attendance.points.ledger import (
    MOST_POINTS,
    PointsPerStatus,
    points_per_status_in,
    set_points_per_status,
)
from core.errors import NotAllowed
from core.fields import Declared, ModelSerializer
from core.pagination import LogCursor, Pages
from events.lookups import visible_organization
from events.models import Participant
from events.permissions import signed_in, viewer_of

_DEFAULTS = PointsPerStatus()


def _worth(default: int) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=MOST_POINTS, default=default)


class WorthSerializer(serializers.Serializer[PointsPerStatus]):
    """Points per status, and for feedback; other statuses give none."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return a field for each that is worth something."""
        return {name: _worth(worth) for name, worth in _DEFAULTS._asdict().items()}


class EntrySerializer(ModelSerializer[EngagementEntry]):
    """Points given or taken; ``change`` is null for feedback and balancing entries."""

    event = serializers.IntegerField(source="participant.event_id")
    person = serializers.IntegerField(source="participant.person_id")

    class Meta:
        model = EngagementEntry
        fields = [
            "id",
            "organization",
            "event",
            "session",
            "participant",
            "person",
            "change",
            "points",
            "at",
        ]


class PersonsPointsSerializer(Declared):
    """The total of one person."""

    person = serializers.IntegerField()
    name = serializers.CharField()
    total = serializers.IntegerField()


class PointsSerializer(Declared):
    """A user's total, and a page of the entries that make it up, newest first.

    ``people`` are those for whom the account stands, with what each of them has.
    """

    total = serializers.IntegerField()
    people = PersonsPointsSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    entries = EntrySerializer(many=True)


class PlaceOnLeaderboardSerializer(Declared):
    """One person; ``user`` is null for people without an account."""

    rank = serializers.IntegerField()
    person = serializers.IntegerField()
    user = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    total = serializers.IntegerField()


class LeaderboardSerializer(Declared):
    """A page of a leaderboard."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PlaceOnLeaderboardSerializer(many=True)


class UserPoints(APIView):
    """The points of one user."""

    @extend_schema(
        parameters=[
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses=PointsSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return the points of a user: oneself, or, for organizers, people on rosters.

        Organizers see only the entries of their own organizations.
        """
        viewer = viewer_of(request)
        if not may_read_points(pk, viewer):
            if (
                Participant.objects.visible_to(viewer.user)
                .filter(person__user=pk)
                .exists()
            ):
                raise NotAllowed(
                    "organizers_only",
                    _("Only organizers and the person can see these points."),
                )
            raise NotFound
        entries = entries_of(pk, viewer)
        pages = LogCursor()
        page = pages.paginate_queryset(
            entries.select_related("participant__person"), request, view=self
        )
        return Response(
            {
                "total": entries.aggregate(total=Sum("points", default=0))["total"],
                "people": list(per_person(entries)),
                "next": pages.get_next_link(),
                "previous": pages.get_previous_link(),
                "entries": EntrySerializer(page or [], many=True).data,
            }
        )


class OrganizationLeaderboard(APIView):
    """The leaderboard of an organization."""

    @extend_schema(
        parameters=[OpenApiParameter("page", int), OpenApiParameter("page_size", int)],
        responses=LeaderboardSerializer,
        operation_id="organizations_leaderboard_list",
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return the attendees who take part, most points first.

        People with equally many points share a rank. Members and people on the
        organization's rosters may read it.
        """
        organizations = organizations_on_leaderboards_of(signed_in(request))
        organization = get_object_or_404(organizations, pk=pk)
        pages = Pages()
        page = pages.paginate_queryset(leaderboard(organization), request, view=self)
        places = [PlaceOnLeaderboardSerializer(place).data for place in page or ()]
        return pages.get_paginated_response(places)


class OrganizationPoints(APIView):
    """The points per status of an organization."""

    @extend_schema(responses=WorthSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return the points per status."""
        organization = visible_organization(signed_in(request), pk)
        return Response(
            points_per_status_in([organization.pk])[organization.pk]._asdict()
        )

    @extend_schema(request=WorthSerializer, responses=WorthSerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Set all points; those left out get their defaults. Totals change at once."""
        organization = visible_organization(signed_in(request), pk)
        viewer_of(request).must_administer(organization.pk)
        serializer = WorthSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        worth = PointsPerStatus(**serializer.validated_data)
        set_points_per_status(organization.pk, worth)
        return Response(worth._asdict())
