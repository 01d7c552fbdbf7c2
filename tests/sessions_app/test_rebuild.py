"""Rebuilding: it finds nothing where nothing is wrong, and mends what is."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from time import monotonic
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings

from sessions_app import rebuild
from sessions_app.models import Connection, LiveSession
from sessions_app.rebuild import rebuild_connections
from tests.factories import START, make_connection, make_session
from tests.sessions_app.odd_bodies import ANYTHING
from tests.webhooks import (
    RECORDINGS,
    deliver,
    deliver_all,
    load_recording,
    make_participant_body,
)

pytestmark = pytest.mark.django_db

ROOM = "school_room"
LATER = START + timedelta(minutes=50)


def joined(number: int, **fields: Any) -> dict[str, Any]:
    return make_participant_body(
        "participant_joined",
        START,
        fields.pop("room_name", ROOM),
        sid=f"PA_{number}",
        identity=f"person{number}",
        joined_at=START,
        **fields,
    )


def left(number: int) -> dict[str, Any]:
    body = joined(number) | {"event": "participant_left"}
    return body | {"createdAt": str(int(LATER.timestamp()))}


def rows() -> list[dict[str, Any]]:
    stored = Connection.objects.order_by("source", "sid")
    return [dict(row) for row in stored.values()]


def row_versions() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid, xmin FROM sessions_app_connection ORDER BY id")
        return list(cursor.fetchall())


@pytest.fixture
def three_people() -> list[dict[str, Any]]:
    deliver_all(*(joined(number) for number in (1, 2, 3)), left(1), left(2))
    return rows()


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_what_a_real_server_sent_is_rebuilt_without_a_difference(path: Any) -> None:
    deliver_all(*(one["body"].encode() for one in load_recording(path)["deliveries"]))
    rebuilt = rebuild_connections()
    assert rebuilt.connections == Connection.objects.count() > 0
    assert rebuilt.differing == {}


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=ANYTHING)
def test_whatever_was_sent_is_rebuilt_without_a_difference(body: bytes) -> None:
    deliver(body)
    before = rows()
    assert rebuild_connections().differing == {}
    assert rows() == before


def test_without_a_difference_nothing_is_written(three_people: Any) -> None:
    before = row_versions()
    rebuild_connections()
    assert row_versions() == before


def test_changed_columns_are_named_and_set_right(three_people: Any) -> None:
    Connection.objects.filter(sid="PA_1").update(joined_at=LATER, name="Eve")
    Connection.objects.filter(sid="PA_2").update(
        left_at=None, end_reason="X", is_established=False, described_by="EV_0"
    )
    rebuilt = rebuild_connections()
    assert rebuilt.connections == 3
    assert {sid: set(names) for sid, names in rebuilt.differing.items()} == {
        "PA_1": {"joined_at", "name"},
        "PA_2": {"left_at", "end_reason", "is_established", "described_by"},
    }
    assert rows() == three_people


def test_only_what_differs_is_written(three_people: Any) -> None:
    Connection.objects.filter(sid="PA_1").update(name="Eve")
    before = dict(enumerate(row_versions()))
    rebuild_connections()
    after = dict(enumerate(row_versions()))
    assert [number for number in after if after[number] != before[number]] == [0]


def test_a_deleted_connection_is_made_again(three_people: Any) -> None:
    Connection.objects.filter(sid="PA_2").delete()
    assert rebuild_connections().differing == {"PA_2": ["missing"]}
    assert [row | {"id": 0} for row in rows()] == [
        row | {"id": 0} for row in three_people
    ]


def test_a_connection_that_no_fact_tells_of_is_deleted(three_people: Any) -> None:
    make_connection(make_session(room_name=ROOM), sid="PA_ghost")
    assert rebuild_connections().differing == {"PA_ghost": ["unfounded"]}
    assert rows() == three_people


def test_when_it_was_taken_as_left_stays(three_people: Any) -> None:
    Connection.objects.filter(sid="PA_3").update(inferred_left_at=LATER, name="Eve")
    assert rebuild_connections().differing == {"PA_3": ["name"]}
    assert Connection.objects.get(sid="PA_3").inferred_left_at == LATER


def test_connections_of_other_sources_are_left_alone(three_people: Any) -> None:
    row = Connection.objects.get(sid="PA_1")
    row.pk, row.source, row.name = None, "whiteboard", "Eve"
    row.save()
    before = rows()
    assert rebuild_connections().connections == 3
    assert rows() == before


def test_facts_kept_as_text_and_of_tracks_tell_of_no_connection() -> None:
    deliver(b'{"participant": {"sid": "PA_1"}, NaN')
    deliver_all(joined(1) | {"event": "track_published"})
    assert rebuild_connections().connections == 0
    assert rows() == []


def test_one_sessions_room_can_be_rebuilt_alone(three_people: Any) -> None:
    deliver_all(joined(4, room_name="other_room"))
    Connection.objects.update(name="Eve")
    rebuilt = rebuild_connections(room_name=ROOM)
    assert (rebuilt.connections, len(rebuilt.differing)) == (3, 3)
    assert set(Connection.objects.filter(name="Eve").values_list("sid", flat=True)) == {
        "PA_4"
    }


def test_many_are_rebuilt_some_at_a_time(
    three_people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "CONNECTIONS_AT_ONCE", 2)
    Connection.objects.update(name="Eve")
    assert len(rebuild_connections().differing) == 3
    assert rows() == three_people


@pytest.mark.django_db(transaction=True)
def test_facts_that_come_meanwhile_are_not_lost() -> None:
    """Rebuild over and over while facts come, and what is stored is vandalised."""
    deliver_all(*map(joined, range(20)))
    with ThreadPoolExecutor(4) as threads:
        coming = [threads.submit(_deliver_in_own_connection, n) for n in range(20)]
        while not all(one.done() for one in coming):
            Connection.objects.filter(sid__in=["PA_3", "PA_11"]).delete()
            Connection.objects.filter(sid="PA_7").update(joined_at=LATER)
            rebuild_connections()
    assert all(one.result() == 204 for one in coming)
    rebuild_connections()
    assert set(Connection.objects.values_list("joined_at", "left_at")) == {
        (START, LATER)
    }
    assert Connection.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_comes_after_the_facts_were_read_waits_for_the_rebuild(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deliver_all(joined(1))
    Connection.objects.update(name="Eve")
    read = rebuild._read_facts  # noqa: SLF001
    with ThreadPoolExecutor(1) as threads:

        def read_and_let_come(sids: Any) -> Any:
            facts = read(sids)
            coming = threads.submit(_deliver_in_own_connection, 1)
            until = monotonic() + 10
            while not (coming.done() or _somebody_waits_for_us()):
                assert monotonic() < until
            return facts

        monkeypatch.setattr(rebuild, "_read_facts", read_and_let_come)
        assert rebuild_connections().differing == {"PA_1": ["name"]}
    [row] = rows()
    assert (row["name"], row["left_at"]) == ("Person1", LATER)


def _somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone() is not None


def _deliver_in_own_connection(number: int) -> int:
    try:
        return deliver(left(number)).status_code
    finally:
        connection.close()


# The command


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuild_connections", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_counts_and_names_the_columns(three_people: Any) -> None:
    assert run() == "3 connections, 0 differed.\n"
    Connection.objects.update(name="Eve")
    Connection.objects.filter(sid="PA_1").update(left_at=None)
    assert run().splitlines() == [
        "3 connections, 3 differed.",
        "  name: 3",
        "  left_at: 1",
        "No report changes by this alone: "
        "manage.py calculate_attendance SESSION_ID --force",
    ]


def test_the_command_names_the_session_to_calculate(three_people: Any) -> None:
    Connection.objects.update(name="Eve")
    session = make_session(room_name=ROOM)
    said = run("--session", str(session.pk))
    assert f"manage.py calculate_attendance {session.pk} --force" in said


def test_the_command_tells_it_as_json_too(three_people: Any) -> None:
    Connection.objects.filter(sid="PA_1").delete()
    session = make_session(room_name=ROOM)
    assert json.loads(run("--json", "--session", str(session.pk))) == {
        "connections": 3,
        "differing": {"PA_1": ["missing"]},
    }


def test_a_session_that_is_not_there_is_wrong_use() -> None:
    assert not LiveSession.objects.exists()
    with pytest.raises(SystemExit) as exit_:
        run("--session", "1")
    assert exit_.value.code == 2
