"""REST of completing an event, and of taking that back."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from attendance.completion.completing import complete_event, reopen_event
from events.api import EventViews
from events.permissions import signed_in
from events.serializers import EventSerializer


class EventComplete(EventViews):
    """Completing an event."""

    @extend_schema(request=None, responses=EventSerializer)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Decide about everybody; 409 while a session of it runs.

        What is due is calculated first. Who then is still unknown counts as absent.
        """
        event = self.get_object()
        complete_event(event=event, now=timezone.now())
        event.refresh_from_db()
        return Response(self.get_serializer(event).data)


class EventReopen(EventViews):
    """Taking a completion back."""

    @extend_schema(request=None, responses=EventSerializer)
    def post(self, request: Request, **kwargs: object) -> Response:
        """Take back what the completion did; what people decided stays."""
        event = reopen_event(
            event=self.get_object(), by=signed_in(request), now=timezone.now()
        )
        return Response(self.get_serializer(event).data)
