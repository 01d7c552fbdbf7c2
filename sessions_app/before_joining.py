"""What the reader of a session's page is told, and asked, before they join.

Source: docs/rules.md 165, 166.
"""

from datetime import datetime

from events.models import EXPECTED, User
from events.people.lookups import own_places
from events.recording.consent import Asked
from sessions_app import livekit
from sessions_app.models import LiveSession, Mode


def asked_before_joining(
    session: LiveSession, user: User, *, now: datetime
) -> list[Asked]:
    """Return one entry for each person for whom the user's account may join.

    None if nobody joins any more, or at all: in person, or without LiveKit.
    """
    is_over = session.cancelled_at is not None or now >= session.end
    if is_over or session.mode == Mode.IN_PERSON or not livekit.is_set_up():
        return []
    return [
        Asked.of(place.person, session.event.organization)
        for place in own_places(session.event, user.pk)
        if place.registration in EXPECTED
    ]
