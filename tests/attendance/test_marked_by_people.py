"""Whether a person decided: one answer, kept by the database, also when upgrading."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from attendance.models import Attendance
from events.models import Participant
from sessions_app.models import LiveSession
from tests.attendance.calculated import SOON
from tests.attendance.pages import be_there, calculate, make_lesson
from tests.factories import make_attendance, make_attendance_change, make_user

pytestmark = pytest.mark.django_db

MARKED: dict[str, Any] = {"marked_at": SOON}
CONSTRAINTS = (
    "attendance_marked_by_people_alone",
    "attendance_of_people_is_marked",
    "attendance_marked_whole",
)


@pytest.fixture
def lesson() -> LiveSession:
    return make_lesson("Ana")[0]


@pytest.fixture
def ana(lesson: LiveSession) -> Participant:
    return lesson.event.participants.get()


@pytest.mark.parametrize(
    "decision",
    [
        {"status": "unknown", "source": None} | MARKED,
        {"status": "absent", "source": "system_default"} | MARKED,
        {"status": "present", "source": "manual", "derived": True} | MARKED,
        {"status": "present", "source": "manual", "marked_at": None},
        {"status": "present", "source": "check_in", "marked_at": None},
        {"status": "absent", "source": "self_reported", "marked_at": None},
        {"status": "absent", "source": "system_default", "notes": "Ill"},
    ],
)
def test_a_decision_has_a_time_of_marking_where_a_person_made_it_and_nowhere_else(
    ana: Participant, decision: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_attendance(ana, **decision)


def test_nobody_marked_without_a_time(ana: Participant) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_attendance(ana, status="present", marked_by=make_user())


# Upgrading


def without_the_constraints() -> None:
    with connection.cursor() as cursor:
        for name in CONSTRAINTS:
            cursor.execute(f"ALTER TABLE attendance_attendance DROP CONSTRAINT {name}")


def migrate() -> None:
    migration = import_module("attendance.migrations.0007_marked_by_people")
    with connection.schema_editor() as editor:
        migration.mend(apps, editor)


def test_what_was_calculated_in_vain_becomes_the_decision_once(
    lesson: LiveSession, ana: Participant
) -> None:
    without_the_constraints()
    be_there(lesson, ana)
    make_attendance(
        ana,
        lesson,
        status="absent",
        source="system_default",
        marked_by=make_user(),
        notes="Away",
        **MARKED,
    )
    for _ in range(3):
        make_attendance_change(
            ana, lesson, from_status="absent", from_source="system_default"
        )
    migrate()
    row = Attendance.objects.get()
    assert (row.status, row.source) == ("present", "livekit_auto")
    assert (row.marked_by, row.marked_at, row.notes) == (None, None, "")
    assert sum(one.points for one in ana.engagement_entries.all()) == 10
    calculate(lesson)
    assert ana.attendance_changes.count() == 3


def test_a_mark_without_a_time_gets_one_and_a_default_loses_it(
    lesson: LiveSession, ana: Participant
) -> None:
    without_the_constraints()
    make_attendance(ana, lesson, status="late", source="manual", marked_at=None)
    make_attendance(ana, status="absent", source="system_default", **MARKED)
    migrate()
    marked, default = Attendance.objects.order_by("pk")
    assert (marked.source, marked.marked_at) == ("manual", marked.updated_at)
    assert (default.source, default.marked_at) == ("system_default", None)
