"""What runs on a schedule costs little, however much there is."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from pytest_django import DjangoDbBlocker

from attendance.models import AttendanceChange
from events.models import RegistrationMail
from notifications.models import AttendancePrompt
from sessions_app.models import Connection
from tests.attendance_site.many_organizations import (
    let_something_be_due,
    make_many_organizations,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CALCULATE, COMPLETE, ASK, RECONCILE, TELL = TASKS = (
    "attendance.tasks.calculate_due_sessions",
    "attendance.tasks.complete_events",
    "notifications.tasks.send_prompts",
    "sessions_app.tasks.reconcile_connections",
    "events.tasks.send_registration_news",
)
# It tidies up, once, when hardly anybody is there.
NIGHTLY = "events.tasks.forget_sessions_that_are_over"
# Facts by room and when they were received: Django named it.
FACTS = "sessions_ap_room_na_c2ad76_idx"
# The indexes by which each task finds its work.
FINDS_BY = {
    CALCULATE: {"live_session_end", FACTS},
    COMPLETE: {"event_to_complete", "live_session_end_of_event"},
    ASK: {
        "event_end",
        "live_session_end",
        "live_session_end_of_event",
        "prompted_event_due",
        "prompt_to_send",
    },
    RECONCILE: {
        "connection_open",
        "connection_next_join",
        "live_session_end_in_room",
        "presence_event_of_room",
    },
    # What is to be told is never much: its table may be read whole.
    TELL: set(),
}
# And those that it needs to do it.
WORKS_BY = {
    CALCULATE: {
        "connection_reaching_window",
        "attendance_of_session",
        "attendance_of_event",
        "audit_seal_number_once",
    },
    COMPLETE: {FACTS, "attendance_of_event", "audit_seal_number_once"},
    ASK: {"attendance_once_per_participant", "prompt_number_once"},
    RECONCILE: set(),
    TELL: set(),
}
# Smaller tables may be read whole.
BIG = 10_000
# Of a million: a week's sessions, or the courses that run, and what belongs to each.
ROWS_AT_MOST = dict.fromkeys(TASKS, 4_000)
# A fortnight's events, each with its last session and what is known of its prompts.
ROWS_AT_MOST[ASK] = 20_000
# And what belongs to those that are due, one course's at four sessions a day.
ROWS_AT_MOST_IF_DUE = 20_000


def test_all_tasks_are_looked_at() -> None:
    beat = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert beat == {*TASKS, NIGHTLY}


@pytest.fixture(scope="module")
def _many_organizations(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Made once for all tests here, and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_many_organizations()
        yield
        transaction.set_rollback(True)


class Cost(NamedTuple):
    """How a task's statements were planned, and how many rows they read.

    Of big tables alone it is told that one was read whole.
    """

    indexes: set[str]
    read_whole: set[str]
    rows: float


def cost_of(task: str) -> Cost:
    nodes: list[dict[str, Any]] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.split(maxsplit=1)[0] in ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"):
            # It is executed to be explained: that is taken back, and done again below.
            execute("SAVEPOINT explained", None, False, context)
            execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params, many, context)
            [[[explained]]] = context["cursor"].fetchall()
            nodes.extend(nodes_of(explained["Plan"]))
            execute("ROLLBACK TO SAVEPOINT explained", None, False, context)
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(explain):
        import_string(task)()
    return Cost(
        {node["Index Name"] for node in nodes if "Index Name" in node},
        {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
        & big_tables(),
        sum(map(rows_of, nodes)),
    )


def big_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE reltuples > %s", [BIG])
        return {name for (name,) in cursor.fetchall()}


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes_of(part)


def rows_of(node: dict[str, Any]) -> float:
    """How many rows a node read of a table or an index, also those that it left out."""
    if not node.keys() & {"Relation Name", "Index Name"}:
        return 0.0
    removed = [node[name] for name in node if name.startswith("Rows Removed by")]
    return float(node["Actual Loops"] * (node["Actual Rows"] + sum(removed)))


@pytest.mark.usefixtures("_many_organizations")
@pytest.mark.parametrize("task", TASKS)
def test_a_task_with_nothing_to_do_reads_little_and_by_the_indexes_meant_for_it(
    task: str,
) -> None:
    cost = cost_of(task)
    assert cost.indexes >= FINDS_BY[task]
    assert cost.read_whole == set()
    assert cost.rows < ROWS_AT_MOST[task]


@pytest.mark.usefixtures("_many_organizations")
@pytest.mark.parametrize("task", TASKS)
def test_a_task_with_something_to_do_reads_what_belongs_to_it_alone(task: str) -> None:
    let_something_be_due()
    before = written()
    cost = cost_of(task)
    assert written() >= before + 10
    assert cost.indexes >= FINDS_BY[task] | WORKS_BY[task]
    assert cost.read_whole == set()
    assert cost.rows < ROWS_AT_MOST_IF_DUE


def written() -> int:
    """How much of what tasks write is there; of news, how many are not left."""
    taken_as_left = Connection.objects.exclude(inferred_left_at=None)
    done = AttendanceChange.objects.count() + taken_as_left.count()
    prompts = AttendancePrompt.objects.exclude(sent_at=None).count()
    return done + prompts - RegistrationMail.objects.count()
