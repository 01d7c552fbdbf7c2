"""An hour's lesson to which evidence comes, kept in step with what the oracle is told.

Each act is done by the way that people or sources take, and noted as somebody with pen
and paper would note it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
import time_machine

from attendance.calculating.sessions import (
    calculate_sessions,
    say_held,
    take_back_held,
)
from attendance.decisions.answering import answer
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo
from attendance.evidence.due import Selection
from attendance.models import Attendance, AttendanceChange
from core.errors import RuleBroken
from events.models import Event, Participant, Role, User
from sessions_app.models import LiveSession
from sessions_app.services import cancel_session, change_session
from tests.attendance.modes_oracle import (
    HOUR,
    UNKNOWN,
    Evidence,
    Held,
    Known,
    Stay,
    decision,
    held,
    is_proved,
)
from tests.attendance.pages import be_there
from tests.factories import (
    START,
    make_client,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)
from tests.webhooks import Room, deliver_all

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
A_WHILE = 10 * MINUTE
# Role and registration.
PUPIL = ("attendee", "registered")
CLASS = {
    "Hana": ("host", "registered"),
    "Ana": PUPIL,
    "Ben": PUPIL,
    "Cem": PUPIL,
    "Dua": PUPIL,
    "Wes": ("attendee", "waitlisted"),
}
# Alike for people to whom the same happened in two lessons.
ALIKE = (
    "status",
    "source",
    "computed_status",
    "is_auto_calculated",
    "attended_seconds",
    "percentage",
    "meeting_enter_time",
    "meeting_leave_time",
    "is_late",
    "late_minutes",
    "join_count",
    "intervals",
    "failed_attempts",
)
FIGURES = ("computed_status", "attended_seconds", "percentage", "join_count")

_numbers = count(1)


class Act(NamedTuple):
    """What happens: the name of a method of ``Lesson``, and what it takes."""

    name: str
    values: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return f"{self.name}{self.values}"


class Row(NamedTuple):
    """What the report says of somebody."""

    status: str
    source: str | None
    marked: bool
    figures: bool | None


class School:
    """An event, its roster, who organizes it, and what time it is."""

    def __init__(self, roster: Mapping[str, tuple[str, str]] = CLASS) -> None:
        self.event: Event = make_event(ends_at=START + timedelta(hours=1))
        self.people = {
            name: make_participant(
                self.event,
                name=name,
                user=make_user(),
                role=role,
                registration=registration,
            )
            for name, (role, registration) in roster.items()
        }
        self.roster = roster
        self.owner: User = make_member(self.event.organization, Role.OWNER)
        self.client = make_client(self.owner)
        self.now = START + 2 * DAY

    def calculate_due(self) -> list[int]:
        """As the scheduler does; the sessions that were due."""
        outcome = calculate_sessions(Selection(now=self.now))
        assert not outcome.failed
        return list(outcome.calculated)

    def get(self, path: str) -> Any:
        with time_machine.travel(self.now, tick=False):
            answer = self.client.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()


class Lesson:
    """One session, what happens to it, and what is known of it."""

    def __init__(self, mode: str, school: School | None = None, day: int = 0) -> None:
        self.school = school or School()
        self.session: LiveSession = make_session(
            self.school.event, mode=mode, starts_at=START + day * DAY
        )
        self.room = Room(self.session)
        self.school.now = self.session.ends_at
        self.evidence = Evidence(
            mode, {name: Known(*it) for name, it in self.school.roster.items()}
        )
        # What a person's newest change was, and which mark stood before it.
        self.newest: dict[str, tuple[str, tuple[str, str] | None]] = {}

    @property
    def now(self) -> datetime:
        return self.school.now

    @property
    def place(self) -> Place:
        session = LiveSession.objects.select_related("event__organization").get(
            pk=self.session.pk
        )
        return Place(session.event, session)

    def person(self, name: str) -> Participant:
        return self.school.people[name]

    def do(self, acts: Iterable[Act]) -> None:
        for act in acts:
            run: Callable[..., None] = getattr(self, act.name)
            run(*act.values)

    # Rooms and boards

    def livekit(self, name: str, first: int = 0, last: int = HOUR) -> None:
        self._stay(self.person(name).identity, first, last)
        self.evidence.people[name].stays.append(Stay("livekit", first, last))

    def board(self, name: str, first: int = 0, last: int = HOUR) -> None:
        be_there(self.session, self.person(name), (first, last), source="whiteboard")
        self.evidence.people[name].stays.append(Stay("whiteboard", first, last))

    def stranger(self, first: int = 0, last: int = HOUR) -> None:
        self._stay(f"stranger{next(_numbers)}", first, last)
        self.evidence.strangers.append(Stay("livekit", first, last))

    def agent(self) -> None:
        self._stay(f"agent{next(_numbers)}", 0, HOUR, kind="AGENT")

    def attempt(self, name: str) -> None:
        """They tried to connect, and never got through."""
        sid = f"PA_attempt{next(_numbers)}"
        identity = self.person(name).identity
        deliver_all(self.room.aborted(identity, 5, 5.5, sid=sid))

    def _stay(self, identity: str, first: int, last: int, **about: Any) -> None:
        sid = f"PA_stay{next(_numbers)}"
        deliver_all(*self.room.stay(identity, first, last, sid=sid, **about))

    # People

    def check_in(self, name: str, method: str = "staff", minute: int = 5) -> None:
        """A tap; one from an offline queue is at most a day late, else it is now."""
        known, person = self.evidence.people[name], self.person(name)
        at = self.session.starts_at + minute * MINUTE
        if self.now - at > DAY:
            at, minute = self.now, (self.now - self.session.starts_at) // MINUTE
        by = person.user if method == "self" else self.school.owner
        assert by
        check_in(self.place, person, method=method, at=at, by=by, now=self.now)
        if known.check_in is None:
            if known.mark is None:
                self.newest[name] = ("check_in", None)
            known.check_in = (method, minute)
        else:
            # The earliest time, and the word of staff, whoever came first.
            vouched, earliest = known.check_in
            by_whom = method if vouched == "self" else vouched
            known.check_in = (by_whom, min(minute, earliest))

    def mark(self, name: str, status: str, source: str = "manual") -> None:
        known = self.evidence.people[name]
        marks = [Mark(self.person(name), status)]

        def say() -> None:
            mark(self.place, marks, source=source, by=self.school.owner, now=self.now)

        if known.mark and known.mark[1] == "admin_override" != source:
            with pytest.raises(RuleBroken):
                say()
            return
        say()
        if known.mark != (status, source):
            self.newest[name] = ("mark", known.mark)
        known.mark = (status, source)

    def undo(self, name: str) -> None:
        """Undo their newest mark or check-in, if nothing is newer than it."""
        if name not in self.newest:
            return
        what, before = self.newest.pop(name)
        [change, *_] = self._log(name)
        undo(change, reason="", by=self.school.owner, now=self.now)
        if what == "check_in":
            self.evidence.people[name].check_in = None
        else:
            self.evidence.people[name].mark = before

    def answer(self, name: str, attended: bool) -> None:
        """They say whether they came, in time; kept beside what weighs more."""
        before = len(self._log(name))
        in_time = min(self.now, self.session.ends_at + timedelta(days=1))
        answer(self.person(name), attended=attended, by=None, now=in_time)
        if len(self._log(name)) != before:
            self.newest.pop(name, None)
        self.evidence.people[name].answer = attended

    # Organizers

    def say_held(self) -> None:
        """Answer the question that the report asks: only where nothing proves it."""
        self.calculate()
        is_asked = not is_proved(self.evidence)
        say_held(self.place_session, actor=self.school.owner, now=self.now)
        self.evidence.said_held |= is_asked

    def take_back(self) -> None:
        take_back_held(self.place_session, actor=self.school.owner, now=self.now)
        self.evidence.said_held = False

    def change_mode(self, mode: str) -> None:
        change_session(session=self.place_session, changes={"mode": mode})
        self.evidence.mode = mode

    def cancel(self) -> None:
        cancel_session(session=self.place_session, now=self.now)
        self.evidence.is_cancelled = True

    @property
    def place_session(self) -> LiveSession:
        session = self.place.session
        assert session
        return session

    # Calculating, and what came of it

    def calculate(self) -> None:
        """The scheduler's next run, ten minutes later."""
        self.school.now += A_WHILE
        self.school.calculate_due()

    def _log(self, name: str) -> list[AttendanceChange]:
        log = AttendanceChange.objects.filter(session=self.session)
        return list(log.filter(participant=self.person(name)).order_by("-pk"))

    def report(self) -> tuple[dict[str, Row], Held, str]:
        """What REST says: each person's row, what is known, and the mode."""
        answer = self.school.get(f"/api/sessions/{self.session.pk}/attendance")
        rows = {
            row["participant"]["name"]: Row(
                row["status"],
                row["source"],
                row["marked_at"] is not None,
                any(row[name] is not None for name in FIGURES),
            )
            for row in answer["results"]
        }
        about = answer["session"]
        return rows, Held(**about["held"]), about["mode"]

    def figures(self) -> dict[str, list[Any]]:
        """All that the report says of people, but for names and times of writing."""
        answer = self.school.get(f"/api/sessions/{self.session.pk}/attendance")
        return {
            row["participant"]["name"]: [row[field] for field in ALIKE]
            for row in answer["results"]
        }

    def check(self) -> None:
        """Compare all that the report says with the oracle, and the log with it."""
        rows, told, mode = self.report()
        expected = {
            name: Row(*found)
            for name, person in self.evidence.people.items()
            if (found := decision(self.evidence, person))
        }
        # Where the oracle leaves open whether there are figures, either will do.
        left_open = {name for name, row in expected.items() if row.figures is None}
        got = {
            name: row._replace(figures=None) if name in left_open else row
            for name, row in rows.items()
        }
        assert got == expected
        assert (told, mode) == (held(self.evidence), self.evidence.mode)
        self.check_log()

    def check_log(self) -> None:
        """Each person's changes join up, and end at what stands."""
        told: dict[int, tuple[str, str | None]] = {}
        log = AttendanceChange.objects.filter(session=self.session).order_by("pk")
        for change in log:
            before = told.get(change.participant_id, UNKNOWN)
            assert (change.from_status, change.from_source) == before
            told[change.participant_id] = (change.to_status, change.source)
        stands = {
            row.participant_id: (row.status, row.source)
            for row in Attendance.objects.filter(session=self.session)
        }
        assert {who: told.get(who, UNKNOWN) for who in stands} == stands
        assert told.keys() <= stands.keys()

    def check_that_nothing_changes(self) -> None:
        """Calculating again, also by force, writes nothing."""
        before = self._written()
        self.school.now += A_WHILE
        assert self.session.pk not in self.school.calculate_due()
        again = Selection(now=self.now, session_id=self.session.pk, force=True)
        assert calculate_sessions(again).calculated.keys() == {self.session.pk}
        assert self._written() == before

    def _written(self) -> tuple[int, list[Any]]:
        rows = Attendance.objects.filter(session=self.session).order_by("pk")
        return AttendanceChange.objects.count(), list(rows.values())
