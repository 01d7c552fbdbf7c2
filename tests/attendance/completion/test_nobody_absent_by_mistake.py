"""Completing events makes nobody absent whom nobody could have seen, or knew better."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from attendance.calculating.sessions import calculate_session
from attendance.completion import completing
from attendance.completion.completing import complete_due_events, reopen_event
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import AttendanceChange
from events.models import Event, EventState, Participant, Registration
from events.roster.places import change_participant
from sessions_app.models import LiveSession
from sessions_app.services import cancel_event, cancel_session, end_session
from tests.at_once import PATIENCE, another_connection, with_own_connection
from tests.attendance.completion.held import (
    LONG_AFTER,
    about_event,
    hold,
    run,
)
from tests.attendance.pages import be_there
from tests.factories import (
    START,
    make_event,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

UNKNOWN = ("unknown", None, False)


# What is learned later


def test_late_facts_of_a_session_that_had_seen_nobody_count(
    course: Event, ana: Participant
) -> None:
    ben = make_participant(course)
    session = hold(course)
    run()
    be_there(session, ana)
    calculate_session(session, now=LONG_AFTER, force=True)
    assert about_event(ana) == ("present", "livekit_auto", True)
    assert about_event(ben) == ("absent", "livekit_auto", True)


def test_of_a_session_that_turns_out_to_have_seen_nobody_nothing_follows(
    course: Event, ana: Participant
) -> None:
    session = make_session(course)
    be_there(session, ana, (30, 60))
    calculate_session(session, now=LONG_AFTER, force=True)
    run()
    ended_at = START + timedelta(minutes=20)
    end_session(session=session, ended_at=ended_at, now=LONG_AFTER)
    calculate_session(session, now=LONG_AFTER, force=True)
    assert about_event(ana) == UNKNOWN


def test_what_could_not_be_calculated_in_time_is_asked_when_it_is(
    course: Event, ana: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(course)
    with monkeypatch.context() as broken:
        broken.setattr(
            "attendance.calculating.sessions.read_evidence", lambda _sessions: 1 / 0
        )
        run()
    assert about_event(ana) is None
    calculate_session(session, now=LONG_AFTER, force=True)
    assert about_event(ana) is None


def test_after_a_long_pause_sessions_are_calculated_first(
    course: Event, ana: Participant
) -> None:
    be_there(make_session(course), ana)
    run()
    assert about_event(ana) == ("present", "livekit_auto", True)
    assert not AttendanceChange.objects.filter(source="system_default").exists()


# What people said


def test_nobody_is_absent_where_every_session_was_cancelled(
    course: Event, ana: Participant
) -> None:
    cancel_session(session=hold(course), now=LONG_AFTER)
    run()
    assert about_event(ana) is None


def test_nobody_becomes_absent_when_the_only_session_is_cancelled_later(
    course: Event, ana: Participant
) -> None:
    session = hold(course, (ana, 60))
    run()
    cancel_session(session=session, now=LONG_AFTER)
    assert about_event(ana) == UNKNOWN


@pytest.mark.parametrize(
    ("mode", "status", "others"),
    [
        ("in_person", "excused", None),
        ("in_person", "present", ("absent", "system_default", True)),
        ("online", "present", None),
    ],
)
def test_that_somebody_came_says_that_it_was_held_in_person_but_not_online(
    course: Event,
    ana: Participant,
    mode: str,
    status: str,
    others: tuple[str, str, bool] | None,
) -> None:
    ben = make_participant(course)
    session = hold(course)
    LiveSession.objects.filter(pk=session.pk).update(mode=mode)
    session.refresh_from_db()
    place = Place(course, session)
    mark(place, [Mark(ben, status)], by=make_user(), now=LONG_AFTER)
    calculate_session(session, now=LONG_AFTER)
    run()
    assert about_event(ben) == (status, "manual", True)
    assert about_event(ana) == others


@pytest.mark.parametrize(
    ("mode", "others"),
    [("in_person", ("absent", "system_default", False)), ("online", None)],
)
def test_a_check_in_at_the_event_says_that_it_was_held_unless_it_is_online(
    course: Event, ana: Participant, mode: str, others: tuple[str, str, bool] | None
) -> None:
    ben = make_participant(course)
    session, _second = hold(course), make_session(course)
    LiveSession.objects.update(mode=mode)
    check_in(Place(course, None), ben, by=make_user(), now=session.ends_at)
    run()
    assert about_event(ben) == ("present", "check_in", False)
    assert about_event(ana) == others


# What happens meanwhile


def after_the_first_batch(
    monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]
) -> None:
    monkeypatch.setattr(completing, "PEOPLE_AT_ONCE", 1)
    original = completing._log  # noqa: SLF001

    def tell(*about: object) -> None:
        monkeypatch.setattr(completing, "_log", original)
        happens()

    monkeypatch.setattr(completing, "_log", tell)


def test_an_event_that_is_cancelled_meanwhile_is_left_alone(
    course: Event, ana: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = make_participant(course)
    after_the_first_batch(
        monkeypatch, lambda: cancel_event(event=course, now=LONG_AFTER)
    )
    run()
    assert about_event(ben) is None
    course.refresh_from_db()
    assert course.state == EventState.CANCELLED


def test_an_event_that_is_completed_and_reopened_meanwhile_stays_open(
    course: Event, ana: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = make_participant(course)

    def complete_and_reopen() -> None:
        run()
        reopen_event(event=course, by=make_user(), now=LONG_AFTER)

    after_the_first_batch(monkeypatch, complete_and_reopen)
    run()
    course.refresh_from_db()
    assert course.state == EventState.SCHEDULED
    assert about_event(ben) == UNKNOWN


def test_an_event_that_fails_holds_up_no_other(
    course: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_event(ends_at=START + timedelta(hours=1))
    original = completing._complete  # noqa: SLF001

    def complete(event_id: int) -> completing.Completed:
        if event_id == course.pk:
            raise ValueError("broken")
        return original(event_id)

    monkeypatch.setattr(completing, "_complete", complete)
    failed, done = complete_due_events(now=LONG_AFTER)
    assert (failed.event_id, failed.error) == (course.pk, "ValueError: broken")
    assert (done.event_id, done.error) == (other.pk, "")
    other.refresh_from_db()
    assert other.state == EventState.COMPLETED


# Who locks what first


def until_somebody_waits(other: psycopg.Connection) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if other.execute("SELECT pid FROM pg_locks WHERE NOT granted").fetchone():
            return
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
def test_completing_locks_the_event_before_its_decisions(
    course: Event, ana: Participant
) -> None:
    """As marks about the event do: neither waits for the other in a circle."""
    locked = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
    with ThreadPoolExecutor(1) as threads, another_connection() as other:
        other.execute("SELECT FROM events_event FOR NO KEY UPDATE")
        done = threads.submit(with_own_connection(run))
        until_somebody_waits(other)
        assert other.execute(locked, [course.pk]).fetchone() is None
        other.rollback()
        assert done.result(PATIENCE) == [course.pk]


@pytest.mark.django_db(transaction=True)
def test_checking_in_who_was_not_expected_locks_the_event_before_the_session(
    course: Event,
) -> None:
    place = Place(course, make_session(course))
    person = make_participant(course, registration=Registration.WAITLISTED)
    staff = make_user()
    with ThreadPoolExecutor(1) as threads, another_connection() as other:
        other.execute("SELECT FROM events_event FOR NO KEY UPDATE")
        done = threads.submit(
            with_own_connection(
                lambda: check_in(place, person, by=staff, now=START).decision.status
            )
        )
        until_somebody_waits(other)
        other.execute("SELECT FROM sessions_app_livesession FOR NO KEY UPDATE NOWAIT")
        other.rollback()
        assert done.result(PATIENCE) == "present"


@pytest.mark.django_db(transaction=True)
def test_changing_a_registration_locks_the_event_before_the_person(
    course: Event, ana: Participant
) -> None:
    changes = {"registration": Registration.WAITLISTED}
    with ThreadPoolExecutor(1) as threads, another_connection() as other:
        other.execute("SELECT FROM events_event FOR NO KEY UPDATE")
        done = threads.submit(
            with_own_connection(
                lambda: change_participant(participant=ana, changes=changes)
            )
        )
        until_somebody_waits(other)
        other.execute("SELECT FROM events_participant FOR NO KEY UPDATE NOWAIT")
        other.rollback()
        assert done.result(PATIENCE).registration == Registration.WAITLISTED
