"""Upgrading: what the log held before there were seals is sealed in its order."""

from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection

from attendance.audit.changes import Change, record_changes
from attendance.audit.seals import seal_batch, verify
from attendance.models import AttendanceChange, AuditSeal
from events.models import Organization, Participant
from tests.factories import make_attendance_change, make_participant

pytestmark = pytest.mark.django_db

migration = import_module("attendance.migrations.0004_seal_earlier_changes").Migration


def migrate() -> None:
    [operation] = migration.operations
    with connection.cursor() as cursor:
        cursor.execute(operation.sql)


def unsealed(person: Participant, *batches: int) -> None:
    """Changes as they were written before there were seals."""
    for batch in batches:
        make_attendance_change(person, batch=batch)
        make_attendance_change(make_participant(person.event), batch=batch)


def links() -> list[tuple[int, int, bytes]]:
    return [
        (seal.number, seal.batch, bytes(seal.digest))
        for seal in AuditSeal.objects.order_by("organization", "number")
    ]


def record(person: Participant) -> None:
    record_changes(
        [
            Change(
                person.event.organization_id,
                person.pk,
                None,
                "unknown",
                "present",
                None,
                "manual",
            )
        ]
    )


def test_earlier_changes_are_found_without_a_seal() -> None:
    unsealed(make_participant(), 5)
    assert [misfit.why for misfit in verify(Organization.objects.all())] == [
        "no seal covers it"
    ]


def test_after_upgrading_the_whole_log_fits_and_goes_on() -> None:
    ana, ben = make_participant(), make_participant()
    unsealed(ana, 7, 3, 5)
    unsealed(ben, 4)
    migrate()
    assert [link[:2] for link in links()] == [(1, 3), (2, 5), (3, 7), (1, 4)]
    assert verify(Organization.objects.all()) == []
    record(ana)
    assert verify(Organization.objects.all()) == []
    assert AuditSeal.objects.filter(number=4).count() == 1


def test_the_seals_are_those_that_each_batch_would_have_got() -> None:
    unsealed(make_participant(), 3, 5)
    migrate()
    by_migration = links()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL rollcall.maintenance = 'a test'")
        cursor.execute("DELETE FROM attendance_auditseal")
    organizations = AttendanceChange.objects.values_list("organization", flat=True)
    for batch in (3, 5):
        seal_batch(batch, set(organizations))
    assert links() == by_migration


def test_what_is_sealed_stays_and_what_is_not_follows() -> None:
    ana = make_participant()
    record(ana)
    before = links()
    unsealed(ana, 1)
    migrate()
    assert links()[0] == before[0]
    assert [number for number, _batch, _digest in links()] == [1, 2]
    assert verify(Organization.objects.all()) == []
    migrate()
    assert len(links()) == 2


def test_it_is_part_of_migrating() -> None:
    assert ("attendance", "0003_marking") in migration.dependencies
    call_command("migrate", "--check", verbosity=0)
