"""Everything that changes decisions, in any order, against what must always hold.

Whatever happens: what a row, the log and the points say of a decision is one thing; all
lists count alike; nobody's reason vanishes; and calculating again what is not new
changes nothing. Each act succeeds somewhere, or the test proves nothing about it.
"""

import csv
import io
import sys
from collections import Counter, defaultdict
from contextlib import ExitStack
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    run_state_machine_as_test,
)

from attendance.audit.seals import verify
from attendance.decisions.event_decisions import derive_event_decisions
from attendance.decisions.place import Place
from attendance.models import (
    Attendance,
    AttendanceChange,
    ChangeReason,
    EngagementEntry,
    Feedback,
    OwnAnswer,
)
from attendance.overview.home import session_lines
from attendance.points.ledger import PointsPerStatus, points_per_status_in
from attendance.report_rows.read_reports import session_report
from attendance.reports.csv_file import as_csv
from attendance.reports.filters import ReportFilters
from attendance.reports.many_reports import ReportRows
from attendance.rules.calculation import Policy
from attendance.rules.precedence import SOURCES_OF_PEOPLE
from events.models import EventState, Organization, Participant
from events.permissions import Viewer
from sessions_app.models import Connection, LiveSession
from tests.attendance.decisions.acts import (
    ACTS,
    MINUTE,
    REASON,
    SOURCES,
    STATUS,
    WHERE,
    WHICH,
    WHO,
    act,
    has_sessions,
)
from tests.attendance.decisions.school import (
    GUEST,
    MOST_SESSIONS,
    NOW,
    School,
)

EXAMPLES, STEPS = 30, 40
# Of the acts, where the choices of one run are few. The tour does each of them.
NEVER_AT_MOST = 4
# Reading all lists takes longest; what they have wrong stays wrong.
STEPS_BETWEEN_LISTS = 6
UNDECIDED = ("unknown", None)

Key = tuple[int, int | None]


class Paths(RuleBasedStateMachine):
    """One school, and all that can be done in it."""

    sessions_at_first: ClassVar[tuple[int, ...]]
    done: ClassVar[Counter[str]]
    refused: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.taken_back = ExitStack()
        self.taken_back.enter_context(transaction.atomic())
        self.number = 0
        self.steps = 0
        self.reasons: set[str] = set()

    @initialize(number=st.integers(0, 2))
    def begin(self, number: int) -> None:
        choices = self.sessions_at_first
        self.school = School(choices[number % len(choices)])

    def teardown(self) -> None:
        try:
            if hasattr(self, "school") and not sys.exc_info()[0]:
                self.all_lists_count_alike()
                self.calculating_again_changes_nothing()
                self.all_lists_count_alike()
                connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.taken_back.close()

    # What people say

    def word(self, reason: str) -> str:
        self.number += reason == "another"
        return f"{reason} {self.number}" if reason == "another" else reason

    def say(
        self, where: int | None, said: list[tuple[Participant, str, str]], source: str
    ) -> None:
        place = self.school.place(where)
        self.school.mark(place, said, source)
        for person, status, reason in said:
            row = Attendance.objects.get(session=place.session, participant=person)
            assert (row.status, row.source) == (status, source)
            assert row.notes == reason or not reason
        self.reasons |= {reason for _person, _status, reason in said if reason}

    @act(
        *SOURCES,
        where=WHERE,
        who=WHO,
        status=STATUS,
        reason=REASON,
    )
    def mark(
        self, how: str, where: int | None, who: int, status: str, reason: str
    ) -> None:
        person = self.school.person(who)
        self.say(where, [(person, status, self.word(reason))], how)

    @act(
        *SOURCES,
        where=WHERE,
        statuses=st.lists(STATUS, min_size=2, max_size=3),
        reason=REASON,
    )
    def mark_many(
        self, how: str, where: int | None, statuses: list[str], reason: str
    ) -> None:
        expected = [p for p in self.school.people if p.registration != "cancelled"]
        said = zip(expected, statuses, strict=False)
        words = [(person, status, self.word(reason)) for person, status in said]
        self.say(where, words, how)
        self.done["mark_many"] += 1

    @precondition(lambda self: self.marks())
    @act(which=WHICH, reason=REASON)
    def say_again(self, which: int, reason: str) -> None:
        marks = self.marks()
        row = marks[which % len(marks)]
        said = (row.participant, row.status, self.word(reason))
        place = Place(self.school.fresh, row.session)
        self.school.mark(place, [said], str(row.source))
        self.reasons |= {said[2]} - {""}

    def marks(self) -> list[Attendance]:
        """What people marked, the last first."""
        marked = Attendance.objects.exclude(marked_at=None).exclude(source="check_in")
        return list(marked.select_related("session", "participant").order_by("-pk"))

    @act(
        "check_in", "tap_late", "check_oneself_in", where=WHERE, who=WHO, minute=MINUTE
    )
    def come(self, how: str, where: int | None, who: int, minute: int) -> None:
        place = self.school.place(where)
        getattr(self.school, how)(place, self.school.person(who), minute)

    @act("answer", "answer_by_link", who=WHO, attended=st.booleans())
    def say_of_oneself(self, how: str, who: int, attended: bool) -> None:
        person = self.school.person(who)
        self.school.answer(person, attended, by_link=how == "answer_by_link")
        [*_, row] = Attendance.objects.filter(
            participant=person, self_attended=attended
        ).order_by("self_answered_at")
        assert row.self_answered_at == NOW

    def newest_of_people(self) -> list[AttendanceChange]:
        """Those of which none is newer, the last one first."""
        newest = {self.key(one): one for one in AttendanceChange.objects.order_by("pk")}
        changes = sorted(newest.values(), key=lambda one: -one.pk)
        return [one for one in changes if one.actor_id]

    @precondition(lambda self: self.newest_of_people())
    @act(which=WHICH)
    def undo(self, which: int) -> None:
        changes = self.newest_of_people()
        self.take_back(changes[which % len(changes)])

    @precondition(lambda self: self.newest_of_people())
    @act(which=WHICH)
    def undo_an_undo(self, which: int) -> None:
        changes = self.newest_of_people()
        change = changes[which % len(changes)]
        self.take_back(change)
        self.take_back(self.log_of(change)[-1])

    def take_back(self, change: AttendanceChange) -> None:
        before = self.log_of(change)[:-1]
        self.school.undo(change)
        after = self.decisions()[self.key(change)]
        if before and before[-1].actor_id and before[-1].source in SOURCES_OF_PEOPLE:
            standing = (after.status, after.source)
            assert standing[1] == before[-1].source
            # Whether a check-in was late follows from when the session begins.
            if standing[1] != "check_in":
                assert standing[0] == before[-1].to_status

    def log_of(self, change: AttendanceChange) -> list[AttendanceChange]:
        changes = AttendanceChange.objects.order_by("pk")
        return [one for one in changes if self.key(one) == self.key(change)]

    # What happens in rooms, and who it was

    @has_sessions
    @act(which=WHICH, who=WHO, minutes=st.sampled_from([(0, 60), (0, 20), (30, 60)]))
    def be_seen(self, which: int, who: int, minutes: tuple[int, int]) -> None:
        person = self.school.person(who)
        self.school.be_seen(self.school.session(which), person, minutes)

    @has_sessions
    @act("link", "unlink", which=WHICH, who=WHO)
    def say_who_it_was(self, how: str, which: int, who: int) -> None:
        session = self.school.session(which)
        if session not in self.with_a_guest():
            self.school.guest_comes(session)
        if how == "unlink":
            self.school.unlink(session)
        else:
            self.school.link(session, self.school.person(who))

    def with_a_guest(self) -> list[LiveSession]:
        guests = Connection.objects.filter(identity=GUEST)
        rooms = set(guests.values_list("room_name", flat=True))
        return [one for one in self.school.sessions if one.room_name in rooms]

    # Calculating, and what follows

    @has_sessions
    @act(which=WHICH)
    def calculate(self, which: int) -> None:
        self.school.calculate(self.school.session(which))

    @has_sessions
    @act()
    def calculate_due(self) -> None:
        self.school.calculate_due()
        assert not self.school.calculate_due().calculated

    @precondition(lambda self: self.empty_sessions())
    @act(which=WHICH)
    def count_as_absent(self, which: int) -> None:
        sessions = self.empty_sessions()
        self.school.count_as_absent(sessions[which % len(sessions)])

    def empty_sessions(self) -> list[LiveSession]:
        rooms = Connection.objects.values("room_name")
        held = self.school.event.sessions.exclude(room_name__in=rooms)
        return list(held.filter(cancelled_at=None).order_by("pk"))

    @act("complete", "end_by_itself")
    def end_event(self, how: str) -> None:
        getattr(self.school, how)()

    @precondition(lambda self: self.school.fresh.state == EventState.COMPLETED)
    @act()
    def reopen(self) -> None:
        self.school.reopen()

    @act(
        "revalue",
        "thank",
        "withdraw_thanks",
        who=WHO,
        worth=st.builds(PointsPerStatus, *[st.integers(0, 9)] * 4),
    )
    def give_points(self, how: str, who: int, worth: PointsPerStatus) -> None:
        if how == "revalue":
            self.school.revalue(worth)
        else:
            getattr(self.school, how)(self.school.person(who))

    # Schedule and roster

    @has_sessions
    @act("cancel", "restore", "move", "end", which=WHICH)
    def change_session(self, how: str, which: int) -> None:
        getattr(self.school, how)(self.school.session(which))

    @act("cancel_event", "publish", "schedule")
    def change_event(self, how: str) -> None:
        if how != "schedule" or len(self.school.sessions) < MOST_SESSIONS:
            getattr(self.school, how)()

    @act(
        where=WHERE,
        policy=st.sampled_from([Policy(), Policy(0, 20, 40, 60), Policy(60, 1, 2, 3)]),
    )
    def set_policy(self, where: int | None, policy: Policy) -> None:
        self.school.set_policy(self.school.place(where).session, policy)

    @act("registered", "waitlisted", "cancelled", "walk_in", who=WHO)
    def register(self, how: str, who: int) -> None:
        if who < len(self.school.people):
            self.school.register(self.school.person(who), how)
        else:
            self.school.add(how)

    # What must hold

    @staticmethod
    def key(one: Attendance | AttendanceChange) -> Key:
        return one.participant_id, one.session_id

    def decisions(self) -> dict[Key, Attendance]:
        return {self.key(one): one for one in Attendance.objects.all()}

    @invariant()
    def the_log_joins_up_and_ends_at_what_stands(self) -> None:
        told: dict[Key, tuple[str, str | None]] = defaultdict(lambda: UNDECIDED)
        reasons = dict(ChangeReason.objects.values_list("change", "text"))
        said: dict[Key, set[Any]] = defaultdict(set)
        for one in AttendanceChange.objects.order_by("pk"):
            key = self.key(one)
            assert (one.from_status, one.from_source) == told[key]
            told[key] = (one.to_status, one.source)
            said[key].add((*told[key], one.actor_id, reasons.get(one.pk, "")))
        rows = self.decisions()
        assert told.keys() <= rows.keys()
        for key, row in rows.items():
            standing = (row.status, row.source)
            assert standing == told[key]
            if row.is_marked and row.source not in ("check_in", "self_reported"):
                assert (*standing, row.marked_by_id, row.notes) in said[key]
        assert self.reasons <= set(reasons.values())

    @invariant()
    def an_answer_decides_where_nothing_else_does(self) -> None:
        for row in Attendance.objects.exclude(self_attended=None):
            assert row.source not in (None, "system_default"), row
            if row.source == "self_reported" and not row.derived:
                said = "present" if row.self_attended else "absent"
                assert (row.status, row.marked_at) == (said, row.self_answered_at)
        decided_by_answers = Attendance.objects.filter(
            source="self_reported", derived=False
        )
        assert not decided_by_answers.filter(self_attended=None).exists()

    @invariant()
    def nobody_who_said_yes_is_absent_from_the_event_by_default(self) -> None:
        answers = OwnAnswer.objects.order_by("pk")
        newest = dict(answers.values_list("participant", "attended"))
        absent = Attendance.objects.filter(session=None, source="system_default")
        assert not any(newest.get(one.participant_id) for one in absent)

    @invariant()
    def the_seals_fit(self) -> None:
        assert verify(Organization.objects.all()) == []

    @invariant()
    def the_points_are_those_of_the_decisions(self) -> None:
        organization = self.school.organization.pk
        worth = points_per_status_in([organization])[organization]
        held = set(
            self.school.event.sessions.filter(cancelled_at=None).values_list(
                "pk", flat=True
            )
        )
        counting: set[int | None] = {*held} or {None}
        due: Counter[int] = Counter()
        for (person, session), row in self.decisions().items():
            if session in counting:
                due[person] += int(getattr(worth, row.status, 0))
        for person in Feedback.objects.values_list("participant", flat=True):
            due[person] += worth.feedback
        given: Counter[int] = Counter()
        for entry in EngagementEntry.objects.all():
            given[entry.participant_id] += entry.points
        assert +given == +due
        assert -given == -due

    @invariant()
    def lists_are_right_now_and_then(self) -> None:
        self.steps += 1
        if self.steps % STEPS_BETWEEN_LISTS == 0:
            self.all_lists_count_alike()

    def all_lists_count_alike(self) -> None:
        school, user = self.school, self.school.organizer
        single = {
            session.pk: session_report(session, user=user, now=NOW)
            for session in school.sessions
        }
        expected = {
            pk: {status: n for status, n in report.summary.items() if n}
            for pk, report in single.items()
        }
        assert dict(self.counts_of_the_file()) == {
            k: v for k, v in expected.items() if v
        }
        lines = session_lines(
            list(school.event.sessions.select_related("event", "calculation")),
            user,
            Viewer.of(user),
            zones=dict.fromkeys(single, "UTC"),
            now=NOW,
        )
        for line in lines:
            counts = {str(one.tone): one.number for one in line.counts}
            assert counts in ({}, expected[line.session.pk])
            decided = expected[line.session.pk].keys() - {"unknown"}
            assert counts or line.session.cancelled_at or not decided

    def counts_of_the_file(self) -> dict[int, Counter[str]]:
        filters = ReportFilters({})
        assert filters.is_valid()
        rows = ReportRows(filters, user=self.school.organizer, now=NOW)
        text = "".join(as_csv(rows.chunks(), language="en"))
        counts: dict[int, Counter[str]] = defaultdict(Counter)
        for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))):
            if row["session_id"]:
                counts[int(row["session_id"])][row["status"]] += 1
        return counts

    def calculating_again_changes_nothing(self) -> None:
        def everything() -> list[Any]:
            return [
                list(Attendance.objects.order_by("pk").values()),
                AttendanceChange.objects.count(),
                EngagementEntry.objects.count(),
            ]

        sessions = [one for one in self.school.sessions if not one.cancelled_at]
        for session in sessions:
            self.school.calculate(session)
        self.the_log_joins_up_and_ends_at_what_stands()
        self.the_points_are_those_of_the_decisions()
        before = everything()
        for session in sessions:
            self.school.calculate(session)
        people = self.school.event.participants.in_reports()
        assert derive_event_decisions(list(people.values_list("pk", flat=True))) == []
        assert everything() == before


def run(machine: type[Paths]) -> None:
    """Run it, and see that it was no run in which everything was refused."""
    machine.done, machine.refused = Counter(), Counter()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    done, refused = machine.done, machine.refused
    assert done.total() > 2 * refused.total(), (done, refused)
    never = {name for name in ACTS if not done[name]}
    assert len(never) <= NEVER_AT_MOST, (never, refused)
