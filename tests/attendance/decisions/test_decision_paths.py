"""Random sequences of everything that changes decisions, against a simple model.

Whatever happens, in whatever order: each change of a decision is one row of the log and
nothing else is; the log joins on without a gap; the seals fit; and everybody's points
are the present mapping of their present decisions.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.audit.seals import verify
from attendance.calculating.sessions import calculate_session, count_empty_as_absent
from attendance.completion.completing import complete_event, reopen_event
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo
from attendance.models import (
    Attendance,
    AttendanceChange,
    EngagementEntry,
    Feedback,
)
from attendance.points.ledger import (
    PointsPerStatus,
    points_per_status_in,
    set_points_per_status,
)
from core.errors import RuleBroken
from events.models import Event, Organization, Participant
from sessions_app.models import LiveSession
from sessions_app.services import cancel_session, restore_session, schedule_session
from tests.attendance.pages import be_there
from tests.factories import START, make_event, make_participant, make_session, make_user

pytestmark = pytest.mark.django_db

NOW = START + timedelta(days=10)
SAID = ("present", "late", "partial", "absent", "excused")
SOURCES = ("manual", "parent_reported", "admin_override")


class School:
    """An event with its people, and everything that can be done there."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.event = make_event(ends_at=START + timedelta(hours=1))
        for _ in range(3):
            make_participant(self.event)
        for day in range(chance.randint(0, 2)):
            self.new_session(day)
        self.staff = make_user()

    def act(self) -> None:
        """Do one thing; what a rule refuses changes nothing."""
        action: Callable[[], Any] = self.chance.choice(
            [
                self.mark,
                self.mark,
                self.check_in,
                self.undo,
                self.undo,
                self.be_seen,
                self.calculate,
                self.count_empty,
                self.complete,
                self.reopen,
                self.cancel,
                self.restore,
                self.schedule,
                self.revalue,
                self.thank,
                self.withdraw_thanks,
            ]
        )
        before = self.decisions()
        entries = AttendanceChange.objects.count()
        try:
            with transaction.atomic():
                action()
        except RuleBroken:
            assert self.decisions() == before
        assert AttendanceChange.objects.count() - entries >= self.differing(before)

    # What can be done

    def new_session(self, day: int) -> LiveSession:
        return make_session(self.event, starts_at=START + timedelta(days=day))

    @property
    def person(self) -> Participant:
        return self.chance.choice(list(self.event.participants.order_by("pk")))

    @property
    def session(self) -> LiveSession | None:
        sessions = list(self.event.sessions.order_by("pk"))
        return self.chance.choice(sessions) if sessions else None

    @property
    def place(self) -> Place:
        return Place(self.fresh, self.chance.choice([None, self.session]))

    @property
    def fresh(self) -> Event:
        return Event.objects.select_related("organization").get(pk=self.event.pk)

    def mark(self) -> None:
        people = list(self.event.participants.order_by("pk"))
        marks = [
            Mark(one, self.chance.choice(SAID), self.chance.choice(["", "Ill"]))
            for one in self.chance.sample(people, self.chance.randint(1, 3))
        ]
        source = self.chance.choice(SOURCES)
        mark(self.place, marks, source=source, by=self.staff, now=NOW)

    def check_in(self) -> None:
        at = START + timedelta(minutes=self.chance.choice([5, 40]))
        check_in(self.place, self.person, by=self.staff, now=at)

    def undo(self) -> None:
        changes = list(AttendanceChange.objects.order_by("-pk")[:6])
        if changes:
            undo(self.chance.choice(changes), reason="Oh", by=self.staff, now=NOW)

    def be_seen(self) -> None:
        if session := self.session:
            be_there(session, self.person, (0, self.chance.choice([5, 30, 60])))

    def calculate(self) -> None:
        if session := self.session:
            calculate_session(session, now=NOW, force=True)

    def count_empty(self) -> None:
        if session := self.session:
            count_empty_as_absent(session, actor=self.staff)

    def complete(self) -> None:
        complete_event(event=self.fresh, now=NOW)

    def reopen(self) -> None:
        reopen_event(event=self.fresh, by=self.staff, now=NOW)

    def cancel(self) -> None:
        if session := self.session:
            cancel_session(session=session, now=NOW)

    def restore(self) -> None:
        if session := self.session:
            restore_session(session=session)

    def schedule(self) -> None:
        start = START + timedelta(days=self.event.sessions.count() + 3)
        schedule_session(
            event=self.fresh,
            title="One more",
            session_type="general",
            starts_at=start,
            ends_at=start + timedelta(hours=1),
        )

    def thank(self) -> None:
        Feedback.objects.update_or_create(
            participant=self.person, defaults={"rating": self.chance.randint(1, 5)}
        )

    def withdraw_thanks(self) -> None:
        for feedback in Feedback.objects.filter(participant=self.person):
            feedback.delete()

    def revalue(self) -> None:
        worth = PointsPerStatus(*(self.chance.randint(0, 9) for _ in range(4)))
        set_points_per_status(self.event.organization_id, worth)

    # What must hold

    def decisions(self) -> dict[tuple[int, int | None], tuple[str, str | None]]:
        return {
            (one.participant_id, one.session_id): (one.status, one.source)
            for one in Attendance.objects.all()
        }

    def differing(self, before: dict[Any, Any]) -> int:
        nothing = ("unknown", None)
        now = self.decisions()
        return sum(
            before.get(key, nothing) != now.get(key, nothing)
            for key in before.keys() | now.keys()
        )

    def check(self) -> None:
        self.the_log_tells_every_decision()
        assert verify(Organization.objects.all()) == []
        for person in self.event.participants.all():
            entries = EngagementEntry.objects.filter(participant=person)
            assert sum(one.points for one in entries) == self.points(person)

    def the_log_tells_every_decision(self) -> None:
        told: dict[tuple[int, int | None], tuple[str, str | None]] = {}
        for one in AttendanceChange.objects.order_by("pk"):
            key = (one.participant_id, one.session_id)
            assert (one.from_status, one.from_source) == told.get(
                key, ("unknown", None)
            )
            told[key] = (one.to_status, one.source)
        decided = {k: v for k, v in self.decisions().items() if k in told or v[1]}
        assert decided == told

    def points(self, person: Participant) -> int:
        worth = points_per_status_in([self.event.organization_id])[
            self.event.organization_id
        ]
        by_status = {
            "present": worth.present,
            "late": worth.late,
            "partial": worth.partial,
        }
        held = self.event.sessions.filter(cancelled_at=None)
        decisions = (
            Attendance.objects.filter(participant=person, session__in=held)
            if held
            else Attendance.objects.filter(participant=person, session=None)
        )
        thanks = Feedback.objects.filter(participant=person).count() * worth.feedback
        return thanks + sum(by_status.get(one.status, 0) for one in decisions)


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), length=st.integers(5, 25))
def test_whatever_is_done_in_whatever_order_the_log_and_the_points_are_right(
    seed: int, length: int
) -> None:
    with taken_back():
        school = School(Random(seed))  # noqa: S311
        for _ in range(length):
            school.act()
        school.check()
