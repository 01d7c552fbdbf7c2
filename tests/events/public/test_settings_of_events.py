"""What organizers say of the public page of an event, on its form and over REST."""

import re
from typing import Any

import pytest
from django.test import Client

from events.models import Event, Visibility
from tests.events.public.registrations import meetup
from tests.factories import make_client, make_event, make_member, make_user

pytestmark = pytest.mark.django_db

TIMES = {"starts_at": "2026-07-01T10:00", "ends_at": "2026-07-01T11:00"}
PUBLIC = {"visibility": "public", "registration_open": "on", "capacity": "12"}


def sent(event: Event, **fields: str) -> Event:
    answer = send(event, **fields)
    assert answer.status_code == 302, answer.content.decode()
    event.refresh_from_db()
    return event


def send(event: Event, **fields: str) -> Any:
    client = Client()
    client.force_login(make_member(event.organization))
    sent = {"title": event.title, **TIMES, **fields}
    return client.post(f"/events/{event.pk}/edit/", sent)


def test_the_form_writes_them() -> None:
    event = sent(make_event(), **PUBLIC)
    assert (event.visibility, event.registration_open, event.capacity) == (
        Visibility.PUBLIC,
        True,
        12,
    )


def test_an_event_is_for_members_unless_it_is_said() -> None:
    assert make_event().visibility == Visibility.MEMBERS
    assert sent(make_event()).visibility == Visibility.MEMBERS
    assert sent(meetup()).visibility == Visibility.PUBLIC


@pytest.mark.parametrize("capacity", ["0", "-1", "x", "99999999999"])
def test_a_capacity_is_a_number_of_people(capacity: str) -> None:
    answer = send(make_event(), **PUBLIC | {"capacity": capacity})
    assert answer.status_code == 200
    assert "id_capacity_error" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("visibility", "everybody"),
        ("capacity", "none"),
        ("door_opens_minutes", "soon"),
        ("door_closes_minutes", "-1"),
    ],
)
def test_the_form_says_beside_the_field_what_is_wrong(field: str, wrong: str) -> None:
    answer = send(make_event(), **PUBLIC | {field: wrong})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    [described] = re.findall(rf'name="{field}"[^>]* aria-describedby="([^"]+)"', page)
    assert f"id_{field}_error" in described.split()


def patch(event: Event, **changes: Any) -> Any:
    client = make_client(make_member(event.organization))
    return client.patch(f"/api/events/{event.pk}", changes, format="json")


def test_rest_has_them_too() -> None:
    event = make_event()
    changes = {"visibility": "link", "registration_open": True, "capacity": 3}
    answer = patch(event, **changes).json()
    assert {name: answer[name] for name in changes} == changes
    assert patch(event, capacity=None).json()["capacity"] is None


@pytest.mark.parametrize(
    "wrong",
    [{"visibility": "everybody"}, {"capacity": 0}, {"registration_open": "perhaps"}],
)
def test_rest_names_the_field_that_is_wrong(wrong: dict[str, object]) -> None:
    answer = patch(make_event(), **wrong)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == list(wrong)


def test_the_page_of_the_event_tells_organizers_where_it_is_open() -> None:
    event = meetup(capacity=5)
    page = make_client(make_member(event.organization)).get(f"/events/{event.pk}/")
    told = page.content.decode()
    assert f"/e/{event.pk}/" in told
    assert "0 of 5 places taken" in told


def test_a_stranger_tells_rest_that_they_viewed_a_public_event_alone() -> None:
    client = make_client(make_user())
    path = "/api/events/{}/views"
    public, ours = meetup(), make_event()
    assert client.post(path.format(public.pk)).status_code == 201
    assert client.post(path.format(public.pk)).status_code == 200
    assert client.post(path.format(ours.pk)).status_code == 404
