"""A database as it was before there were people, and rows in it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import psycopg
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from attendance_site.database_roles import grant_application_rights
from tests.factories import START

BEFORE: dict[str, str | None] = {
    "notifications": None,
    "events": "0011_words",
    "sessions_app": "0005_words",
    "attendance": "0012_words",
}
# Long after the lessons, though not so long that none is due.
NOW = START + timedelta(days=3)


@contextmanager
def server() -> Iterator[psycopg.Connection]:
    """Give a connection that makes and drops databases."""
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    with psycopg.connect(**parameters, autocommit=True) as own:
        yield own


@contextmanager
def new_database(name: str, template: str = "template1") -> Iterator[None]:
    """Have a database of this name for a while."""
    with server() as own:
        own.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield
    finally:
        with server() as own:
            own.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Let Django itself connect to this database."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        ContentType.objects.clear_cache()


def migrate_to_before() -> None:
    """Make the tables of an empty database, as they were before there were people."""
    executor = MigrationExecutor(connection)
    leaves = dict(executor.loader.graph.leaf_nodes())
    executor.migrate(list((leaves | BEFORE).items()))
    grant_application_rights(using=connection.alias)


def migrate() -> None:
    """Go forwards, as an operator does."""
    call_command("migrate", verbosity=0)


def migrate_back() -> None:
    """Go back, as an operator does."""
    call_command("migrate", "events", BEFORE["events"], verbosity=0)


def query(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall() if cursor.description else []


def insert(table: str, **values: Any) -> int:
    """Insert a row and return its id."""
    columns = ", ".join(values)
    places = ", ".join(["%s"] * len(values))
    [(row,)] = query(
        f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id",  # noqa: S608
        *values.values(),
    )
    assert isinstance(row, int)
    return row


_numbers = count(1)


def make_user(username: str = "") -> int:
    username = username or f"user{next(_numbers)}"
    return insert(
        "events_user", username=username, email=f"{username}@example.com", password="!",
        is_superuser=False, is_staff=False, is_active=True, first_name="", last_name="",
        date_joined=START, time_zone="", language="", wants_prompts=True,
    )  # fmt: skip


@dataclass
class School:
    """An organization; everything is made in the state before there were people."""

    slug: str = field(default_factory=lambda: f"school-{next(_numbers)}")
    id: int = field(init=False)

    def __post_init__(self) -> None:
        self.id = insert(
            "events_organization", name=self.slug, slug=self.slug, time_zone="UTC",
            language="en",
        )  # fmt: skip

    def event(self, **values: Any) -> int:
        defaults = {"state": "scheduled", "starts_at": START, "ends_at": None}
        return insert(
            "events_event", organization_id=self.id, title=f"Course {next(_numbers)}",
            description="", time_zone="UTC", location="", prompt_viewers=False,
            **defaults | values,
        )  # fmt: skip

    def place(
        self,
        event: int,
        name: str,
        email: str = "",
        user: int | None = None,
        **values: Any,
    ) -> int:
        defaults = {
            "registration": "registered",
            "role": "attendee",
            "identity": f"own-{next(_numbers)}",
            "time_zone": "",
            "language": "",
        }
        return insert(
            "events_participant", event_id=event, name=name, email=email, user_id=user,
            show_on_profile=True, show_to_other_orgs=False, **defaults | values,
        )  # fmt: skip

    def lesson(self, event: int, starts_at: datetime = START, *seen: str) -> int:
        """An hour's session, during all of which these identities were there."""
        room = f"{self.slug}_{next(_numbers)}"
        lesson = insert(
            "sessions_app_livesession", event_id=event, title="Lesson", room_name=room,
            session_type="general", starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )  # fmt: skip
        for identity in seen:
            insert(
                "sessions_app_connection", source="livekit", room_name=room,
                sid=f"PA_{next(_numbers)}", identity=identity, described_by="",
                is_plain=True, is_established=True, joined_at=starts_at,
                left_at=starts_at + timedelta(hours=1),
            )  # fmt: skip
        return lesson

    def decide(self, place: int, lesson: int | None, status: str) -> int:
        """Decide by machine, as a calculation does; unknown is no decision."""
        [(event,)] = query(
            "SELECT event_id FROM events_participant WHERE id = %s", place
        )
        source = None if status == "unknown" else "livekit_auto"
        return insert(
            "attendance_attendance", organization_id=self.id, event_id=event,
            session_id=lesson, participant_id=place, status=status, source=source,
        )  # fmt: skip

    def link(self, place: int, identity: str) -> int:
        return insert(
            "events_knownidentity", organization_id=self.id, identity=identity,
            participant_id=place,
        )  # fmt: skip


def people_of(*places: int) -> list[int]:
    """Return the people of places, in the order of the places."""
    found = dict(query("SELECT id, person_id FROM events_participant"))
    return [found[place] for place in places]


def rows_of(*tables: str, without: Iterable[str] = ()) -> dict[str, list[Any]]:
    """Return all rows of tables; columns may be left out."""
    return {
        table: sorted(
            str(row)
            for (row,) in query(
                f"SELECT to_jsonb({table}) - %s::text[] FROM {table}",  # noqa: S608
                list(without),
            )
        )
        for table in tables
    }
