"""The two schools of the demonstration, with their courses and people.

Everything is fixed here, except for the dates, which follow the calendar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from enum import Enum, auto

from attendance_site.simulation import parts
from attendance_site.simulation.livekit import SimulatedPerson
from attendance_site.simulation.parts import GUEST, PHONE, Part
from events.models import ParticipantRole, Registration
from sessions_app.models import SessionType

SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY = 6, 0, 1, 2, 3

# Habits: the parts of which one is drawn for a person each week.
STEADY = (parts.punctual,) * 5 + (parts.dropped, parts.left_open)
DIVERSE = (parts.punctual, parts.late, parts.two_devices, parts.lost_leave)
TARDY = (parts.late, parts.late, parts.punctual, parts.very_late)
UNLUCKY = (
    parts.punctual,
    parts.dropped,
    parts.second_try,
    parts.untold_join,
    parts.never_got_through,
)
FADING = (parts.leaves_early, parts.never_came, parts.glimpse, parts.punctual)
SELDOM = (parts.never_came, parts.never_came, parts.punctual)
HOST = (parts.host,)


class Fate(Enum):
    """What happened to a lesson that did not go as usual."""

    NOBODY_SEEN = auto()
    CANCELLED = auto()


@dataclass(frozen=True, slots=True)
class Person:
    """A person on a roster, with the parts they usually play."""

    name: str
    email: str
    habit: Sequence[Part] = STEADY
    role: str = ParticipantRole.ATTENDEE
    registration: str = Registration.REGISTERED


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
    """An organization with all its events; ``draft`` is the title of a draft."""

    slug: str
    name: str
    time_zone: str
    language: str
    courses: Sequence[Course]
    open_hours: OpenHours
    draft: str


def _roster(host: str, *people: tuple[str, Sequence[Part]]) -> tuple[Person, ...]:
    teacher = Person(host, _email(host), HOST, ParticipantRole.HOST)
    return teacher, *(_person(name, habit) for name, habit in people)


def _person(
    name: str, habit: Sequence[Part], registration: str = Registration.REGISTERED
) -> Person:
    return Person(name, _email(name), habit, registration=registration)


def _email(name: str) -> str:
    """Return an address made of the first name; "" if that is not Latin."""
    first = name.split()[0].lower()
    return f"{first}@example.com" if first.isascii() else ""


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
            ),
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
                _person("Emma Schulz", SELDOM, Registration.WALK_IN),
                _person("Leo Marin", SELDOM, Registration.WAITLISTED),
                _person("Nadia Kaya", (parts.never_came,), Registration.WAITLISTED),
                _person("Ruth Adler", SELDOM, Registration.CANCELLED),
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
)

# --- In Arabic ------------------------------------------------------------------------

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
                ),
                Person(
                    "أمل الخالدي",
                    "amal@example.com",
                    SELDOM,
                    registration=Registration.WAITLISTED,
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
