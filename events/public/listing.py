"""The public events that anybody may find.

Source: docs/rules.md 152.
"""

from datetime import datetime

from django.db.models import F
from django.db.models.functions import Coalesce

from events.models import DEFAULT_EVENT_LENGTH, Event, EventState, Visibility

LISTED_AT_MOST = 20


def next_public_events(*, now: datetime) -> list[Event]:
    """Return the next public events of all organizations that are not over."""
    end = Coalesce("ends_at", F("starts_at") + DEFAULT_EVENT_LENGTH)
    ahead = (
        Event.objects.filter(state=EventState.SCHEDULED, visibility=Visibility.PUBLIC)
        .alias(end_at=end)
        .filter(end_at__gt=now)
        .select_related("organization")
        .order_by("starts_at", "pk")
    )
    return list(ahead[:LISTED_AT_MOST])
