"""When an event ends: at its own end, or that of its last session if that is later.

Cancelled sessions do not count. An event without an end of its own lasts two hours.

Source: docs/rules.md 58.
"""

from datetime import datetime
from typing import Any

from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from events.models import DEFAULT_EVENT_LENGTH, Event
from sessions_app.models import LiveSession

# The end of event ``e``, in SQL.
END = f"""
    greatest(
        coalesce(e.ends_at,
            e.starts_at + interval '{DEFAULT_EVENT_LENGTH.total_seconds()} s'),
        (
            SELECT max(coalesce(s.ended_at, s.ends_at))
            FROM sessions_app_livesession s
            WHERE s.event_id = e.id AND s.cancelled_at IS NULL
        )
    )
"""


def end_of(event: Event) -> datetime:
    """Return when an event ends."""
    sessions = LiveSession.objects.uncancelled().filter(event=event)
    last = sessions.aggregate(last=Max(Coalesce("ended_at", "ends_at")))["last"]
    return max(event.end, last) if last else event.end


def end(event: str = "") -> Any:
    """Return the expression of an event's end.

    Args:
        event: The lookup of the event with "__" behind it; "": the row itself.
    """
    last = (
        LiveSession.objects.uncancelled()
        .filter(event=OuterRef(f"{event}pk"))
        .order_by()
        .values("event")
        .annotate(last=Max(Coalesce("ended_at", "ends_at")))
        .values("last")
    )
    own = Coalesce(f"{event}ends_at", F(f"{event}starts_at") + DEFAULT_EVENT_LENGTH)
    return Greatest(own, Subquery(last))
