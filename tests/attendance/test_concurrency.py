"""Several things at once: two runs, facts on their way, people who mark.

Each thread has a connection of its own, as each worker has.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import (
    Barrier,
    BrokenBarrierError,
    Event,
    current_thread,
    main_thread,
)
from typing import Any, TypeVar

import psycopg
import pytest
from django.db import transaction

from attendance.audit.changes import Change, record_changes
from attendance.audit.seals import verify
from attendance.calculating.sessions import CalculationResult, calculate_sessions
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.evidence.due import Selection
from attendance.evidence.session_evidence import read_evidence, read_roster
from attendance.locks import lock_heads
from attendance.models import (
    Attendance,
    AttendanceChange,
    AuditSeal,
    SessionCalculation,
)
from attendance.unmatched.linking import link_identity
from events.models import KnownIdentity, Organization, Participant, Registration
from events.roster.places import rejoin
from sessions_app.facts import STORE_AND_FOLD
from sessions_app.livekit import Signature, read_webhook
from sessions_app.models import LiveSession
from tests.at_once import PATIENCE, another_connection, with_own_connection
from tests.factories import (
    START,
    make_attendance,
    make_connection,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_person,
    make_session,
    make_user,
)
from tests.webhooks import KEY, Room, as_bytes, deliver_all

pytestmark = pytest.mark.django_db(transaction=True)

SOON = START + timedelta(hours=2)
DUE = Selection(now=SOON)
T = TypeVar("T")


def run_due() -> CalculationResult:
    return calculate_sessions(DUE)


def lesson_with(people: int) -> LiveSession:
    session = make_session(make_event())
    for _ in range(people):
        person = make_participant(session.event)
        make_connection(session, identity=person.identity)
    return session


# Two who write to one log at once


def test_batches_written_at_once_follow_one_another_in_the_chain() -> None:
    people = [make_participant(make_event()) for _ in range(2)]
    together = Barrier(8)

    def write(number: int) -> None:
        together.wait(PATIENCE)
        # In another order each time: the heads are locked in the order of ids.
        ordered = people if number % 2 else people[::-1]
        record_changes(
            [
                Change(
                    one.event.organization_id,
                    one.pk,
                    None,
                    "unknown",
                    "present",
                    None,
                    "manual",
                )
                for one in ordered
            ]
        )

    with ThreadPoolExecutor(8) as threads:
        done = [
            threads.submit(with_own_connection(partial(write, number)))
            for number in range(8)
        ]
        for one in done:
            one.result(PATIENCE)
    assert verify(Organization.objects.all()) == []
    assert AuditSeal.objects.filter(number=8).count() == 2


# Two runs at once


def test_two_claims_take_different_sessions() -> None:
    sessions = {make_session(make_event()).pk for _ in range(4)}
    with transaction.atomic():
        mine = DUE.claim(after=0, limit=2)
        with ThreadPoolExecutor(1) as threads:
            theirs = threads.submit(with_own_connection(run_due)).result(PATIENCE)
    assert len(mine) == 2
    assert theirs.calculated.keys() == sessions - set(mine)


def test_many_runs_at_once_write_one_row_and_one_change_for_each_person() -> None:
    for _ in range(12):
        lesson_with(3)
    runs = 4
    barrier = Barrier(runs)

    def run() -> CalculationResult:
        barrier.wait(PATIENCE)
        return run_due()

    with ThreadPoolExecutor(runs) as threads:
        outcomes = list(threads.map(lambda _: with_own_connection(run)(), range(runs)))
    assert not any(outcome.failed for outcome in outcomes)
    assert SessionCalculation.objects.count() == 12
    assert Attendance.objects.count() == AttendanceChange.objects.count() == 36
    assert run_due().calculated == {}


def test_one_session_that_is_asked_for_by_two_is_decided_once() -> None:
    session = lesson_with(3)
    asked = Selection(now=SOON, session_id=session.pk, force=True)

    def run() -> CalculationResult:
        return calculate_sessions(asked)

    with ThreadPoolExecutor(3) as threads:
        outcomes = list(threads.map(lambda _: with_own_connection(run)(), range(3)))
    assert all(list(outcome.calculated) == [session.pk] for outcome in outcomes)
    assert AttendanceChange.objects.count() == 3


def test_a_failing_session_in_one_run_leaves_the_other_run_alone() -> None:
    good = lesson_with(1)
    broken = lesson_with(1)
    LiveSession.objects.filter(pk=broken.pk).update(
        starts_at=START - timedelta(days=76 * 365.25)
    )
    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(lambda _: with_own_connection(run_due)(), range(2)))
    calculated = {pk for outcome in outcomes for pk in outcome.calculated}
    assert calculated == {good.pk}
    assert SessionCalculation.objects.get(session=broken).failures == 1


def test_after_a_failure_no_lock_of_one_session_is_held_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who marks the last one's event holds that, and waits for the log of the first."""
    organization = make_organization()
    lessons = [make_session(make_event(organization)) for _ in range(3)]
    first, broken, last = lessons
    people = [make_participant(lesson.event) for lesson in lessons]
    LiveSession.objects.filter(pk=broken.pk).update(
        starts_at=START - timedelta(days=76 * 365.25)
    )
    for lesson, person in zip(lessons, people, strict=True):
        make_connection(lesson, identity=person.identity)
    marked, first_is_decided = Event(), Event()

    def lock_heads_in_turn(organizations: list[int]) -> None:
        if current_thread() is main_thread():
            lock_heads(organizations)
            first_is_decided.set()
        else:
            marked.set()
            first_is_decided.wait(PATIENCE)
            lock_heads(organizations)

    monkeypatch.setattr("attendance.audit.changes.lock_heads", lock_heads_in_turn)
    place, by = Place(last.event, None), make_user()

    def mark_last() -> None:
        mark(place, [Mark(people[-1], "present")], by=by, now=SOON)

    with ThreadPoolExecutor(1) as threads:
        marking = threads.submit(with_own_connection(mark_last))
        assert marked.wait(PATIENCE)
        outcome = run_due()
        marking.result(PATIENCE)
    assert list(outcome.calculated) == [first.pk, last.pk]
    assert list(outcome.failed) == [broken.pk]
    assert SessionCalculation.objects.get(session=broken).failures == 1
    assert Attendance.objects.filter(status="present").count() == 3


# Facts on their way


def store_uncommitted(other: psycopg.Connection, body: dict[str, object]) -> None:
    raw = as_bytes(body)
    fact = read_webhook(raw, Signature(KEY, hashlib.sha256(raw).digest()))
    other.execute(STORE_AND_FOLD, fact.parameters())


def test_a_fact_committed_during_a_calculation_is_not_missed() -> None:
    session = lesson_with(1)
    ana = make_participant(session.event)
    with another_connection() as other:
        store_uncommitted(other, Room(session).left(ana, 0, 60))
        run_due()
        assert Attendance.objects.get(participant=ana).status == "absent"
        assert run_due().calculated == {}
        other.commit()
    assert list(run_due().calculated) == [session.pk]
    assert Attendance.objects.get(participant=ana).status == "present"
    assert run_due().calculated == {}


def test_a_fact_that_comes_between_counting_and_reading_is_read_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is read already, but the count that stands does not have it."""
    session = lesson_with(1)
    ana = make_participant(session.event)
    original = read_evidence

    def read_late(sessions: list[int]) -> object:
        with ThreadPoolExecutor(1) as threads:
            threads.submit(
                with_own_connection(lambda: deliver_all(Room(session).left(ana, 0, 60)))
            ).result(PATIENCE)
        monkeypatch.undo()
        return original(sessions)

    monkeypatch.setattr("attendance.calculating.sessions.read_evidence", read_late)
    run_due()
    assert Attendance.objects.get(participant=ana).status == "present"
    assert list(run_due().calculated) == [session.pk]
    assert run_due().calculated == {}
    assert AttendanceChange.objects.filter(participant=ana).count() == 1


def test_facts_do_not_wait_for_a_calculation() -> None:
    session = lesson_with(1)
    ana = make_participant(session.event)
    with transaction.atomic():
        DUE.claim(after=0)
        with ThreadPoolExecutor(1) as threads:
            threads.submit(
                with_own_connection(
                    lambda: deliver_all(*Room(session).stay(ana, 0, 60))
                )
            ).result(PATIENCE)


# People who change something meanwhile


def test_a_mark_waits_for_a_calculation_and_then_stands() -> None:
    session = lesson_with(1)
    person = Participant.objects.get()
    claimed, asked = Event(), Event()

    def mark() -> None:
        claimed.wait(PATIENCE)
        with transaction.atomic():
            asked.set()
            LiveSession.objects.select_for_update(no_key=True).get(pk=session.pk)
            Attendance.objects.filter(participant=person).update(
                status="excused",
                source="manual",
                marked_by=make_user(),
                marked_at=SOON,
            )

    with ThreadPoolExecutor(1) as threads:
        marking = threads.submit(with_own_connection(mark))
        with transaction.atomic():
            DUE.claim(after=0)
            claimed.set()
            asked.wait(PATIENCE)
            calculate_sessions(Selection(now=SOON, force=True))
        marking.result(PATIENCE)
    assert Attendance.objects.get().source == "manual"
    calculate_sessions(Selection(now=SOON, force=True))
    row = Attendance.objects.get()
    assert (row.status, row.computed_status) == ("excused", "present")


def test_a_session_whose_row_somebody_holds_is_left_to_the_next_run() -> None:
    session = lesson_with(1)
    with another_connection() as other:
        other.execute(
            "UPDATE sessions_app_livesession SET ends_at = ends_at - interval '1 min'"
        )
        assert run_due().calculated == {}
        other.commit()
    assert list(run_due().calculated) == [session.pk]
    assert Attendance.objects.get().window_seconds == 59 * 60


def test_one_person_linked_in_two_events_at_once_is_linked_in_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each link marks both events as changed: they must not wait for each other."""
    organization = make_organization()
    user = make_member(organization)
    lessons = [make_session(make_event(organization)) for _ in range(2)]
    lina = make_person(organization)
    left: dict[str, Any] = {"person": lina, "registration": Registration.CANCELLED}
    people = [make_participant(lesson.event, **left) for lesson in lessons]
    for lesson in lessons:
        make_connection(lesson, identity="guest")
    both_inside = Barrier(2)
    original = rejoin

    def meet(place: Participant, registration: str, **fields: Any) -> Participant:
        # One who has to wait outside never comes.
        with suppress(BrokenBarrierError):
            both_inside.wait(0.5)
        return original(place, registration, **fields)

    monkeypatch.setattr("attendance.unmatched.linking.rejoin", meet)

    def link(lesson: LiveSession, person: Participant) -> None:
        link_identity(
            session=lesson, identity="guest", participant=person, by=user, now=SOON
        )

    with ThreadPoolExecutor(2) as threads:
        linking = [
            threads.submit(with_own_connection(partial(link, *one)))
            for one in zip(lessons, people, strict=True)
        ]
        for one in linking:
            one.result(PATIENCE)
    assert KnownIdentity.objects.count() == 2
    assert Attendance.objects.filter(status="present").count() == 2


def test_somebody_removed_during_a_calculation_stops_no_other_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Foreign keys are checked late: the blame must still find its session."""
    first, second = lesson_with(2), lesson_with(2)
    leaver = Participant.objects.filter(event=first.event)[0]
    original = read_roster

    def remove() -> None:
        Participant.objects.filter(pk=leaver.pk).delete()

    def read_and_remove(sessions: list[int]) -> object:
        roster = original(sessions)
        if Participant.objects.filter(pk=leaver.pk).exists():
            with ThreadPoolExecutor(1) as threads:
                threads.submit(with_own_connection(remove)).result(PATIENCE)
        return roster

    monkeypatch.setattr("attendance.calculating.sessions.read_roster", read_and_remove)
    outcome = run_due()
    assert outcome.failed == {}
    assert outcome.calculated.keys() == {first.pk, second.pk}
    assert Attendance.objects.count() == 3


def test_whoever_has_a_decision_cannot_be_removed_at_all() -> None:
    session = lesson_with(1)
    person = Participant.objects.get()
    make_attendance(person, session)
    with (
        another_connection() as other,
        pytest.raises(psycopg.errors.ForeignKeyViolation),
    ):
        other.execute("DELETE FROM events_participant; SET CONSTRAINTS ALL IMMEDIATE")
