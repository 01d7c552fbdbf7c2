"""What must follow from the evidence of a session, and of a course, in plain words.

It knows nothing of the product, so that the two can only agree if both are right.
Minutes are those after the start of a session of an hour, under the default policy.
Where a promise can be read in two ways, either answer will do where it says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

HOUR, GRACE = 60, 15
CAME = ("present", "late", "partial")
# Highest rank first.
SEEN_BY = ("livekit", "whiteboard")
BY_STAFF = ("staff", "qr")
UNKNOWN = ("unknown", None)


class Stay(NamedTuple):
    """A connection: by which source, and from which minute to which."""

    source: str
    first: int
    last: int

    @property
    def minutes(self) -> set[int]:
        return set(range(max(self.first, 0), min(self.last, HOUR)))


@dataclass
class Known:
    """All that is known of one person at one session.

    ``check_in`` is the method and the minute, ``mark`` the status and the source,
    ``answer`` whether they say that they came.
    """

    role: str = "attendee"
    registration: str = "registered"
    stays: list[Stay] = field(default_factory=list)
    check_in: tuple[str, int] | None = None
    mark: tuple[str, str] | None = None
    answer: bool | None = None

    def minutes(self, source: str) -> set[int]:
        return set().union(*(s.minutes for s in self.stays if s.source == source))

    @property
    def seen_by(self) -> list[str]:
        return [source for source in SEEN_BY if self.minutes(source)]


@dataclass
class Evidence:
    """All that is known of one session."""

    mode: str
    people: dict[str, Known]
    strangers: list[Stay] = field(default_factory=list)
    said_held: bool = False
    is_cancelled: bool = False


class Expected(NamedTuple):
    """A person's decision. ``figures``: whether there are any; None: left open."""

    status: str
    source: str | None
    marked: bool
    figures: bool | None


class Held(NamedTuple):
    proved: bool
    seen: int
    checked_in: int
    marked: int


def sources_that_saw(evidence: Evidence) -> list[str]:
    """Those that saw any person, the first of which makes the others absent."""
    seen = {source for one in evidence.people.values() for source in one.seen_by}
    seen |= {stay.source for stay in evidence.strangers if stay.minutes}
    return [source for source in SEEN_BY if source in seen]


def is_proved(evidence: Evidence) -> bool:
    people = evidence.people.values()
    seen = bool(sources_that_saw(evidence))
    methods = [p.check_in[0] for p in people if p.check_in]
    by_people = (
        any(method in BY_STAFF for method in methods)
        or methods.count("self") > 1
        or any(person.mark and person.mark[0] in CAME for person in people)
    )
    return (
        evidence.said_held
        or {
            "online": seen,
            "in_person": by_people,
            "hybrid": seen or by_people,
        }[evidence.mode]
    )


def held(evidence: Evidence) -> Held:
    people = evidence.people.values()
    strangers = [stay for stay in evidence.strangers if stay.minutes]
    return Held(
        is_proved(evidence),
        sum(1 for one in people if one.seen_by) + len(strangers),
        sum(1 for one in people if one.check_in),
        sum(1 for one in people if one.mark and one.mark[0] in CAME),
    )


def status_of_stay(minutes: set[int]) -> str:
    share = 100 * len(minutes) / HOUR
    if share < 10:
        return "absent"
    if share <= 50:
        return "partial"
    return "present" if share > 75 or min(minutes) <= GRACE else "late"


def has_figures(evidence: Evidence, person: Known) -> bool | None:
    """Whether anything is computed: not where nobody was seen."""
    if not sources_that_saw(evidence):
        return False
    is_missed = person.registration != "waitlisted" and is_missed_in_the_room(
        evidence, person
    )
    return True if is_proved(evidence) and (person.seen_by or is_missed) else None


def is_missed_in_the_room(evidence: Evidence, person: Known) -> bool:
    return person.role != "host" or evidence.mode == "online"


def decision(evidence: Evidence, person: Known) -> Expected | None:
    """What stands of them; None if they are in no report."""
    figures = has_figures(evidence, person)
    if person.mark:
        return Expected(*person.mark, marked=True, figures=figures)
    if person.check_in:
        status = "late" if person.check_in[1] > GRACE else "present"
        return Expected(status, "check_in", marked=True, figures=figures)
    if person.registration == "waitlisted" and not person.seen_by:
        return None
    saw = sources_that_saw(evidence)
    is_missed = bool(saw) and is_missed_in_the_room(evidence, person)
    if is_proved(evidence) and (person.seen_by or is_missed):
        return seen(person, saw)
    if person.answer is not None:
        status = "present" if person.answer else "absent"
        return Expected(status, "self_reported", marked=True, figures=figures)
    if is_proved(evidence) and person.role != "host":
        return Expected("absent", "system_default", marked=False, figures=figures)
    return Expected(*UNKNOWN, marked=False, figures=figures)


def seen(person: Known, saw: list[str]) -> Expected:
    """As the first source says that saw them; of others, the first that saw anybody."""
    if not person.seen_by:
        return Expected("absent", f"{saw[0]}_auto", marked=False, figures=True)
    [by, *_] = person.seen_by
    status = status_of_stay(person.minutes(by))
    return Expected(status, f"{by}_auto", marked=False, figures=True)


# Courses


def credit(evidence: Evidence, person: Known, found: Expected) -> float:
    """The minutes of the session that count for them."""
    if found.marked:
        return {"present": HOUR, "late": HOUR, "partial": HOUR / 2, "absent": 0}[
            found.status
        ]
    if not person.seen_by:
        return 0
    return len(person.minutes(person.seen_by[0]))


def of_course(sessions: Iterable[Evidence], name: str) -> set[tuple[str, str | None]]:
    """Statuses and sources that the course result may have; several where it is open.

    Of one session that counts, it may be the status of that session or the share.
    """
    counting: list[tuple[float, Expected]] = []
    for session in sessions:
        person = session.people[name]
        found = None if session.is_cancelled else decision(session, person)
        if found and found.status != "unknown" and (is_proved(session) or found.marked):
            is_credited = found.status != "excused"
            counting.append(
                (credit(session, person, found) if is_credited else 0, found)
            )
    credited = [(share, one) for share, one in counting if one.status != "excused"]
    if not counting:
        return {UNKNOWN}
    single = {(one.status, one.source) for _, one in counting if len(counting) == 1}
    sources = course_sources([one for _, one in counting]) | {s for _, s in single}
    if not credited:
        return {("excused", source) for source in sources} | single
    share = 100 * sum(c for c, _ in credited) / (HOUR * len(credited))
    status = "absent" if share < 10 else "partial" if share <= 50 else "present"
    return {(status, source) for source in sources} | single


def course_sources(found: list[Expected]) -> set[str | None]:
    """The highest rank among the machines, else ``manual``.

    Whether the default is a machine beside the decisions of people is left open.
    """
    sources = {one.source for one in found}
    for by in SEEN_BY:
        if f"{by}_auto" in sources:
            return {f"{by}_auto"}
    if "system_default" not in sources:
        return {"manual"}
    is_alone = sources == {"system_default"}
    return {"system_default"} if is_alone else {"manual", "system_default"}
