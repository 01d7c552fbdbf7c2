"""A lesson that ended ten minutes ago and shows every case; for the pictures too.

Each run of ``manage.py demo`` adds one.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from attendance_site.demo.playing import Facts
from attendance_site.demo.schools import ALGEBRA, AMINA
from attendance_site.simulation import ownership
from attendance_site.simulation.livekit import SimulatedPerson, SimulatedRoom
from attendance_site.simulation.parts import AGENT, GUEST, PHONE
from sessions_app.models import LiveSession, SessionType
from sessions_app.services import schedule_session

TITLE = "Quadratic equations"
LENGTH, ENDED_AGO = timedelta(hours=1), timedelta(minutes=10)


def hold(now: datetime) -> tuple[LiveSession, Facts]:
    """Schedule the lesson; return it and the webhooks that LiveKit would send."""
    event = ownership.events().get(title=ALGEBRA.title)
    ends_at = now - ENDED_AGO
    local = ends_at.astimezone(ZoneInfo(event.time_zone))
    lesson = schedule_session(
        event=event,
        title=f"{TITLE}, {local:%H:%M}",
        session_type=SessionType.ACADEMIC,
        starts_at=ends_at - LENGTH,
        ends_at=ends_at,
    )
    return lesson, _play(lesson)


def _play(session: LiveSession) -> Facts:
    """Return the webhooks of an hour of algebra with the people of the roster."""
    start = session.starts_at

    def at(minute: float) -> datetime:
        return start + timedelta(minutes=minute)

    people = {
        person.name: SimulatedPerson(person.identity, person.name)
        for person in session.event.participants.all()
    }
    room = SimulatedRoom(session.room_name, at(-6))
    room.stay(people[AMINA], at(-6), at(61))
    yusuf = people["Yusuf Karim"]
    room.stay(yusuf, at(1.2), at(37), "CONNECTION_TIMEOUT")
    room.stay(yusuf, at(40), None)
    room.stay(people["Maria Lopes"], at(18.5), at(55.3))
    room.stay(people["Tom Becker"], at(-2), at(11))
    room.stay(people["Tom Becker"], at(42), at(50.5))
    lena = people["Lena Fischer"]
    room.stay(lena, at(3), at(60.4))
    room.stay(lena, at(20), at(35))
    room.stay(people["Noor Aziz"], at(16.2), at(60.2))
    for attempt in range(7):
        began_at = at(1 + attempt * 1.3)
        room.failed_attempt(
            people["Omar Nasser"], began_at, began_at + timedelta(seconds=20)
        )
    room.stay(PHONE, at(5), at(27))
    room.stay(GUEST, at(4), at(52))
    room.stay(AGENT, at(-6), at(62))
    room.finish(at(62))
    return room.deliveries
