"""Upgrading: decisions that are older than the ledger get their points, once."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from attendance.models import EngagementEntry, Feedback
from attendance.points.ledger import (
    PointsPerStatus,
    balance_event,
    set_points_per_status,
)
from events.models import Participant
from tests.factories import make_attendance, make_event, make_participant, make_session

pytestmark = pytest.mark.django_db

migration = import_module(
    "attendance.migrations.0005_points_of_earlier_decisions"
).Migration


def migrate() -> None:
    [operation] = migration.operations
    with connection.cursor() as cursor:
        cursor.execute(operation.sql)


def total(person: Participant) -> int:
    return person.engagement_entries.aggregate(all=Sum("points"))["all"] or 0


def test_decisions_and_feedback_get_what_they_are_worth() -> None:
    event = make_event()
    lessons = [make_session(event) for _ in range(3)]
    person = make_participant(event)
    for lesson, status in zip(lessons, ("present", "late", "partial"), strict=True):
        make_attendance(person, lesson, status=status)
    make_attendance(person, status="present")
    Feedback.objects.create(participant=person, rating=5)
    lessons[2].cancelled_at = timezone.now()
    lessons[2].save(update_fields=["cancelled_at"])
    migrate()
    assert total(person) == 10 + 7 + 2


def test_about_events_without_sessions_the_event_counts() -> None:
    person = make_participant()
    make_attendance(person, status="present")
    migrate()
    assert total(person) == 10


def test_it_is_what_the_ledger_is_balanced_to_and_comes_once() -> None:
    lesson = make_session()
    person = make_participant(lesson.event)
    set_points_per_status(lesson.event.organization_id, PointsPerStatus(present=3))
    make_attendance(person, lesson, status="present")
    migrate()
    assert total(person) == 3
    migrate()
    balance_event(lesson.event_id, lesson.event.organization_id)
    assert EngagementEntry.objects.count() == 1
