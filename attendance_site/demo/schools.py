"""The two schools of the demonstration, with their courses and people.

Everything is fixed here, except for the dates, which follow the calendar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from enum import Enum, auto
from typing import Any

from attendance_site.demo.in_a_room import CALLIGRAPHY, EVENING, ClassInARoom, Meetup
from attendance_site.demo.people import (
    DIVERSE,
    FADING,
    HOST,
    SELDOM,
    STEADY,
    TARDY,
    UNLUCKY,
    Person,
)
from attendance_site.simulation import parts
from attendance_site.simulation.livekit import SimulatedPerson
from attendance_site.simulation.parts import GUEST, PHONE, Part
from events.models import ParticipantRole, Registration
from sessions_app.models import SessionType

SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY = 6, 0, 1, 2, 3


class Fate(Enum):
    """What happened to a lesson that did not go as usual."""

    NOBODY_SEEN = auto()
    CANCELLED = auto()


@dataclass(frozen=True, slots=True)
class Course:
    """An event with a lesson every week, at the same local time.

    Attributes:
        key: Part of the names of its rooms, ``{slug}_{key}-{number}``.
        weekday: Monday is 0.
        lessons: Titles from the first week on; after the last they begin again.
        strangers: People who come every week and are not on the roster.
        fates: By the number of the lesson, from 0.
    """

    key: str
    title: str
    session_type: str
    weekday: int
    at: time
    minutes: int
    lessons: Sequence[str]
    people: Sequence[Person]
    strangers: Sequence[SimulatedPerson] = ()
    fates: Mapping[int, Fate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenHours:
    """An event with a session that is over, one that runs, and one to come.

    ``earlier``, ``running`` and ``later`` are their titles.
    """

    title: str
    session_type: str
    people: Sequence[Person]
    earlier: str
    running: str
    later: str


@dataclass(frozen=True, slots=True)
class School:
    """An organization with all its events; ``draft`` is the title of a draft.

    Some have a class that meets ``in_a_room``, and a ``meetup``.
    """

    slug: str
    name: str
    time_zone: str
    language: str
    courses: Sequence[Course]
    open_hours: OpenHours
    draft: str
    in_a_room: ClassInARoom | None = None
    meetup: Meetup | None = None


def _roster(
    host: str,
    *people: tuple[str, Sequence[Part]],
    numbers: Mapping[str, str] | None = None,
) -> tuple[Person, ...]:
    teacher = Person(host, _email(host), HOST, ParticipantRole.HOST)
    known = numbers or {}
    return teacher, *(
        _person(name, habit, external_id=known.get(name, "")) for name, habit in people
    )


def _person(name: str, habit: Sequence[Part], **fields: Any) -> Person:
    return Person(name, fields.pop("email", _email(name)), habit, **fields)


def _email(name: str) -> str:
    """Return an address made of the first name; "" if that is not Latin."""
    first = name.split()[0].lower()
    return TEACHERS.get(name) or (f"{first}@example.com" if first.isascii() else "")


# Teachers whose names are not Latin: by their addresses they are the same people in
# all courses.
TEACHERS = {
    "عبد الله الحربي": "abdullah@example.com",
    "مريم السالم": "maryam@example.com",
    "هدى الأنصاري": "huda@example.com",
}

# --- In English -----------------------------------------------------------------------

AMINA = "Amina Hadid"

ALGEBRA = Course(
    key="algebra",
    title="Algebra II",
    session_type=SessionType.ACADEMIC,
    weekday=MONDAY,
    at=time(17, 0),
    minutes=60,
    lessons=(
        "Linear functions",
        "Systems of equations",
        "Powers and roots",
        "Factoring",
        "Completing the square",
        "Parabolas",
        "Review and questions",
    ),
    people=_roster(
        AMINA,
        ("Yusuf Karim", UNLUCKY),
        ("Maria Lopes", TARDY),
        ("Tom Becker", FADING),
        ("Lena Fischer", STEADY),
        ("Noor Aziz", TARDY),
        ("Omar Nasser", UNLUCKY),
        ("Sara Lindqvist", SELDOM),
    ),
    strangers=(GUEST,),
)

# Sisters with the address of their mother, a namesake, somebody who joined with the
# third lesson, and somebody who left after the second and came back for the fifth.
NEW_PEOPLE = (
    _person("Layla Rahman", STEADY, email="samira.rahman@example.com"),
    _person("Salma Rahman", TARDY, email="samira.rahman@example.com"),
    _person("Yusuf Karim", TARDY, email="yusuf.karim.junior@example.com"),
    _person("Farid Nouri", STEADY, enrolled=((2, None),)),
    _person("Dalia Sabri", DIVERSE, enrolled=((None, 2), (4, None))),
)

ENGLISH = School(
    slug="al-noor-demo",
    name="Al-Noor Academy (demo)",
    time_zone="Europe/Berlin",
    language="en",
    courses=(
        ALGEBRA,
        Course(
            key="recitation",
            title="Quran recitation",
            session_type=SessionType.QURAN,
            weekday=TUESDAY,
            at=time(16, 30),
            minutes=45,
            lessons=("Al-Fatiha", "An-Nas", "Al-Falaq", "Al-Ikhlas", "Al-Kawthar"),
            people=_roster(
                "Ibrahim Sesay",
                ("Yusuf Karim", STEADY),
                ("Noor Aziz", STEADY),
                ("Aisha Bello", DIVERSE),
                ("Hana Osman", STEADY),
                ("Bilal Haddad", TARDY),
                ("Zaid Mansour", FADING),
                ("Mina Rahimi", STEADY),
            )
            + NEW_PEOPLE,
            fates={6: Fate.NOBODY_SEEN},
        ),
        Course(
            key="web",
            title="Web design workshop",
            session_type=SessionType.INTERACTIVE_COURSE,
            weekday=WEDNESDAY,
            at=time(18, 0),
            minutes=90,
            lessons=("A page of one's own", "Boxes", "Type", "Colour", "Small screens"),
            people=(
                *_roster(
                    "Jonas Weber",
                    ("Lena Fischer", STEADY),
                    ("Chen Wei", UNLUCKY),
                    ("Maria Lopes", DIVERSE),
                    ("Ivan Petrov", TARDY),
                    ("Grace Owusu", STEADY),
                    ("Peter Novak", FADING),
                ),
                _person("Emma Schulz", SELDOM, registration=Registration.WALK_IN),
                _person("Leo Marin", SELDOM, registration=Registration.WAITLISTED),
                _person(
                    "Nadia Kaya",
                    (parts.never_came,),
                    registration=Registration.WAITLISTED,
                ),
                _person("Ruth Adler", SELDOM, registration=Registration.CANCELLED),
            ),
            fates={5: Fate.CANCELLED},
        ),
        Course(
            key="club",
            title="Book club",
            session_type=SessionType.GENERAL,
            weekday=THURSDAY,
            at=time(19, 0),
            minutes=60,
            lessons=("Chapters 1 to 3", "Chapters 4 to 7", "Chapters 8 to 12"),
            people=_roster(
                "Sara Lindqvist",
                (AMINA, DIVERSE),
                ("Grace Owusu", STEADY),
                ("Aisha Bello", SELDOM),
                ("Peter Novak", TARDY),
                ("Mina Rahimi", STEADY),
            ),
            strangers=(PHONE,),
        ),
    ),
    open_hours=OpenHours(
        title="Homework help",
        session_type=SessionType.GENERAL,
        people=_roster(
            "Jonas Weber",
            ("Yusuf Karim", STEADY),
            ("Omar Nasser", UNLUCKY),
            ("Hana Osman", STEADY),
            ("Zaid Mansour", TARDY),
            ("Chen Wei", STEADY),
        ),
        earlier="Homework help, first group",
        running="Homework help, second group",
        later="Homework help, third group",
    ),
    draft="Summer school",
    in_a_room=CALLIGRAPHY,
    meetup=EVENING,
)

# --- In Arabic ------------------------------------------------------------------------

# Students without an address: by their numbers they are the same people in all courses.
NUMBERS = {
    name: f"27{number:03}"
    for number, name in enumerate(
        (
            "يوسف العتيبي",
            "خالد الشمري",
            "عمر الزهراني",
            "سعد القحطاني",
            "فيصل الدوسري",
            "إبراهيم المالكي",
            "حمزة الغامدي",
            "نورة الحربي",
            "ريم العنزي",
            "سارة المطيري",
            "هند الشهري",
            "لمى القرني",
            "جود العمري",
            "منى السبيعي",
            "ليلى الرشيد",
            "طارق الجهني",
            "أمل الخالدي",
        ),
        1,
    )
}

ARABIC = School(
    slug="al-bayan-demo",
    name="أكاديمية البيان (demo)",
    time_zone="Asia/Riyadh",
    language="ar",
    courses=(
        Course(
            key="hifz",
            title="حلقة تحفيظ القرآن",
            session_type=SessionType.QURAN,
            weekday=SUNDAY,
            at=time(17, 0),
            minutes=60,
            lessons=(
                "سورة النبأ",
                "سورة النازعات",
                "سورة عبس",
                "سورة التكوير",
                "سورة الانفطار",
                "سورة المطففين",
                "مراجعة جزء عم",
            ),
            people=_roster(
                "عبد الله الحربي",
                ("يوسف العتيبي", STEADY),
                ("خالد الشمري", TARDY),
                ("عمر الزهراني", UNLUCKY),
                ("سعد القحطاني", FADING),
                ("فيصل الدوسري", STEADY),
                ("إبراهيم المالكي", DIVERSE),
                ("حمزة الغامدي", STEADY),
                numbers=NUMBERS,
            ),
            strangers=(SimulatedPerson("tablet-2c91", "أبو يوسف"),),
        ),
        Course(
            key="math",
            title="الرياضيات للصف السابع",
            session_type=SessionType.ACADEMIC,
            weekday=MONDAY,
            at=time(16, 0),
            minutes=50,
            lessons=(
                "الأعداد الصحيحة",
                "الكسور",
                "النسبة والتناسب",
                "المعادلات",
                "الهندسة",
            ),
            people=_roster(
                "مريم السالم",
                ("نورة الحربي", STEADY),
                ("ريم العنزي", UNLUCKY),
                ("سارة المطيري", TARDY),
                ("هند الشهري", STEADY),
                ("لمى القرني", FADING),
                ("جود العمري", DIVERSE),
                numbers=NUMBERS,
            ),
            fates={5: Fate.NOBODY_SEEN},
        ),
        Course(
            key="grammar",
            title="دورة النحو التفاعلية",
            session_type=SessionType.INTERACTIVE_COURSE,
            weekday=TUESDAY,
            at=time(19, 30),
            minutes=75,
            lessons=(
                "المبتدأ والخبر",
                "كان وأخواتها",
                "إن وأخواتها",
                "الفاعل",
                "الحال",
            ),
            people=(
                *_roster(
                    "هدى الأنصاري",
                    ("نورة الحربي", STEADY),
                    ("يوسف العتيبي", DIVERSE),
                    ("منى السبيعي", STEADY),
                    ("عمر الزهراني", TARDY),
                    ("ليلى الرشيد", FADING),
                    ("طارق الجهني", UNLUCKY),
                    numbers=NUMBERS,
                ),
                _person(
                    "أمل الخالدي",
                    SELDOM,
                    email="amal@example.com",
                    registration=Registration.WAITLISTED,
                    external_id=NUMBERS["أمل الخالدي"],
                ),
            ),
            fates={2: Fate.CANCELLED},
        ),
    ),
    open_hours=OpenHours(
        title="لقاء أولياء الأمور",
        session_type=SessionType.GENERAL,
        people=_roster(
            "مريم السالم",
            ("أم نورة", STEADY),
            ("أبو خالد", TARDY),
            ("أم ريم", STEADY),
            ("أبو فيصل", UNLUCKY),
        ),
        earlier="اللقاء الأول",
        running="اللقاء الثاني",
        later="اللقاء الثالث",
    ),
    draft="المخيم الصيفي",
)

SCHOOLS = (ENGLISH, ARABIC)
