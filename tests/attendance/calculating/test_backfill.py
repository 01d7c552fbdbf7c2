"""`backfill_attendance`: unknown rows for whom nothing was decided, and no more."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from attendance.calculating import backfill
from attendance.models import Attendance, AttendanceChange, EngagementEntry
from tests.attendance.calculated import attend, calculate
from tests.factories import (
    make_attendance,
    make_event,
    make_participant,
    make_participants,
    make_session,
)

pytestmark = pytest.mark.django_db


def run(*options: str) -> str:
    out = StringIO()
    call_command("backfill_attendance", *options, stdout=out)
    return out.getvalue().strip()


def rows() -> list[dict[str, Any]]:
    return [dict(row) for row in Attendance.objects.order_by("pk").values()]


def test_who_has_no_decision_gets_unknown_and_no_entry_of_the_log() -> None:
    person = make_participant()
    assert run() == "1 people got a row."
    row = Attendance.objects.get()
    assert (row.participant, row.session, row.status) == (person, None, "unknown")
    assert (row.source, row.marked_at, row.derived) == (None, None, False)
    assert row.organization_id == person.event.organization_id
    assert row.event_id == person.event_id
    assert not AttendanceChange.objects.exists()
    assert not EngagementEntry.objects.exists()


def test_who_has_one_keeps_it_to_the_last_column() -> None:
    make_attendance(make_participant(), status="present", source="manual", notes="seen")
    before = rows()
    assert run() == "0 people got a row."
    assert rows() == before


def test_decisions_about_sessions_stay_and_the_event_is_unknown() -> None:
    lesson = make_session()
    person = make_participant(lesson.event)
    attend(lesson, person)
    calculate(lesson)
    before = rows()
    changes = AttendanceChange.objects.count()
    run()
    assert rows()[:1] == before
    assert Attendance.objects.get(session=None).status == "unknown"
    assert AttendanceChange.objects.count() == changes


@pytest.mark.parametrize("registration", ["cancelled", "viewed"])
def test_who_is_in_no_report_gets_none(registration: str) -> None:
    make_participant(registration=registration)
    run()
    assert rows() == []


def test_broken_off_it_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "PEOPLE_AT_ONCE", 2)
    event = make_event()
    people = [make_participant(event).pk for _ in range(5)]

    def refuse(done: backfill.Backfilled) -> None:
        if done.batches == 2:
            raise DatabaseError("broken off")

    with pytest.raises(DatabaseError):
        backfill.backfill_attendance(progress=refuse)
    assert Attendance.objects.count() == 4
    assert json.loads(run("--json")) == {"people": 1, "batches": 1}
    assert list(
        Attendance.objects.order_by("participant").values_list("participant", flat=True)
    ) == sorted(people)


def test_each_batch_is_one_statement(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(backfill, "PEOPLE_AT_ONCE", 100)
    event = make_event()
    make_participants(event, ["x"] * 250)
    with django_assert_num_queries(4):
        backfill.backfill_attendance()
    assert Attendance.objects.count() == 250
    assert connection.in_atomic_block
