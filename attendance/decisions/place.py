"""The place of a decision: a session, or an event."""

from typing import NamedTuple

from events.models import Event
from sessions_app.models import LiveSession


class Place(NamedTuple):
    """What a decision is about: a session of an event, or (None) its course result."""

    event: Event
    session: LiveSession | None
