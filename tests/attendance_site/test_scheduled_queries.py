"""What runs on a schedule costs little while nothing is due, however much there is."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from pytest_django import DjangoDbBlocker

from tests.attendance_site.many_organizations import make_many_organizations

pytestmark = pytest.mark.django_db

# The indexes that are meant for each task.
INDEXES = {
    "attendance.tasks.calculate_due_sessions": {"live_session_end"},
    "attendance.tasks.complete_events": {
        "event_to_complete",
        "live_session_end_of_event",
    },
    "sessions_app.tasks.reconcile_connections": {
        "connection_open",
        "connection_next_join",
        "live_session_end_in_room",
        "presence_event_of_room",
    },
}
TASKS = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
# Of 600,000: a week's sessions, or the courses that run, and what belongs to each.
ROWS_AT_MOST = 4_000


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
    """How the statements of a task were planned, and how many rows they then read."""

    indexes: set[str]
    read_whole: set[str]
    rows: float


def cost_of(task: str) -> Cost:
    nodes: list[dict[str, Any]] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql:
            execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params, many, context)
            [[[explained]]] = context["cursor"].fetchall()
            nodes.extend(nodes_of(explained["Plan"]))
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(explain):
        import_string(task)()
    return Cost(
        {node["Index Name"] for node in nodes if "Index Name" in node},
        {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"},
        sum(map(rows_of, nodes)),
    )


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
    assert cost.indexes >= INDEXES[task]
    assert cost.read_whole == set()
    assert cost.rows < ROWS_AT_MOST
