"""The caller's own prompts over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attendance.decisions.answering import answer
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Participant, User
from tests.answers import errors
from tests.factories import (
    make_client,
    make_event,
    make_participant,
    make_prompt,
    make_user,
)

pytestmark = pytest.mark.django_db


def make_asked(**fields: Any) -> Participant:
    event = make_event(starts_at=timezone.now() - timedelta(hours=4), time_zone="UTC")
    fields.setdefault("user", make_user())
    place = make_participant(event, **fields)
    make_prompt(place)
    return place


def prompts(user: User | None, query: str = "") -> list[dict[str, Any]]:
    assert user
    answer = make_client(user).get(f"/api/me/prompts{query}")
    assert answer.status_code == 200
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def test_it_says_who_is_asked_what_about_which_event() -> None:
    place = make_asked(name="Amal")
    make_asked()
    [told] = prompts(place.user)
    assert {name: told[name] for name in ("number", "state", "question")} == {
        "number": 1,
        "state": "pending",
        "question": "whether",
    }
    assert (told["event"], told["event_title"]) == (place.event_id, place.event.title)
    assert told["organization"] == place.event.organization_id
    assert told["organization_name"] == place.event.organization.name
    assert told["participant"] == {"id": place.pk, "name": "Amal"}
    assert (told["sent_at"], told["answered_at"]) == (None, None)


def test_who_was_seen_is_only_asked_how_it_was() -> None:
    place = make_asked()
    marks = [Mark(place, "present")]
    mark(Place(place.event, None), marks, by=make_user(), now=timezone.now())
    assert prompts(place.user)[0]["question"] == "how"


def test_other_states_are_asked_for() -> None:
    place = make_asked()
    answer(place, attended=True, by=None, now=timezone.now())
    assert prompts(place.user) == []
    [told] = prompts(place.user, "?state=answered")
    assert told["answered_at"] is not None
    assert prompts(place.user, "?state=expired") == []
    assert place.user
    wrong = make_client(place.user).get("/api/me/prompts?state=lost")
    assert (wrong.status_code, list(errors(wrong))) == (400, ["state"])


def test_snoozing_answers_the_second_prompt_and_that_cannot_be_snoozed() -> None:
    place = make_asked()
    assert place.user
    client, [first] = make_client(place.user), prompts(place.user)
    again = client.post(f"/api/me/prompts/{first['id']}/snooze")
    assert again.status_code == 200
    assert (again.json()["number"], again.json()["state"]) == (2, "pending")
    assert again.json()["due_at"].endswith("T09:00:00Z")
    assert prompts(place.user) == [again.json()]
    assert [told["id"] for told in prompts(place.user, "?state=snoozed")] == [
        first["id"]
    ]
    for pk in (first["id"], again.json()["id"]):
        assert client.post(f"/api/me/prompts/{pk}/snooze").status_code == 409


def test_nobody_snoozes_those_of_others() -> None:
    [prompt] = prompts(make_asked().user)
    path = f"/api/me/prompts/{prompt['id']}/snooze"
    assert make_client(make_user()).post(path).status_code == 404
