"""kill -9 in the middle of a completion, and then again."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from attendance.audit.seals import verify
from attendance.completion.completing import PEOPLE_AT_ONCE
from attendance.models import Attendance, AttendanceChange, AuditSeal
from events.models import Event, EventState, Organization
from tests.factories import make_event, make_participants
from tests.launcher.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PEOPLE = 2 * PEOPLE_AT_ONCE + 200


@pytest.fixture
def course() -> Event:
    event = make_event()
    make_participants(event, [f"Person {n}" for n in range(PEOPLE)])
    return event


def database_url() -> str:
    """Where the tests' own database is, for another process."""
    of = connection.settings_dict
    where = f"{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}"
    return urlunsplit(("postgres", where, f"/{of['NAME']}", "", ""))


def complete_events() -> subprocess.Popen[bytes]:
    url = database_url()
    return subprocess.Popen(
        [sys.executable, "manage.py", "complete_events"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def somebody_held_up(event: Event) -> Iterator[None]:
    """Let whoever decides about the second batch wait until the block ends."""
    last_of_second = event.participants.order_by("pk")[2 * PEOPLE_AT_ONCE - 1]
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(
            "INSERT INTO attendance_attendance "
            "(organization_id, event_id, participant_id, status) "
            "VALUES (%s, %s, %s, 'unknown')",
            [event.organization_id, event.pk, last_of_second.pk],
        )
        yield
        other.rollback()


def waiting_backend() -> int | None:
    """The server's process of whoever waits in the middle of a batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND query LIKE '%attendance_attendance%'"
        )
        row = cursor.fetchone()
    return row[0] if row else None


def is_gone(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [backend])
        return cursor.fetchone() is None


def test_killed_in_the_middle_and_run_again_nothing_is_missing_or_doubled(
    course: Event,
) -> None:
    with somebody_held_up(course):
        process = complete_events()
        try:
            until(lambda: AttendanceChange.objects.exists())
            backend = until(waiting_backend)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        assert process.returncode == -signal.SIGKILL
    until(lambda: is_gone(backend))

    course.refresh_from_db()
    assert course.state == EventState.SCHEDULED
    assert Attendance.objects.count() == PEOPLE_AT_ONCE
    assert AttendanceChange.objects.count() == PEOPLE_AT_ONCE
    assert verify(Organization.objects.all()) == []

    assert complete_events().wait() == 0
    course.refresh_from_db()
    assert course.state == EventState.COMPLETED
    decided = Attendance.objects.values_list("status", "source")
    assert Counter(decided) == {("absent", "system_default"): PEOPLE}
    entries = AttendanceChange.objects.values_list("participant", flat=True)
    assert Counter(Counter(entries).values()) == {1: PEOPLE}
    batches = AttendanceChange.objects.values_list("batch", flat=True)
    assert sorted(Counter(batches).values()) == [200, PEOPLE_AT_ONCE, PEOPLE_AT_ONCE]
    assert AuditSeal.objects.count() == 3
    assert verify(Organization.objects.all()) == []
