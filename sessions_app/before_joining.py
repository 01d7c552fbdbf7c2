"""Who may join, and what they are told, and asked, before they do.

Source: docs/rules.md 13, 166, 167.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from events.models import EXPECTED, Participant, Registration, User
from events.people.lookups import own_places
from events.recording.consent import Asked
from sessions_app import livekit
from sessions_app.models import LiveSession, Mode


def why_not(place: Participant, *, by_organizer: bool = False) -> Conflict | None:
    """Return why somebody may not join sessions of their event; None if they may.

    Organizers may let in who waits. Only they read the name: others may not have
    accepted the place yet.
    """
    if place.registration in EXPECTED:
        return None
    if place.registration == Registration.WAITLISTED:
        waits = Conflict("waitlisted", _("You are on the waiting list."))
        return None if by_organizer else waits
    if not by_organizer:
        return Conflict("not_registered", _("You are not registered for this event."))
    text = _("%(name)s is not registered for this event.")
    return Conflict("not_registered", text % {"name": place.name})


def asked_before_joining(
    session: LiveSession, user: User, *, now: datetime
) -> list[Asked]:
    """Return one entry for each person for whom the user's account may join.

    Empty if nobody joins any more, or at all: in person, or without LiveKit.
    """
    is_over = session.cancelled_at is not None or now >= session.end
    if is_over or session.mode == Mode.IN_PERSON or not livekit.is_set_up():
        return []
    return [
        Asked.of(place.person, session.event.organization)
        for place in own_places(session.event, user.pk)
        if why_not(place) is None
    ]
