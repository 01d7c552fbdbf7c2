"""Upgrading: session and roster are told apart; what is due stays so, nothing else."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from attendance.calculating.sessions import calculate_session
from attendance.evidence.due import Selection
from attendance.models import SessionCalculation
from sessions_app.models import LiveSession
from tests.factories import START, make_participant, make_session

pytestmark = pytest.mark.django_db

migration = import_module("attendance.migrations.0011_inputs_and_roster_apart")
SOON = START + timedelta(hours=2)


def due() -> list[int]:
    return sorted(Selection(now=SOON).claim(after=0))


def test_the_same_sessions_are_due_after_it_and_after_taking_it_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE attendance_sessioncalculation ADD inputs_read_at timestamptz"
        )
    settled, moved, grown, failed = (make_session() for _ in range(4))
    for session in (settled, moved, grown):
        calculate_session(session, now=SOON)
    SessionCalculation.objects.create(session=failed, failures=1)
    LiveSession.objects.filter(pk=moved.pk).update(ends_at=SOON - timedelta(hours=1.5))
    make_participant(grown.event)
    before = due()
    assert before == [moved.pk, grown.pk, failed.pk]

    with connection.cursor() as cursor:
        cursor.execute(migration.TOGETHER)
        SessionCalculation.objects.update(
            inputs_changed_at=None, roster_changed_at=None
        )
        assert due() == [settled.pk, *before]
        cursor.execute(migration.APART)
    assert due() == before
