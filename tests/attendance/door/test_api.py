"""The door over REST."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test.utils import override_settings
from rest_framework.test import APIClient

from attendance.door.self_check_in import code_of
from attendance.models import Attendance, AttendanceChange
from events.models import Event, EventState
from sessions_app.models import LiveSession
from tests.attendance.pages import make_lesson
from tests.factories import (
    START,
    change_person,
    make_client,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

AT_THE_START = START + timedelta(minutes=3)


@override_settings(PUBLIC_URL="https://rollcall.example.org")
def test_the_code_comes_with_its_address_and_times() -> None:
    session, _ = make_lesson("Amina")
    client = make_client(make_member(session.event.organization))
    with time_machine.travel(AT_THE_START + timedelta(seconds=7), tick=False):
        answer = client.get(f"/api/events/{session.event_id}/check-in-code")
    code = code_of(session.event, AT_THE_START).text
    assert answer.json() == {
        "code": code,
        "url": f"https://rollcall.example.org/c/{code}/",
        "changes_at": "2026-03-02T10:03:30Z",
        "valid_until": "2026-03-02T10:04:00Z",
        "opens_at": "2026-03-02T09:30:00Z",
        "closes_at": "2026-03-02T11:00:00Z",
    }
    assert answer["Cache-Control"] == "no-store"


def test_the_code_of_a_cancelled_event_opens_no_door() -> None:
    event = make_event(state=EventState.CANCELLED)
    client = make_client(make_member(event.organization))
    answer = client.get(f"/api/events/{event.pk}/check-in-code").json()
    assert (answer["opens_at"], answer["closes_at"]) == (None, None)


@pytest.fixture
def amina() -> tuple[LiveSession, APIClient]:
    """A session, and somebody who is expected there."""
    session, [amina] = make_lesson("Amina")
    user = make_user("amina")
    change_person(amina, user=user)
    return session, make_client(user)


def send(client: APIClient, event: Event, now: datetime, **said: Any) -> Any:
    """Send the code that the screen shows now, or another."""
    said.setdefault("code", code_of(event, now).text)
    headers = {"Idempotency-Key": said.pop("key")} if "key" in said else {}
    with time_machine.travel(now, tick=False):
        return client.post("/api/check-in", said, headers=headers)


def test_an_attendee_checks_in_once(amina: tuple[LiveSession, APIClient]) -> None:
    session, client = amina
    for already in (False, True):
        answer = send(client, session.event, AT_THE_START)
        assert answer.status_code == 200
        decision = answer.json()
        assert decision["already_checked_in"] is already
        assert (decision["status"], decision["source"]) == ("present", "check_in")
        assert decision["participant"]["name"] == "Amina"
        assert decision["participant"]["identity"] is None
    assert Attendance.objects.get().check_in_method == "self"
    assert AttendanceChange.objects.count() == 1


def test_whose_account_stands_for_several_people_says_who_came() -> None:
    session, [amina, sara] = make_lesson("Amina Sara")
    mother = make_user()
    for child in (amina, sara):
        change_person(child, user=mother)
    client = make_client(mother)
    unsaid = send(client, session.event, AT_THE_START)
    assert unsaid.status_code == 409
    assert unsaid.json()["participants"] == [
        {"id": amina.pk, "name": "Amina"},
        {"id": sara.pk, "name": "Sara"},
    ]
    other = make_participant(session.event)
    foreign = send(client, session.event, AT_THE_START, participant=other.pk)
    assert foreign.status_code == 400
    assert foreign.json()["errors"][0]["field"] == "participant"
    for child in (sara, amina):
        came = send(client, session.event, AT_THE_START, participant=child.pk)
        assert came.json()["participant"]["id"] == child.pk
    assert Attendance.objects.filter(checked_in_at__isnull=False).count() == 2


def test_sent_again_with_its_key_it_gets_the_first_answer(
    amina: tuple[LiveSession, APIClient],
) -> None:
    session, client = amina
    code = code_of(session.event, AT_THE_START).text
    first = send(client, session.event, AT_THE_START, key="k", code=code)
    later = AT_THE_START + timedelta(minutes=5)
    again = send(client, session.event, later, key="k", code=code)
    assert again.content == first.content
    assert again["Idempotent-Replay"] == "true"


def test_a_code_that_is_over_is_a_conflict_of_its_field(
    amina: tuple[LiveSession, APIClient],
) -> None:
    session, client = amina
    over = code_of(session.event, AT_THE_START - timedelta(minutes=1)).text
    answer = send(client, session.event, AT_THE_START, code=over)
    assert answer.status_code == 409
    assert answer.json()["type"] == "tag:rollcall,2026:code_over"
    assert [error["field"] for error in answer.json()["errors"]] == ["code"]


def test_too_early_and_too_late_are_conflicts_that_say_the_time(
    amina: tuple[LiveSession, APIClient],
) -> None:
    session, client = amina
    early = send(client, session.event, START - timedelta(minutes=31))
    assert (early.status_code, early.json()["opens_at"]) == (
        409,
        "2026-03-02T09:30:00Z",
    )
    late = send(client, session.event, START + timedelta(minutes=60))
    assert (late.status_code, late.json()["closed_at"]) == (
        409,
        "2026-03-02T11:00:00Z",
    )
    assert not Attendance.objects.exists()


def test_one_says_for_which_session_one_comes(
    amina: tuple[LiveSession, APIClient],
) -> None:
    session, client = amina
    hour = timedelta(hours=1)
    second = make_session(session.event, starts_at=START + hour)
    third = make_session(session.event, starts_at=START + 2 * hour)
    now = START + timedelta(minutes=55)
    closed = send(client, session.event, now, session=third.pk)
    assert (closed.status_code, closed.json()["opens_at"]) == (
        409,
        "2026-03-02T11:30:00Z",
    )
    for unknown in (make_session().pk, 0, -1, 9**40):
        answer = send(client, session.event, now, session=unknown)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "session"
    assert send(client, session.event, now, session=session.pk).status_code == 200
    assert send(client, session.event, now, session=None).status_code == 200
    came = Attendance.objects.values_list("session", "status").order_by("session")
    assert list(came) == [(session.pk, "late"), (second.pk, "present")]


def test_the_doors_of_an_event_open_and_close_as_it_says(
    amina: tuple[LiveSession, APIClient],
) -> None:
    session, client = amina
    staff = make_client(make_member(session.event.organization))
    path = f"/api/events/{session.event_id}"
    for minutes in (-1, 1441, "x", None):
        for field in ("door_opens_minutes", "door_closes_minutes"):
            answer = staff.patch(path, {field: minutes})
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["field"] == field
    staff.patch(path, {"door_opens_minutes": 60, "door_closes_minutes": 15})
    answer = staff.get(f"{path}/check-in-code").json()
    assert answer["opens_at"] == "2026-03-02T09:00:00Z"
    assert answer["closes_at"] == "2026-03-02T11:15:00Z"
    session.refresh_from_db()
    assert send(client, session.event, START + timedelta(minutes=74)).json()


def test_what_is_no_code_is_a_bad_field(amina: tuple[LiveSession, APIClient]) -> None:
    session, client = amina
    for code in ("", "x", None, "A" * 101, 7):
        answer = send(client, session.event, AT_THE_START, code=code)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "code"


def test_who_is_not_on_the_roster_and_who_guesses_is_refused() -> None:
    session, _ = make_lesson("Amina")
    client = make_client(make_user())
    assert send(client, session.event, AT_THE_START).status_code == 403
    for _ in range(10):
        send(client, session.event, AT_THE_START, code="BBBBBBC")
    answer = send(client, session.event, AT_THE_START)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60


def test_wrong_codes_count_also_when_each_comes_with_a_key(
    amina: tuple[LiveSession, APIClient],
) -> None:
    session, client = amina
    for number in range(10):
        wrong = send(
            client, session.event, AT_THE_START, key=f"{number}", code="BBBBBBC"
        )
        assert wrong.status_code == 409
    assert send(client, session.event, AT_THE_START, key="last").status_code == 429


def test_nobody_gets_the_code_without_signing_in(api: APIClient) -> None:
    assert api.get(f"/api/events/{make_event().pk}/check-in-code").status_code == 401
