"""Notifications over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attendance.decisions.answering import answer
from events.models import Participant
from tests.factories import (
    make_client,
    make_event,
    make_notification,
    make_participant,
    make_prompt,
    make_user,
)

pytestmark = pytest.mark.django_db


def make_told(**fields: Any) -> Participant:
    event = make_event(starts_at=timezone.now() - timedelta(hours=4))
    fields.setdefault("user", make_user())
    place = make_participant(event, **fields)
    make_notification(make_prompt(place))
    return place


def listed(place: Participant) -> list[dict[str, Any]]:
    assert place.user
    answer = make_client(place.user).get("/api/me/notifications")
    assert answer.status_code == 200
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def test_each_has_its_prompt_and_event() -> None:
    place = make_told(name="Amal")
    make_told()
    [told] = listed(place)
    assert told["type"] == "attendance_prompt"
    assert told["event"]["title"] == place.event.title
    assert told["prompt"]["id"] == place.prompts.get().pk
    assert told["prompt"]["state"] == "pending"
    assert told["prompt"]["participant"] == {"id": place.pk, "name": "Amal"}
    assert told["read_at"] is None


def test_the_newest_comes_first_also_what_is_answered_or_read() -> None:
    first = make_told()
    second = make_told(user=first.user)
    answer(first, attended=True, by=None, now=timezone.now())
    events = [told["event"]["id"] for told in listed(first)]
    assert events == [second.event_id, first.event_id]
    states = [told["prompt"]["state"] for told in listed(first)]
    assert states == ["pending", "answered"]


def test_reading_is_noted_once() -> None:
    place = make_told()
    assert place.user
    client, [told] = make_client(place.user), listed(place)
    path = f"/api/me/notifications/{told['id']}/read"
    once = client.post(path)
    assert once.status_code == 200
    assert once.json()["read_at"] is not None
    assert client.post(path).json() == once.json()
    assert listed(place) == [once.json()]


def test_nobody_reads_those_of_others() -> None:
    place = make_told()
    [told] = listed(place)
    path = f"/api/me/notifications/{told['id']}/read"
    assert make_client(make_user()).post(path).status_code == 404
    assert listed(place)[0]["read_at"] is None
