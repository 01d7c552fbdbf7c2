"""The same request sent again: what it answers, and that nothing happens twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from attendance.models import Attendance, AttendanceChange
from events.models import IdempotentAnswer, Participant
from sessions_app.models import LiveSession
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_participant,
    make_session,
)

PATIENCE = 20


def send(client: APIClient, person: Participant, key: str | None, **body: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/api/participants/{person.pk}/check-in", body, headers=headers)


@pytest.fixture
def person() -> Participant:
    return make_participant(make_session().event)


@pytest.fixture
def client(person: Participant) -> APIClient:
    return make_client(make_member(person.event.organization))


@pytest.mark.django_db
def test_the_first_answer_comes_again_byte_for_byte(
    client: APIClient, person: Participant
) -> None:
    first = send(client, person, "one", notes="At the door")
    again = send(client, person, "one", notes="At the door")
    assert (again.status_code, again.content) == (200, first.content)
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert again["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first
    assert not again.json()["already_checked_in"]
    assert AttendanceChange.objects.count() == 1


@pytest.mark.django_db
def test_without_a_key_and_with_another_it_is_another_request(
    client: APIClient, person: Participant
) -> None:
    send(client, person, "one")
    assert send(client, person, None).json()["already_checked_in"]
    assert send(client, person, "two").json()["already_checked_in"]


@pytest.mark.django_db
def test_the_order_of_fields_is_no_difference(
    client: APIClient, person: Participant
) -> None:
    send(client, person, "one", method="qr", notes="x")
    again = send(client, person, "one", notes="x", method="qr")
    assert again["Idempotent-Replay"] == "true"


@pytest.mark.django_db
def test_the_key_of_another_request_is_422_and_nothing_happens(
    client: APIClient, person: Participant
) -> None:
    send(client, person, "one", notes="x")
    other = send(client, person, "one", notes="y")
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"
    assert other["Content-Type"] == "application/problem+json"
    assert Attendance.objects.get().notes == "x"


@pytest.mark.django_db
def test_a_key_is_of_a_user_and_a_path(client: APIClient, person: Participant) -> None:
    other = make_participant(person.event)
    colleague = make_client(make_member(person.event.organization))
    for sender, whom in [(client, person), (client, other), (colleague, person)]:
        assert "Idempotent-Replay" not in send(sender, whom, "one")


@pytest.mark.django_db
def test_after_a_day_a_key_is_new_and_old_answers_are_gone(
    client: APIClient, person: Participant
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        other = make_participant(person.event)
        send(client, other, "another")
        send(client, person, "one")
        clock.shift(timedelta(hours=24) - timedelta(seconds=1))
        assert send(client, person, "one")["Idempotent-Replay"] == "true"
        clock.shift(timedelta(seconds=1))
        assert send(client, person, "one").json()["already_checked_in"]
    assert IdempotentAnswer.objects.count() == 1


@pytest.mark.django_db
def test_what_the_state_of_things_refused_is_remembered(
    client: APIClient, person: Participant
) -> None:
    session = person.event.sessions.get()
    LiveSession.objects.update(cancelled_at=timezone.now())
    first = send(client, person, "one", session=session.pk)
    assert first.status_code == 409
    LiveSession.objects.update(cancelled_at=None)
    again = send(client, person, "one", session=session.pk)
    assert (again.status_code, again.content) == (409, first.content)
    assert again["Content-Type"] == "application/problem+json"
    assert again["Idempotent-Replay"] == "true"
    assert not AttendanceChange.objects.exists()


@pytest.mark.django_db
def test_what_cannot_be_right_is_not_remembered_and_can_be_corrected(
    client: APIClient, person: Participant
) -> None:
    assert send(client, person, "one", method="shout").status_code == 400
    assert not IdempotentAnswer.objects.exists()
    assert send(client, person, "one", method="qr").status_code == 200


@pytest.mark.django_db
def test_who_may_not_is_refused_each_time(person: Participant) -> None:
    viewer = make_client(make_member(person.event.organization, "viewer"))
    for _ in range(2):
        assert send(viewer, person, "one").status_code == 403
    assert not IdempotentAnswer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256])
def test_a_key_that_is_none_is_told(
    client: APIClient, person: Participant, key: str
) -> None:
    answer = send(client, person, key)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert send(client, person, "x" * 255).status_code == 200


@pytest.mark.django_db
def test_a_failure_leaves_no_trace(
    client: APIClient, person: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise ValueError

    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("attendance.audit.changes.seal_batch", fail)
        assert send(client, person, "one").status_code == 500
    assert not AttendanceChange.objects.exists()
    assert not IdempotentAnswer.objects.exists()
    assert not send(client, person, "one").json()["already_checked_in"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_runs_and_the_others_get_its_answer() -> None:
    person = make_participant(make_session(make_event()).event)
    user = make_member(person.event.organization)
    together = Barrier(6)

    def check_in() -> Any:
        client = make_client(user)
        together.wait(PATIENCE)
        try:
            return send(client, person, "one")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        sent = [threads.submit(check_in) for _ in range(6)]
        answers = [one.result(PATIENCE) for one in sent]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replay" in answer for answer in answers) == 5
    assert AttendanceChange.objects.count() == 1
