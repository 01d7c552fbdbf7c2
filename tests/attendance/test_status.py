"""Every status of the table is taken through everything that asks what it means."""

import ast
import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django import forms
from django.db.models import Sum
from django.test import Client

from attendance.admin_marking import AdminMarkForm
from attendance.completion.completing import complete_event
from attendance.evidence.session_decisions import session_decisions
from attendance.models import EngagementEntry, PointsMapping, Status
from attendance.points.ledger import PointsPerStatus
from attendance.rules.calculation import Policy
from attendance.rules.statuses import CAN_BE_MARKED, COMPUTED, MEANINGS
from attendance.wording import parts as decision_parts
from attendance.wording.explanation import explain
from attendance.wording.parts import BEGINNING_WORDS, ExplainedDecision
from attendance.wording.phrases import IN_ORDER
from events.models import Participant
from sessions_app.models import LiveSession
from tests.attendance.pages import (
    AFTERWARDS,
    be_there,
    calculate,
    organizer_of,
    people_of,
    row_of,
    signed_in,
)
from tests.factories import START, make_event, make_participant, make_session

ROOT = Path(__file__).resolve().parent.parent.parent
STYLE = (ROOT / "static/rollcall.css").read_text()
SHAPES = (ROOT / "templates/components/shapes.html").read_text()
# Those below know nothing of statuses.
APPS = ["notifications", "attendance"]
TRANSLATE = {"_", "gettext", "pgettext", "pgettext_lazy"}

each_markable = pytest.mark.parametrize("status", CAN_BE_MARKED)


# --- What a status needs --------------------------------------------------------------


@pytest.mark.parametrize("status", MEANINGS)
def test_a_status_has_everything_that_it_needs(status: str) -> None:
    never_computed = not MEANINGS[status].is_computed
    places = {
        "attendance.models.Status": status in Status.values,
        "attendance.wording.parts.BEGINNING_WORDS": status in BEGINNING_WORDS,
        "attendance.wording.parts.COMPUTED_WORDS": never_computed
        or status in decision_parts.COMPUTED_WORDS,
        "its colour in static/rollcall.css": f"--{status}: light-dark(" in STYLE,
        "its class in static/rollcall.css": bool(
            re.search(rf"\.s-{status} {{\s*color: var\(--{status}\)", STYLE)
        ),
        "its shape in templates/components/shapes.html": (
            f'id="shape-{status}"' in SHAPES
        ),
    }
    assert [place for place, has_it in places.items() if not has_it] == []


def test_what_is_stored_is_what_can_be_decided() -> None:
    assert set(Status.values) == set(MEANINGS)


def test_whoever_is_unknown_comes_last() -> None:
    assert IN_ORDER[-1] == Status.UNKNOWN
    assert len(IN_ORDER) == len(Status)


@pytest.mark.parametrize("status", MEANINGS)
def test_what_it_is_worth_is_the_same_everywhere(status: str) -> None:
    points = MEANINGS[status].points
    assert PointsPerStatus().of(status) == points
    assert getattr(PointsMapping(), status, 0) == points
    assert getattr(PointsPerStatus(), status, 0) == points


@pytest.mark.parametrize("status", COMPUTED)
@pytest.mark.parametrize("is_late", [True, False])
def test_a_computed_one_is_explained_in_words_of_its_own(
    status: str, *, is_late: bool
) -> None:
    decision = ExplainedDecision(
        status=status,
        computed_status=status,
        source="livekit_auto",
        attended_seconds=1200,
        window_seconds=3600,
        percentage=Decimal("33.33"),
        window_starts_at=START,
        first_seen_at=START,
        last_seen_at=AFTERWARDS,
        late_seconds=1000,
        is_late=is_late,
        interval_count=1,
        policy=Policy(),
        calculated=True,
    )
    assert explain(decision, ZoneInfo("UTC")).startswith(str(BEGINNING_WORDS[status]))


# --- What is done with it -------------------------------------------------------------


@pytest.fixture
def lessons() -> list[LiveSession]:
    """Two of one event; Ben came to both, of Ana nothing was seen. Calculated."""
    event = make_event(ends_at=AFTERWARDS)
    _ana, ben = (make_participant(event, name=name) for name in ("Ana", "Ben"))
    first = make_session(event)
    second = make_session(event, starts_at=first.ends_at)
    for session in (first, second):
        be_there(session, ben)
        calculate(session, AFTERWARDS)
    return [first, second]


@pytest.fixture
def ana(lessons: list[LiveSession]) -> Participant:
    return lessons[0].event.participants.get(person__name="Ana")


@pytest.fixture
def reader(lessons: list[LiveSession]) -> Client:
    return signed_in(organizer_of(lessons[0]))


def say(
    reader: Client, person: Participant, session: LiveSession | None, status: str
) -> int:
    answer = reader.patch(
        f"/api/participants/{person.pk}/attendance",
        {"session": session and session.pk, "status": status, "notes": "Told so"},
        content_type="application/json",
    )
    return answer.status_code


def text_of(reader: Client, path: str) -> str:
    with time_machine.travel(AFTERWARDS, tick=False):
        answer = reader.get(path)
    assert answer.status_code == 200, path
    return answer.getvalue().decode()


@pytest.mark.django_db
@each_markable
def test_somebody_is_marked_with_it_and_it_counts_at_completion(
    lessons: list[LiveSession], ana: Participant, reader: Client, status: str
) -> None:
    for session in lessons:
        assert say(reader, ana, session, status) == 200
    complete_event(event=ana.event, now=AFTERWARDS)
    halves = MEANINGS[status].credited_halves
    expected = Status.EXCUSED
    if halves is not None:
        expected = (Status.ABSENT, Status.PARTIAL, Status.PRESENT)[halves]
    assert ana.attendances.get(session=None).status == expected
    decisions = session_decisions([ana.pk])[ana.pk]
    assert [one.counts for one in decisions] == [halves is not None] * 2


@pytest.mark.django_db
@each_markable
def test_it_gives_its_points(
    lessons: list[LiveSession], ana: Participant, reader: Client, status: str
) -> None:
    say(reader, ana, lessons[0], status)
    given = EngagementEntry.objects.filter(participant=ana)
    total = given.aggregate(total=Sum("points", default=0))["total"]
    assert total == MEANINGS[status].points


@pytest.mark.django_db
@each_markable
def test_pages_show_it_with_its_colour_its_shape_and_its_reason(
    lessons: list[LiveSession], ana: Participant, reader: Client, status: str
) -> None:
    for session in (lessons[0], None):
        say(reader, ana, session, status)
    for path in (
        f"/sessions/{lessons[0].pk}/",
        f"/events/{ana.event_id}/attendance/",
    ):
        row = row_of(text_of(reader, path), "Ana")
        assert f'<span class="status s-{status}">' in row
        assert f'href="#shape-{status}"' in row
        assert f"{BEGINNING_WORDS[status]}: marked by" in row
    history = text_of(reader, f"/participants/{ana.pk}/history/")
    assert f'href="#shape-{status}"' in history
    assert text_of(reader, f"/events/{ana.event_id}/check-in/")


@pytest.mark.django_db
@each_markable
def test_filters_and_exports_find_who_has_it(
    lessons: list[LiveSession], ana: Participant, reader: Client, status: str
) -> None:
    for session in (*lessons, None):
        say(reader, ana, session, status)
    found = f"status={status}"
    for path in (
        f"/sessions/{lessons[0].pk}/?{found}",
        f"/events/{ana.event_id}/attendance/?{found}",
    ):
        assert "Ana" in people_of(text_of(reader, path))
    assert '"name":"Ana"' in text_of(reader, f"/api/reports?{found}")
    assert f'"{status}":' in text_of(
        reader, f"/api/events/{ana.event_id}/attendance?{found}"
    )
    table = text_of(reader, f"/api/reports.csv?{found}").lstrip("\ufeff")
    rows = list(csv.DictReader(table.splitlines()))
    assert {"Ana"} <= {row["participant"] for row in rows}
    assert {row["status"] for row in rows} == {status}


@pytest.mark.django_db
@pytest.mark.parametrize("status", set(MEANINGS) - set(CAN_BE_MARKED))
def test_nobody_is_marked_with_another(
    lessons: list[LiveSession], ana: Participant, reader: Client, status: str
) -> None:
    assert say(reader, ana, lessons[0], status) == 400
    form = f'<input type="radio" name="status" value="{status}"'
    assert form not in text_of(reader, f"/sessions/{lessons[0].pk}/")


def test_the_admin_offers_the_same() -> None:
    field = AdminMarkForm().fields["status"]
    assert isinstance(field, forms.ChoiceField)
    assert [one for one in MEANINGS if field.valid_value(one)] == list(CAN_BE_MARKED)


# --- Who else speaks of statuses by name ----------------------------------------------

# The rules themselves, and words that are about one status.
BY_NAME = {
    "attendance/rules/calculation.py": "which share of the window gives what",
    "attendance/rules/event_result.py": "which share of the sessions gives what",
    "attendance/decisions/event_decisions.py": "absent by default",
    "attendance/calculating/decide.py": "absent by default where a session was held",
    "attendance/calculating/views.py": "how many became absent",
    "attendance/decisions/undoing.py": "absent by default where a session was held",
    "attendance/reports/event_report_page.py": "absent where nobody was recorded",
    "attendance/organization/forms.py": "points of some",
    "attendance/reports/report_summary.py": "absent only where a session was held",
    "attendance/decisions/checking_in.py": "present or late by a check-in",
    "attendance/absences/announcing.py": "who is excused already announces nothing",
    "attendance/absences/settling.py": "who confirms an announced absence excuses",
    "attendance/overview/event_page.py": "who is excused does not show it was held",
    "attendance/door/door_page.py": "nobody waits at the door for who is excused",
    "attendance/wording/explanation.py": "the sentence of each rule",
    "attendance/wording/human_sources.py": "how late a check-in was",
    "attendance/wording/parts.py": "the words of each status",
    "attendance/models/points.py": "points of some",
    "attendance/points/ledger.py": "points of some",
}


def sources() -> dict[str, ast.Module]:
    files = chain.from_iterable((ROOT / app).rglob("*.py") for app in APPS)
    paths = {str(path.relative_to(ROOT)): path for path in files}
    return {
        name: ast.parse(path.read_text())
        for name, path in paths.items()
        if "/migrations/" not in name and name != "attendance/rules/statuses.py"
    }


def test_nobody_else_speaks_of_one_status() -> None:
    speak = set()
    for name, module in sources().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                is_one = node.attr in Status.names and node.attr != "UNKNOWN"
                if is_one and node.value.id == "Status":
                    speak.add(name)
    assert speak == set(BY_NAME)


def texts(node: ast.AST) -> Iterator[str]:
    """What stands in quotes, but for what is translated."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in TRANSLATE:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from texts(child)


def test_no_status_is_written_out() -> None:
    """As a value, or in the SQL of a longer text."""
    allowed = {
        # Columns and fields that are called like a status.
        ("attendance/door/door_page.py", "excused"),
        ("attendance/wording/explanation.py", "excused"),
        ("attendance/wording/explanation.py", "absent"),
    }
    written = set()
    for name, module in sources().items():
        for text in texts(module):
            written |= {
                (name, status)
                for status in Status.values
                if text == status or f"'{status}'" in text
            }
    assert written == allowed
