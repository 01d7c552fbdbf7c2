"""Who was asked about an event, over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import Event, Role
from notifications.models import NotMailed
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_participant,
    make_prompt,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def event() -> Event:
    return make_event(starts_at=NOW - timedelta(hours=5))


def listed(event: Event, query: str = "") -> list[dict[str, Any]]:
    client = make_client(make_member(event.organization, Role.VIEWER))
    answer = client.get(f"/api/events/{event.pk}/prompts{query}").json()
    assert set(answer) == {"count", "next", "previous", "results"}
    results: list[dict[str, Any]] = answer["results"]
    return results


def test_a_prompt_says_who_was_asked_and_whether_a_mail_went(event: Event) -> None:
    organizer = make_member(event.organization)
    ana = make_participant(event, name="Ana")
    prompt = make_prompt(ana, due_at=NOW, sent_at=NOW, asked_by=organizer)
    at = NOW.isoformat().replace("+00:00", "Z")
    assert listed(event) == [
        {
            "id": prompt.pk,
            "number": 1,
            "event": event.pk,
            "participant": {"id": ana.pk, "name": "Ana"},
            "state": "pending",
            "due_at": at,
            "sent_at": at,
            "not_mailed": None,
            "answered_at": None,
            "asked_by": {"id": organizer.pk, "username": organizer.username},
        }
    ]


def test_they_are_found_by_what_became_of_them(event: Event) -> None:
    people = {name: make_participant(event, name=name) for name in ("Ana", "Ben", "Cy")}
    make_prompt(people["Ana"], answered_at=NOW)
    make_prompt(people["Ben"], snoozed_at=NOW)
    make_prompt(people["Ben"], number=2)
    make_prompt(people["Cy"], not_mailed=NotMailed.DECLINED)
    make_prompt(make_participant())
    found = [(one["participant"]["name"], one["state"]) for one in listed(event)]
    assert found == [
        ("Ana", "answered"),
        ("Ben", "snoozed"),
        ("Ben", "pending"),
        ("Cy", "pending"),
    ]
    [answered] = listed(event, "?state=answered")
    assert answered["participant"]["name"] == "Ana"
    assert [one["not_mailed"] for one in listed(event, "?state=pending")] == [
        None,
        "declined",
    ]
    client = make_client(make_member(event.organization))
    assert client.get(f"/api/events/{event.pk}/prompts?state=lost").status_code == 400
