"""What the demonstration shows of people who meet in a room: a class, and meetups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from attendance_site.demo.people import Person
from events.models import ParticipantRole
from sessions_app.models import SessionType

SATURDAY = 5

# Minutes after the start, of which one is drawn each time; None: they do not come.
Minutes = Sequence[int | None]
EARLY: Minutes = (-10, -7, -5, -3, -2)
ON_TIME: Minutes = (-4, -1, 0, 2, 3, 5)
OFTEN_LATE: Minutes = (4, 12, 17, 19, 24, None)
SELDOM: Minutes = (None, None, 3)
NEVER: Minutes = (None,)


@dataclass(frozen=True, slots=True)
class Visitor(Person):
    """A person, when they come through the door, and what they say if they do not."""

    minutes: Minutes = ON_TIME
    excuse: str = ""


@dataclass(frozen=True, slots=True)
class ClassInARoom:
    """An event with a lesson in a room every week, and one that runs now.

    Attributes:
        weekday: Monday is 0.
        lessons: Titles from the first week on; after the last they begin again.
        running: The title of the lesson that runs now.
        unproved: The number of the lesson, from 0, in which nobody was checked in.
    """

    title: str
    session_type: str
    weekday: int
    at: time
    minutes: int
    lessons: Sequence[str]
    running: str
    unproved: int
    people: Sequence[Visitor]


@dataclass(frozen=True, slots=True)
class Meetup:
    """An event without sessions.

    ``walk_ins`` are names of people who are on no roster, and when they come.
    """

    title: str
    people: Sequence[Visitor]
    walk_ins: Sequence[tuple[str, int]]


def _visitor(name: str, minutes: Minutes = ON_TIME, excuse: str = "") -> Visitor:
    address = f"{name.lower().replace(' ', '.')}@example.com"
    return Visitor(name, address, minutes=minutes, excuse=excuse)


CALLIGRAPHY = ClassInARoom(
    title="Calligraphy, room 4",
    session_type=SessionType.GENERAL,
    weekday=SATURDAY,
    at=time(10, 0),
    minutes=90,
    lessons=("Pens and ink", "Alif and ba", "Joining letters", "A line of verse"),
    running="Workshop",
    unproved=4,
    people=(
        Visitor(
            "Salim Najjar",
            "salim.najjar@example.com",
            role=ParticipantRole.HOST,
            minutes=EARLY,
        ),
        _visitor("Clara Voss", EARLY),
        _visitor("Emre Aydin"),
        _visitor("Rania Haddad"),
        _visitor("Jakob Lindner", OFTEN_LATE),
        _visitor("Aisha Conteh"),
        _visitor("Mehdi Rostami", OFTEN_LATE, "His train was cancelled."),
        _visitor("Sofia Marino"),
        _visitor("Tariq Aziz", SELDOM, "Works on Saturdays this month."),
        _visitor("Ingrid Dahl"),
        _visitor("Nils Brandt", SELDOM),
    ),
)

_FIRST = ("Anna", "Bashir", "Carla", "Daniel", "Elif", "Felix", "Gamal", "Helena")
_LAST = ("Adler", "Bakr", "Costa", "Dogan", "Ebert")
_KINDS = (EARLY, ON_TIME, (8, 15, 22, 31), (12, 40, 55, None), (None, 27), NEVER)

EVENING = Meetup(
    title="Neighbours' evening",
    people=tuple(
        _visitor(f"{first} {last}", _KINDS[(row + 2 * column) % len(_KINDS)])
        for row, first in enumerate(_FIRST)
        for column, last in enumerate(_LAST)
    ),
    walk_ins=(("Paula from next door", 18), ("Mr Okafor", 34)),
)
