"""What a decision is about."""

from typing import NamedTuple

from events.models import Event
from sessions_app.models import LiveSession


class Place(NamedTuple):
    """What a decision is about: a session of an event, or (None) the event itself."""

    event: Event
    session: LiveSession | None
