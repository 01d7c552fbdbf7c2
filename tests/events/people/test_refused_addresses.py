"""An address that a mail server refused, as members find it."""

import pytest

from events.models import Person, Role
from notifications.models import NotMailed
from tests.attendance.pages import signed_in, text
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_participant,
    make_prompt,
    make_user,
)

pytestmark = pytest.mark.django_db

TOLD = "takes no mail: mails to it came back"


@pytest.fixture
def ana() -> Person:
    """Somebody on a roster whose address was refused, beside one whose was not."""
    event = make_event()
    make_participant(event, name="Ben", email="ben@example.com")
    place = make_participant(event, name="Ana", email="Ana@Example.com")
    place.person.refused_email = place.person.folded_email
    place.person.save()
    return place.person


def test_the_roster_and_their_page_say_so(ana: Person) -> None:
    client = signed_in(make_member(ana.organization))
    [place] = ana.places.all()
    roster = text(client.get(f"/events/{place.event_id}/people/").content.decode())
    assert roster.count(TOLD) == 1
    assert f"Ana@Example.com {TOLD}" in roster
    page = text(client.get(f"/people/{ana.pk}/").content.decode())
    assert f"Ana@Example.com {TOLD}" in page


def test_hosts_who_see_no_addresses_are_not_told(ana: Person) -> None:
    [place] = ana.places.all()
    host = make_user()
    make_participant(place.event, user=host, role="host")
    page = signed_in(host).get(f"/events/{place.event_id}/people/")
    assert TOLD not in page.content.decode()


@pytest.mark.parametrize(
    ("role", "told"), [(Role.ORGANIZER, True), (Role.VIEWER, None)]
)
def test_rest_tells_organizers(ana: Person, role: str, told: bool | None) -> None:
    client = make_client(make_member(ana.organization, role))
    [place] = ana.places.all()
    assert client.get(f"/api/people/{ana.pk}").json()["email_refused"] is told
    at_event = client.get(f"/api/participants/{place.pk}").json()
    assert at_event["email_refused"] is told


def test_another_address_is_not_refused(ana: Person) -> None:
    client = make_client(make_member(ana.organization))
    changed = client.patch(f"/api/people/{ana.pk}", {"email": "ana@new.example"})
    assert changed.json()["email_refused"] is False


def test_the_same_address_saved_again_is_tried_again(ana: Person) -> None:
    client = make_client(make_member(ana.organization))
    [place] = ana.places.all()
    prompt = make_prompt(place, not_mailed=NotMailed.REFUSED)
    renamed = client.patch(f"/api/people/{ana.pk}", {"name": "Anna"})
    assert renamed.json()["email_refused"] is True
    again = client.patch(f"/api/people/{ana.pk}", {"email": ana.email})
    assert again.json()["email_refused"] is False
    prompt.refresh_from_db()
    assert prompt.send_at
