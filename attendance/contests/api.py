"""REST of contested statuses: contesting, the list of an organization, settling."""

import django_filters.rest_framework as django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.contests.contesting import contest, settle
from attendance.contests.reading import contests
from attendance.contests.serializers import (
    OPEN,
    SETTLED,
    STATES,
    ContestSerializer,
    NewContestSerializer,
    SettleSerializer,
)
from attendance.models import Attendance, Contest
from attendance.models.answers import ContestQuerySet
from events.lookups import visible_organization
from events.models import Organization
from events.permissions import signed_in, viewer_of


class ContestDecision(APIView):
    """Contesting a decision."""

    @extend_schema(request=NewContestSerializer, responses={201: ContestSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Say that a decision about one of the caller's own people is wrong.

        409 if that was said already and is not settled, if nothing is decided, or if
        the session or the event is cancelled.
        """
        user = signed_in(request)
        own = Attendance.objects.filter(participant__person__user=user)
        decision = get_object_or_404(own, pk=pk)
        serializer = NewContestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = contest(
            decision,
            text=serializer.validated_data["text"],
            by=user,
            now=timezone.now(),
        )
        answer = ContestSerializer(contests().get(pk=made.pk)).data
        return Response(answer, status=status.HTTP_201_CREATED)


class ContestFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters by state; without one those are meant that are open."""

    state = django_filters.ChoiceFilter(choices=STATES)

    class Meta:
        model = Contest
        fields: list[str] = []

    def filter_queryset(self, queryset: ContestQuerySet) -> ContestQuerySet:
        """Return the contests in the state that is asked for."""
        is_settled = self.form.cleaned_data["state"] == SETTLED
        return queryset.settled() if is_settled else queryset.open()


@extend_schema_view(
    get=extend_schema(
        operation_id="organizations_contests_list",
        parameters=[
            OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH),
            OpenApiParameter(
                "state",
                enum=[value for value, _label in STATES],
                description=f"`{OPEN}`, the default, leaves out what is cancelled.",
            ),
        ],
    )
)
class OrganizationContests(generics.ListAPIView[Contest]):
    """What people of an organization contest, the newest first."""

    serializer_class = ContestSerializer
    filterset_class = ContestFilter
    queryset = Contest.objects.none()

    def get_queryset(self) -> QuerySet[Contest]:
        """Return those of an organization, for its organizers."""
        if getattr(self, "swagger_fake_view", False):
            return Contest.objects.none()
        user = signed_in(self.request)
        organization = visible_organization(user, self.kwargs["pk"])
        viewer_of(self.request).must_organize(organization.pk)
        return contests().filter(organization=organization)


class SettleContest(APIView):
    """Settling a contest."""

    @extend_schema(request=SettleSerializer, responses=ContestSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Settle a contest: with another status, or by saying that it stays.

        A status marks the person; the notes are for them, and no reason of the mark.
        409 if it is settled
        already, or if the person cannot be marked, as when an admin locked the status.
        """
        user, viewer = signed_in(request), viewer_of(request)
        visible = Organization.objects.visible_to(user)
        found = get_object_or_404(contests().filter(organization__in=visible), pk=pk)
        viewer.must_organize(found.organization_id)
        serializer = SettleSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        settle(
            found,
            **serializer.validated_data,
            by=user,
            now=timezone.now(),
            may_unlock=viewer.administers(found.organization_id),
        )
        return Response(ContestSerializer(contests().get(pk=pk)).data)
