"""The mail of an invitation to a place carries the personal links of events ahead."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from events.models import Event, EventState, Organization, Role, User
from events.roster.personal_links import personal_path, personal_url
from tests.events.invitations.browsers import browser, link_to_place, link_to_role
from tests.factories import (
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_person,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Organization:
    return make_organization(name="Al-Noor")


@pytest.fixture
def owner(school: Organization) -> User:
    return make_member(school, Role.OWNER)


def ahead(school: Organization, days: int = 1, **fields: Any) -> Event:
    return make_event(school, starts_at=timezone.now() + timedelta(days=days), **fields)


def sent() -> list[str]:
    """Text and HTML of the only mail."""
    one: Any
    [one] = mail.outbox
    return [str(one.body), str(one.alternatives[0][0])]


def test_the_links_of_events_ahead_go_along_the_first_event_first(
    school: Organization, owner: User
) -> None:
    person = make_person(school, email="a@example.com")
    places = [
        make_participant(ahead(school, days, title="Not told"), person=person)
        for days in (7, 1)
    ]
    link_to_place(person, by=owner)
    for text in sent():
        later, sooner = (text.index(personal_url(place)) for place in places)
        assert sooner < later
        assert "your own pages of the events ahead" in text
        assert "Not told" not in text
    assert Client().get(personal_path(places[0])).status_code == 200


@pytest.mark.parametrize(
    ("event", "place"),
    [
        ({"days": -30}, {}),
        ({"state": EventState.DRAFT}, {}),
        ({"state": EventState.CANCELLED}, {}),
        ({}, {"registration": "cancelled", "cancelled_at": timezone.now()}),
        ({}, {"registration": "viewed"}),
    ],
)
def test_no_link_goes_along_to_what_nobody_goes_to(
    event: dict[str, Any], place: dict[str, Any], school: Organization, owner: User
) -> None:
    person = make_person(school, email="a@example.com")
    make_participant(ahead(school, **event), person=person, **place)
    link_to_place(person, by=owner)
    for text in sent():
        assert "/p/" not in text
        assert "your own page" not in text


def test_everybody_gets_their_own_links_alone(
    school: Organization, owner: User
) -> None:
    event = ahead(school)
    places = [
        make_participant(event, name=name, email="mother@example.com")
        for name in ("Amina", "Yusuf")
    ]
    browser(owner).post(f"/events/{event.pk}/people/invite/", {"all": "1"})
    texts = [str(one.body) for one in mail.outbox]
    found = [[personal_url(place) in text for place in places] for text in texts]
    assert found == [[True, False], [False, True]]


def test_an_invitation_to_a_role_carries_none(
    school: Organization, owner: User
) -> None:
    make_participant(ahead(school), email="amina@example.com")
    link_to_role(school, by=owner, email="amina@example.com")
    assert all("/p/" not in text for text in sent())
