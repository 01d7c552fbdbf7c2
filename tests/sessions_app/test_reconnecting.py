"""After a restart of Postgres no connection kept from before may cost a fact."""

import psycopg
import pytest
from django.db import connection

from sessions_app.models import PresenceEvent
from tests.factories import START
from tests.webhooks import deliver, make_body

pytestmark = pytest.mark.django_db(transaction=True)


def end_this_connection() -> None:
    """End it from outside, as a restart does: the client does not hear of it."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
        autocommit=True,
    ) as another:
        another.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_fact_over_a_dead_connection_is_stored_at_once() -> None:
    assert deliver(make_body("room_started", START, "school_room")).status_code == 204
    end_this_connection()
    assert deliver(make_body("room_started", START, "school_room")).status_code == 204
    assert PresenceEvent.objects.count() == 2


def test_the_same_fact_over_a_dead_connection_is_stored_once() -> None:
    body = make_body("room_started", START, "school_room")
    deliver(body)
    end_this_connection()
    assert deliver(body).status_code == 204
    assert PresenceEvent.objects.count() == 1
