"""Going back to before events had policies."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from attendance.models import AttendancePolicy
from tests.factories import make_event

pytestmark = pytest.mark.django_db


def test_the_organizations_policy_stays_and_those_of_its_events_go() -> None:
    event = make_event()
    of_organization = AttendancePolicy.objects.create(organization=event.organization)
    AttendancePolicy.objects.create(organization=event.organization, event=event)
    connection.check_constraints()
    MigrationExecutor(connection).migrate([("attendance", "0014_proof")])
    assert list(AttendancePolicy.objects.values_list("pk", flat=True)) == [
        of_organization.pk
    ]
