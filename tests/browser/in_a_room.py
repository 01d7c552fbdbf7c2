"""A class that meets in a room: its sessions in every state that pages can show."""

from datetime import datetime, timedelta

from django.db.models import Model

from attendance.calculating.sessions import say_held
from attendance.decisions.checking_in import check_in
from attendance.decisions.place import Place
from events.models import Organization, Participant, ParticipantRole, User
from sessions_app.models import LiveSession, Mode
from tests.attendance.pages import be_there, calculate
from tests.factories import make_event, make_participant, make_session

NAMES = ("Salim Najjar", "Clara Voss", "رانية حداد", "Jakob Lindner")


def in_a_room(
    organization: Organization, staff: User, *, now: datetime
) -> dict[str, Model]:
    """Return the sessions of the class, by a word each."""
    event = make_event(
        organization,
        title="Calligraphy",
        time_zone="Asia/Riyadh",
        starts_at=now - timedelta(days=9),
        ends_at=now + timedelta(days=9),
    )
    people = [make_participant(event, name=name) for name in NAMES]
    make_participant(event, name="Host", role=ParticipantRole.HOST)

    def session(hours: float, mode: str = Mode.IN_PERSON) -> LiveSession:
        starts_at = now + timedelta(hours=hours)
        return make_session(event, mode=mode, starts_at=starts_at)

    def arrive(at: LiveSession, *who: Participant) -> None:
        for minute, person in enumerate(who):
            came = at.starts_at + timedelta(minutes=9 * minute)
            check_in(Place(event, at), person, by=staff, now=came)

    running, over, open_one = session(-0.5), session(-30), session(-54)
    said, both = session(-78), session(-102, Mode.HYBRID)
    arrive(running, *people[:2])
    arrive(over, *people[:3])
    arrive(both, *people[:2])
    be_there(both, people[2], (3, 40))
    be_there(open_one, people[3], (3, 40))
    for ended in (over, open_one, said, both):
        calculate(ended, now)
    say_held(said, actor=staff, now=now)
    return {
        "class": event,
        "class, running": running,
        "class, over": over,
        "class, open": open_one,
        "class, said": said,
        "class, both ways": both,
    }
