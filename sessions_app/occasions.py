"""Occasions: sessions, and events without sessions, which stand among them in lists.

An event without sessions, such as a meetup, has one door and decisions about itself. So
has an event whose sessions were all cancelled: nobody comes to those.

Source: docs/rules.md 123.
"""

from typing import Any, NamedTuple, TypeAlias

from django.db.models import Exists, OuterRef

from events.models import Event
from sessions_app.models import LiveSession

Occasion: TypeAlias = LiveSession | Event


class OccasionId(NamedTuple):
    """The id of a session with that of its event; or of an event without sessions."""

    session: int | None
    event: int

    @classmethod
    def of(cls, occasion: Occasion) -> "OccasionId":
        """Return the id of an occasion."""
        if isinstance(occasion, LiveSession):
            return cls(occasion.pk, occasion.event_id)
        return cls(None, occasion.pk)

    @classmethod
    def of_row(cls, row: Any) -> "OccasionId":
        """Return what a row is about that has ``session``, an id, and ``event_id``."""
        return cls(row.session, row.event_id)


def event_of(occasion: Occasion) -> Event:
    """Return the event of a session; an event itself."""
    return occasion.event if isinstance(occasion, LiveSession) else occasion


def has_sessions(event: str = "pk") -> Exists:
    """Return the condition that an event has a session that is not cancelled.

    Args:
        event: The lookup of the event's id.
    """
    return Exists(LiveSession.objects.uncancelled().filter(event=OuterRef(event)))
