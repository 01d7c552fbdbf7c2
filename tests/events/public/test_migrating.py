"""Views of events from before the last one was recorded."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from events.models import EventView
from tests.factories import make_event, make_user

pytestmark = pytest.mark.django_db


def test_the_last_view_known_of_then_is_the_first() -> None:
    at = timezone.now() - timedelta(days=30)
    EventView.objects.create(event=make_event(), user=make_user(), viewed_at=at)
    connection.check_constraints()
    MigrationExecutor(connection).migrate([("events", "0017_invitations")])
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert EventView.objects.get().last_viewed_at == at
