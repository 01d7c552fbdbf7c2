"""Playing the weekly lessons: everybody does one of the things they usually do."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from attendance_site.demo.people import STEADY, Person
from attendance_site.simulation.livekit import SimulatedPerson, SimulatedRoom
from attendance_site.simulation.parts import AGENT, MINUTE, Scene
from events.models import Participant
from sessions_app.models import LiveSession

Facts = list[dict[str, Any]]


def play(
    session: LiveSession,
    people: Sequence[Person],
    strangers: Sequence[SimulatedPerson] = (),
) -> Facts:
    """Return the webhooks of a lesson in which everybody plays one of their parts."""
    # Seeded with the title, so that the same happens each time.
    random = Random(session.title)  # noqa: S311
    room = SimulatedRoom(session.room_name, session.starts_at - timedelta(minutes=7))
    length = int((session.ends_at - session.starts_at).total_seconds())
    closing = length + random.randint(-2 * MINUTE, 2 * MINUTE)
    on_roster = {
        (participant.name, participant.email): participant
        for participant in session.event.participants.all()
    }
    cast = [
        (SimulatedPerson(place.identity, place.name), person.habit)
        for person in people
        # Somebody may have changed the roster meanwhile.
        if (place := on_roster.get((person.name, person.email)))
        and not _is_away(place, session)
    ]
    cast += [(stranger, STEADY) for stranger in strangers]
    for person, habit in cast:
        scene = Scene(
            room, person, starts_at=session.starts_at, closing=closing, random=random
        )
        random.choice(habit)(scene)
    finished_at = session.starts_at + timedelta(seconds=closing)
    room.stay(AGENT, room.started_at, finished_at)
    room.finish(finished_at)
    return room.deliveries


def _is_away(place: Participant, session: LiveSession) -> bool:
    """Return whether somebody has not joined the course yet, or has left it."""
    during = (span.overlaps(session.starts_at, session.end) for span in place.enrolled)
    return bool(place.enrolled) and not any(during)
