"""The lesson of the pictures: all that happens in real rooms happens in it once."""

from datetime import datetime, timedelta

from attendance_site.demo.schools import AGENT, AMINA, LINA, PHONE
from attendance_site.simulation.livekit import SimulatedPerson, SimulatedRoom
from sessions_app.models import LiveSession

LENGTH = timedelta(hours=1)


def play(session: LiveSession) -> SimulatedRoom:
    """Play an hour of algebra with the people of its roster."""
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
    room.stay(LINA, at(4), at(52))
    room.stay(AGENT, at(-6), at(62))
    room.finish(at(62))
    return room
