"""What an account sees that stands for several people: all of them, nobody else."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from sessions_app.models import LiveSession
from tests.attendance.pages import (
    AFTERWARDS,
    be_there,
    calculate,
    make_lesson,
    text,
)
from tests.factories import (
    change_person,
    make_attendance,
    make_client,
    make_participant,
    make_user,
)

pytestmark = pytest.mark.django_db

CHILDREN = ["Amina", "Ben"]


@pytest.fixture
def lesson() -> LiveSession:
    """A lesson of which Amina and Ben saw all, Chadi too, and Dina nothing."""
    session, people = make_lesson("Amina Ben Chadi Dina")
    for person in people[:3]:
        be_there(session, person)
        make_attendance(person, status="present")
    calculate(session)
    return session


@pytest.fixture
def parent(lesson: LiveSession) -> APIClient:
    user = make_user()
    for child in lesson.event.participants.filter(person__name__in=CHILDREN):
        change_person(child, user=user)
    return make_client(user)


def get(client: APIClient, path: str) -> Any:
    with time_machine.travel(AFTERWARDS, tick=False):
        answer = client.get(path)
    assert answer.status_code == 200
    return answer


def names_in(rows: Iterable[Any]) -> list[str]:
    return [row["participant"]["name"] for row in rows]


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/api/sessions/{session}/attendance", "results"),
        ("/api/sessions/{session}/attendance-status", "participants"),
        ("/api/events/{event}/attendance", "results"),
        ("/api/reports?event={event}", "results"),
    ],
)
def test_over_rest_the_rows_are_those_of_the_children(
    lesson: LiveSession, parent: APIClient, path: str, part: str
) -> None:
    address = path.format(session=lesson.pk, event=lesson.event_id)
    assert names_in(get(parent, address).json()[part]) == CHILDREN


def test_the_file_has_the_rows_of_the_children(
    lesson: LiveSession, parent: APIClient
) -> None:
    answer = get(parent, f"/api/reports.csv?event={lesson.event_id}")
    table = b"".join(answer.streaming_content).decode()
    assert [name for name in ("Amina", "Ben", "Chadi", "Dina") if name in table] == (
        CHILDREN
    )


@pytest.mark.parametrize("path", ["/sessions/{session}/", "/reports/?event={event}"])
def test_pages_of_reports_show_the_children(
    lesson: LiveSession, parent: APIClient, path: str
) -> None:
    address = path.format(session=lesson.pk, event=lesson.event_id)
    said = text(get(parent, address).content.decode())
    everybody = ("Amina", "Ben", "Chadi", "Dina")
    assert [name for name in everybody if name in said] == CHILDREN


def test_the_course_results_and_histories_are_those_of_the_children(
    lesson: LiveSession, parent: APIClient
) -> None:
    page = get(parent, f"/events/{lesson.event_id}/attendance/").content.decode()
    said = text(page)
    assert "Amina" in said
    assert "Ben" in said
    assert "Chadi" not in said
    histories = set(re.findall(r'"(/participants/\d+/history/)', page))
    assert len(histories) == 2
    for history in histories:
        assert get(parent, history)


def test_the_log_is_that_of_the_children(
    lesson: LiveSession, parent: APIClient
) -> None:
    answer = get(parent, f"/api/events/{lesson.event_id}/attendance-changes")
    children = lesson.event.participants.filter(person__name__in=CHILDREN)
    assert {change["participant"] for change in answer.json()["results"]} == set(
        children.values_list("pk", flat=True)
    )
    other = lesson.event.participants.get(person__name="Chadi")
    hidden = parent.get(f"/api/participants/{other.pk}/attendance-changes")
    assert hidden.status_code == 404


def test_a_host_whose_child_attends_marks_it_like_anybody_else() -> None:
    session, [child, other] = make_lesson("Amina Ben")
    teacher = make_user()
    change_person(child, user=teacher)
    host = make_participant(session.event, role="host", user=teacher)
    client = make_client(teacher)
    for person in (child, other, host):
        marked = client.patch(
            f"/api/participants/{person.pk}/attendance",
            {"status": "excused", "session": session.pk, "notes": "ill"},
        )
        assert marked.status_code == 200
        assert marked.json()["marked_by"]["id"] == teacher.pk


@pytest.mark.parametrize("role", ["attendee", "host"])
def test_a_parent_marks_no_child(role: str) -> None:
    """Also one who was a host and is not expected any more."""
    session, [child] = make_lesson("Amina")
    parent = make_user()
    change_person(child, user=parent)
    make_participant(session.event, role=role, user=parent, registration="cancelled")
    marked = make_client(parent).patch(
        f"/api/participants/{child.pk}/attendance",
        {"status": "present", "session": session.pk},
    )
    assert marked.status_code == 403
