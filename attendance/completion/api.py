"""REST views that complete and reopen events."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from attendance.completion.completing import complete_event, reopen_event
from events.api import EventViews
from events.permissions import signed_in
from events.serializers import EventSerializer


class EventComplete(EventViews):
    """The completion of an event."""

    @extend_schema(request=None, responses=EventSerializer)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Complete an event: write everybody's course result; 409 while a session runs.

        409 also if the event has no sessions and has not begun. Sessions that are due
        are calculated first. Registered attendees who are still unknown then count as
        absent.
        """
        event = self.get_object()
        complete_event(event=event, now=timezone.now())
        event.refresh_from_db()
        return Response(self.get_serializer(event).data)


class EventReopen(EventViews):
    """The reopening of an event."""

    @extend_schema(request=None, responses=EventSerializer)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Reopen an event: undo its completion; decisions of people stay."""
        event = reopen_event(
            event=self.get_object(), by=signed_in(request), now=timezone.now()
        )
        return Response(self.get_serializer(event).data)
