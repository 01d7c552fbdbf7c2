"""What the database itself refuses, to the application and even to its owner."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.db.utils import ProgrammingError
from psycopg.errors import InsufficientPrivilege

from attendance.calculating.sessions import calculate_sessions
from attendance.evidence.due import Selection
from attendance.models import (
    Attendance,
    AttendanceChange,
    AuditSeal,
    EngagementEntry,
    OwnAnswer,
)
from attendance_site.database_roles import append_only_tables
from attendance_site.env import postgres
from events.models import Participant, PersonChange
from events.people.services import update_person
from sessions_app.models import ConflictingDelivery, PresenceEvent
from sessions_app.rebuild import rebuild_connections
from sessions_app.reconciliation import reconcile_connections
from tests.application_role import as_application
from tests.factories import (
    START,
    make_attendance_change,
    make_event,
    make_organization,
    make_participant,
    make_person,
    make_presence_event,
    make_session,
)
from tests.webhooks import Room, deliver, deliver_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_roles() -> None:
    hint = "Set DATABASE_URL and DATABASE_OWNER_URL to two roles, as `make test` does."
    assert settings.APPLICATION_ROLE, hint


def make_fact() -> models.Model:
    return make_presence_event(make_session())


def make_conflict() -> models.Model:
    return ConflictingDelivery.objects.create(
        source="livekit", event_id="EV_1", body_sha256=b"x" * 32
    )


def make_change() -> models.Model:
    return make_attendance_change(make_participant())


def make_seal() -> models.Model:
    return AuditSeal.objects.create(
        organization=make_organization(),
        number=1,
        batch=1,
        previous_digest=b"",
        digest=b"x",
    )


def make_entry() -> models.Model:
    person = make_participant()
    return EngagementEntry.objects.create(
        organization=person.event.organization, participant=person, points=5
    )


def make_change_of_person() -> models.Model:
    person = make_person()
    return PersonChange.objects.create(
        organization=person.organization, person=person, values_digest=b"x" * 32
    )


def make_answer() -> models.Model:
    person = make_participant()
    return OwnAnswer.objects.create(
        organization=person.event.organization,
        participant=person,
        attended=True,
        at=START,
    )


# A new append-only model must find its place here.
MAKERS: dict[type[models.Model], Callable[[], models.Model]] = {
    PresenceEvent: make_fact,
    ConflictingDelivery: make_conflict,
    AttendanceChange: make_change,
    AuditSeal: make_seal,
    EngagementEntry: make_entry,
    PersonChange: make_change_of_person,
    OwnAnswer: make_answer,
}
APPEND_ONLY = [
    model for model in apps.get_models() if getattr(model, "append_only", False)
]


def make_one(model: type[models.Model]) -> models.Model:
    """A row whose deferred checks are done: while they wait, nothing is truncated."""
    row = MAKERS[model]()
    connection.check_constraints()
    return row


TABLES = [model._meta.db_table for model in APPEND_ONLY]
each_model = pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda m: m.__name__)
each_table = pytest.mark.parametrize("table", TABLES)


def writes(table: str) -> list[str]:
    """Every way to change what stands in a table."""
    return [
        f"UPDATE {table} SET id = id",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
        f"INSERT INTO {table} SELECT * FROM {table} "
        "ON CONFLICT (id) DO UPDATE SET id = excluded.id",
        f"MERGE INTO {table} a USING {table} b ON a.id = b.id WHEN MATCHED THEN DELETE",
        f"SELECT 1; WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT FROM gone",
    ]


@pytest.fixture
def application() -> Iterator[psycopg.Connection]:
    """A connection as web and workers have it."""
    with psycopg.connect(**_application_parameters()) as other:
        yield other
        other.rollback()


def _application_parameters() -> dict[str, Any]:
    role = postgres(settings.DATABASE_URL, name="DATABASE_URL")
    owner = connection.get_connection_params()
    names = ("host", "port", "dbname")
    return {
        **{name: owner[name] for name in names if owner.get(name)},
        "user": role["USER"],
        "password": role["PASSWORD"],
    }


def assert_owner_refused(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_tests_own_the_tables_and_the_application_does_not() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tableowner, current_user FROM pg_tables"
            " WHERE schemaname = 'public'"
        )
        [(owner, user)] = cursor.fetchall()
    assert owner == user != settings.APPLICATION_ROLE


# Append-only


def test_every_append_only_table_is_known() -> None:
    assert set(MAKERS) == set(APPEND_ONLY)
    assert set(append_only_tables()) == set(TABLES)


@each_model
def test_even_the_owner_cannot_change_what_is_append_only(
    model: type[models.Model],
) -> None:
    row = make_one(model)
    for statement in writes(model._meta.db_table):
        assert_owner_refused(statement)
    row.refresh_from_db()


@each_model
def test_nor_through_the_models(model: type[models.Model]) -> None:
    row = make_one(model)
    for change in (row.save, row.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


@each_table
def test_no_replication_role_switches_the_refusal_off(table: str) -> None:
    """The triggers are ``ENABLE ALWAYS``; only a superuser could set the role."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgenabled FROM pg_trigger"
            " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [table],
        )
        enabled = dict(cursor.fetchall())
        assert enabled["refuse_change"] == enabled["refuse_truncate"] == "A"
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("SET session_replication_role = replica")


@each_model
def test_the_owner_may_in_a_transaction_that_says_why(
    model: type[models.Model],
) -> None:
    make_one(model)
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL rollcall.maintenance = 'purge of 2025'")
        cursor.execute(f"UPDATE {table} SET id = id")
        assert cursor.rowcount == 1
        cursor.execute(f"DELETE FROM {table}")
        assert cursor.rowcount == 1
        connection.check_constraints()
        cursor.execute(f"TRUNCATE {table} CASCADE")


@each_model
def test_an_empty_reason_is_none(model: type[models.Model]) -> None:
    make_one(model)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL rollcall.maintenance = ''")
        assert_owner_refused(f"DELETE FROM {model._meta.db_table}")


def test_the_reason_ends_with_its_transaction() -> None:
    make_fact()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL rollcall.maintenance = 'purge'")
        transaction.set_rollback(True)
    assert_owner_refused("DELETE FROM sessions_app_presenceevent")


@pytest.mark.parametrize(
    "parent", ["events_organization", "events_participant", "events_event"]
)
def test_a_parent_of_a_logged_change_cannot_be_deleted_under_it(parent: str) -> None:
    change = make_one(AttendanceChange)
    with (
        pytest.raises(DatabaseError, match="foreign key"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {parent}; SET CONSTRAINTS ALL IMMEDIATE")
    assert_owner_refused(f"TRUNCATE {parent} CASCADE")
    assert AttendanceChange.objects.get() == change


# The application's role


def assert_refused(application: psycopg.Connection, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege), application.transaction():
        application.execute(statement)


@each_table
def test_the_application_may_not_change_what_is_append_only(
    application: psycopg.Connection, table: str
) -> None:
    for statement in writes(table):
        assert_refused(application, statement)
        assert_refused(application, f"SET rollcall.maintenance = 'bug'; {statement}")


@each_table
def test_the_application_may_not_touch_its_triggers(
    application: psycopg.Connection, table: str
) -> None:
    for statement in (
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"ALTER TABLE {table} DISABLE TRIGGER refuse_change",
        f"DROP TRIGGER refuse_change ON {table}",
        f"CREATE TRIGGER harmless BEFORE UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        f"ALTER TABLE {table} OWNER TO CURRENT_USER",
        f"GRANT UPDATE ON {table} TO CURRENT_USER; UPDATE {table} SET id = id",
        f"DROP TABLE {table} CASCADE",
        f"ALTER TABLE {table} RENAME TO forgotten",
    ):
        assert_refused(application, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET ROLE rollcall_owner",
        "CREATE TABLE notes (id int)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION rollcall_refuse_change() RETURNS trigger"
        " LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
        "DROP FUNCTION rollcall_refuse_change() CASCADE",
        "ALTER TABLE attendance_attendance ADD COLUMN x int",
        "TRUNCATE attendance_attendance",
        "DROP TABLE attendance_attendance",
        "UPDATE pg_trigger SET tgenabled = 'D'",
        "SELECT setval('attendance_batch', 1)",
        "ALTER SEQUENCE attendance_batch RESTART",
    ],
)
def test_the_application_may_not_change_the_database_itself(
    application: psycopg.Connection, statement: str
) -> None:
    if "rollcall_owner" in statement:
        owner = connection.settings_dict["USER"]
        statement = statement.replace("rollcall_owner", owner)
    assert_refused(application, statement)


def test_every_table_can_be_read_and_added_to_by_the_application(
    application: psycopg.Connection,
) -> None:
    for model in apps.get_models():
        table = model._meta.db_table
        found = application.execute(
            "SELECT has_table_privilege(%(t)s, 'SELECT'),"
            " has_table_privilege(%(t)s, 'INSERT'),"
            " has_table_privilege(%(t)s, 'UPDATE'),"
            " has_table_privilege(%(t)s, 'DELETE')",
            {"t": table},
        ).fetchone()
        may_change = table not in TABLES
        assert found == (True, True, may_change, may_change), table


@pytest.mark.django_db(transaction=True)
def test_the_application_can_do_all_that_it_is_for() -> None:
    with as_application():
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            assert cursor.fetchone() == (settings.APPLICATION_ROLE,)
        session = make_session(make_event())
        ana = make_participant(session.event)
        room = Room(session)
        deliver_all(room.started(0), *room.stay(ana, 0, 55), room.joined("ben", 5))
        assert deliver(room.joined(ana, 0) | {"id": "EV_x"}).status_code == 204
        assert deliver(room.joined("eve", 0) | {"id": "EV_x"}).status_code == 204
        soon = START + timedelta(hours=3)
        assert calculate_sessions(Selection(now=soon)).failed == {}
        assert reconcile_connections(now=soon) == 1
        assert rebuild_connections().differing == {}
        update_person(person=ana.person, changes={"name": "Ana"}, by=None)
        assert Attendance.objects.get().status == "present"
        assert AttendanceChange.objects.count() == 1
        assert ConflictingDelivery.objects.count() == 1
        Attendance.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_the_refusal_holds_even_if_the_rights_were_given_by_mistake() -> None:
    make_fact()
    table = PresenceEvent._meta.db_table
    role = settings.APPLICATION_ROLE
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT UPDATE, DELETE, TRUNCATE ON {table} TO "{role}"')
        try:
            with as_application():
                for statement in (f"UPDATE {table} SET id = id", f"TRUNCATE {table}"):
                    assert_owner_refused(statement)
                    assert_owner_refused(
                        f"SET LOCAL rollcall.maintenance = 'bug'; {statement}"
                    )
        finally:
            with connection.cursor() as owners:
                owners.execute(
                    f'REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM "{role}"'
                )
    assert PresenceEvent.objects.exists()
    assert not Participant.objects.exists()
