"""Files that are imported into a roster over REST, and what comes of them."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import Event, Participant, Person, PersonChange
from tests.factories import make_client, make_member


def send(event: Event, content: str | bytes, query: str = "") -> Any:
    file = SimpleUploadedFile(
        "people.csv", content.encode() if isinstance(content, str) else content
    )
    client = make_client(make_member(event.organization))
    path = f"/api/events/{event.pk}/participants/import{query}"
    return client.post(path, {"file": file}, format="multipart")


def taken(event: Event, content: str, query: str = "") -> Any:
    answer = send(event, content, query)
    assert answer.status_code == 200
    return answer.json()


def roster(event: Event) -> list[tuple[str, str, str, str]]:
    return [
        (place.name, place.email, place.role, place.registration)
        for place in event.participants.order_by("pk")
    ]


def everything(event: Event) -> list[object]:
    """All that an import can change, and when a roster was last changed."""
    return [
        *Person.objects.order_by("pk").values(),
        *Participant.objects.order_by("pk").values(),
        *PersonChange.objects.order_by("pk").values(),
        Event.objects.values("roster_changed_at").get(pk=event.pk),
    ]


def details(answer: Any) -> dict[int, dict[str, str]]:
    """What is wrong, by line and field; names are not isolated."""
    return {
        one["line"]: {
            error["field"]: re.sub("[\u2068\u2069]", "", error["detail"])
            for error in one["errors"]
        }
        for one in answer["results"]
        if one["errors"]
    }
