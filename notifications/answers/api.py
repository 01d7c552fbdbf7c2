"""REST of who was asked about an event."""

import django_filters.rest_framework as django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from events.lookups import visible_event
from events.models import Event
from events.permissions import signed_in, viewer_of
from notifications.answers.serializers import (
    AskByHandSerializer,
    AskedByHandSerializer,
    EventPromptSerializer,
)
from notifications.models import AttendancePrompt, PromptState
from notifications.prompts.by_hand import REACHED, ask_by_hand


class PromptFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters by what has become of a prompt."""

    state = django_filters.ChoiceFilter(choices=PromptState.choices)


class EventPrompts(generics.ListAPIView[AttendancePrompt]):
    """Who was asked about an event, for members of its organization."""

    serializer_class = EventPromptSerializer
    queryset = AttendancePrompt.objects.all()
    filterset_class = PromptFilter

    @cached_property
    def event(self) -> Event:
        """Event of the path; 404 if the caller may not see it."""
        return visible_event(signed_in(self.request), self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[AttendancePrompt]:
        """Return the prompts by name, the first of each person before the second."""
        if getattr(self, "swagger_fake_view", False):
            return AttendancePrompt.objects.with_state(timezone.now()).none()
        viewer_of(self.request).must_belong_to(self.event.organization_id)
        prompts = AttendancePrompt.objects.filter(
            participant__event=self.event, participant__only_looked=False
        )
        return (
            prompts.with_state(timezone.now())
            .select_related("participant__person", "asked_by")
            .order_by("participant__person__name", "participant", "number")
        )

    @extend_schema(operation_id="events_prompts_list")
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Return who was asked, whether a mail went, and what became of it."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="events_prompts_create",
        request=AskByHandSerializer,
        responses=AskedByHandSerializer,
    )
    def post(self, request: Request, **kwargs: object) -> Response:
        """Ask people about an event that has ended, now; the answer says what was done.

        Nobody is asked who need not be, and nobody twice, so it may be repeated. 409
        before the end, and once 14 days have passed.
        """
        viewer_of(request).must_organize(self.event.organization_id)
        serializer = AskByHandSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        plans = ask_by_hand(
            self.event,
            chosen=serializer.validated_data.get("participants"),
            by=signed_in(request),
            now=timezone.now(),
        )
        results = [
            {
                "participant": {"id": plan.place.pk, "name": plan.place.name},
                "outcome": plan.outcome.value,
                "detail": str(plan.outcome.label),
            }
            for plan in plans
        ]
        asked = sum(plan.outcome in REACHED for plan in plans)
        return Response({"asked": asked, "results": results})
