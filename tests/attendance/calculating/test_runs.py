"""Runs over many sessions: what fails, what they cost."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.calculating.sessions import calculate_sessions
from attendance.evidence.due import Selection
from attendance.models import Attendance, AttendanceChange, SessionCalculation
from sessions_app.models import LiveSession
from tests.attendance.calculated import SOON, attend
from tests.factories import (
    make_connection,
    make_event,
    make_link,
    make_participant,
    make_session,
)

pytestmark = pytest.mark.django_db

# Failures


def broken_session() -> LiveSession:
    """A window of 76 years, of which the seconds do not fit their column."""
    now = timezone.now()
    session = make_session(
        make_event(),
        starts_at=now - timedelta(days=76 * 365.25),
        ends_at=now - timedelta(hours=1),
    )
    attend(session, make_participant(session.event))
    return session


def recent_session() -> LiveSession:
    session = make_session(make_event(), starts_at=timezone.now() - timedelta(hours=2))
    attend(session, make_participant(session.event))
    return session


def test_a_session_that_fails_does_not_stop_the_others() -> None:
    before, broken, after = recent_session(), broken_session(), recent_session()
    outcome = calculate_sessions(Selection(now=timezone.now()))
    assert list(outcome.calculated) == [before.pk, after.pk]
    assert list(outcome.failed) == [broken.pk]
    assert Attendance.objects.count() == AttendanceChange.objects.count() == 2
    failure = SessionCalculation.objects.get(session=broken)
    assert (failure.failures, failure.calculated_at) == (1, None)
    assert "SQLSTATE 22003" in failure.error == outcome.failed[broken.pk]
    # There Postgres quotes the rows that it was given.
    assert "LINE" not in failure.error


def test_a_dry_run_in_which_a_session_fails_says_so_and_writes_nothing() -> None:
    before, broken, after = recent_session(), broken_session(), recent_session()
    outcome = calculate_sessions(Selection(now=timezone.now()), dry_run=True)
    assert list(outcome.calculated) == [before.pk, after.pk]
    assert list(outcome.failed) == [broken.pk]
    assert not SessionCalculation.objects.exists()
    assert not Attendance.objects.exists()
    assert not AttendanceChange.objects.exists()


def databases_now() -> datetime:
    """The database's time, which stands still in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now


def test_a_failure_is_tried_again_after_a_minute_twice_then_hourly() -> None:
    broken_session()
    now = timezone.now()
    for number, wait in enumerate((60, 60, 3600, 3600), start=1):
        calculate_sessions(Selection(now=now))
        failure = SessionCalculation.objects.get()
        assert failure.failures == number
        assert failure.retry_at
        assert failure.retry_at - databases_now() == timedelta(seconds=wait)
        just_before = failure.retry_at - timedelta(seconds=1)
        assert calculate_sessions(Selection(now=just_before)).failed == {}
        now = failure.retry_at


def test_who_asks_for_one_does_not_wait_for_its_next_try() -> None:
    broken = broken_session()
    calculate_sessions(Selection(now=timezone.now()))
    asked = Selection(now=timezone.now(), session_id=broken.pk)
    assert list(calculate_sessions(asked).failed) == [broken.pk]


def test_a_success_forgets_the_failures() -> None:
    broken = broken_session()
    calculate_sessions(Selection(now=timezone.now()))
    LiveSession.objects.update(starts_at=broken.ends_at - timedelta(hours=1))
    later = timezone.now() + timedelta(seconds=61)
    assert list(calculate_sessions(Selection(now=later)).calculated) == [broken.pk]
    row = SessionCalculation.objects.get()
    assert (row.failures, row.retry_at, row.error) == (0, None, "")


def test_a_session_that_fails_after_it_was_calculated_keeps_its_report() -> None:
    session = recent_session()
    calculate_sessions(Selection(now=timezone.now()))
    LiveSession.objects.update(starts_at=session.ends_at - timedelta(days=76 * 365.25))
    assert calculate_sessions(Selection(now=timezone.now())).failed
    row = SessionCalculation.objects.get()
    assert row.calculated_at
    assert Attendance.objects.get().status == "present"


# What it costs


def lesson_with(people: int) -> LiveSession:
    session = make_session(make_event())
    roster = [make_participant(session.event) for _ in range(people)]
    attend(session, *roster[: people // 2 + 1])
    return session


def queries_of_a_run() -> int:
    with CaptureQueriesContext(connection) as queries:
        calculate_sessions(Selection(now=SOON, force=True))
    return len(queries)


def test_the_number_of_queries_depends_on_neither_people_nor_sessions() -> None:
    lesson_with(1)
    one = queries_of_a_run()
    lesson_with(30)
    for _ in range(5):
        lesson_with(4)
    assert queries_of_a_run() == one
    assert one <= 25


def test_it_grows_by_chunks_of_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance.calculating.sessions.SESSIONS_AT_ONCE", 2)
    counts = []
    for _ in range(3):
        lesson_with(3)
        lesson_with(3)
        queries_of_a_run()
        counts.append(queries_of_a_run())
    assert counts[2] - counts[1] == counts[1] - counts[0] > 0


def test_linked_identities_cost_no_queries(lesson: LiveSession) -> None:
    lesson_with(3)
    before = queries_of_a_run()
    for person in [make_participant(lesson.event) for _ in range(5)]:
        make_link(person, f"phone {person.pk}")
        make_connection(lesson, identity=f"phone {person.pk}")
    assert queries_of_a_run() <= before + 2
