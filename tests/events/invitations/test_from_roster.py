"""Inviting from the page of a roster: one, many, or all, with an address or without."""

import re

import pytest
from django.core import mail
from django.test import Client

from events.models import Participant, User
from tests.events.invitations.browsers import LINK, browser, link_in
from tests.factories import make_event, make_member, make_participant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> list[Participant]:
    event = make_event()
    make_participant(event, name="Has one", user=make_user())
    people = [("Amina", "amina@example.com"), ("Maria", ""), ("Yusuf", "")]
    return [make_participant(event, name=name, email=email) for name, email in people]


def invited(
    places: list[Participant], chosen: list[Participant] | None
) -> tuple[set[str], str]:
    """Invite by what pages offer, from the roster on; who is answered, and the page."""
    event = places[0].event
    client = browser(make_member(event.organization))
    roster = client.get(f"/events/{event.pk}/people/").content.decode()
    [path] = set(re.findall(r'href="(/events/\d+/people/invite/)"', roster))
    form = client.get(path).content.decode()
    assert "Has one" not in form
    offered = set(re.findall(r'name="participant" value="(\d+)"', form))
    ids = [str(each.pk) for each in chosen or ()]
    assert offered >= set(ids)
    sent = {"all": "1"} if chosen is None else {"participant": ids}
    page = client.post(path, sent).content.decode()
    names = {each.name for each in places if each.name in page}
    return names, page


@pytest.mark.parametrize("number", [1, 2, None])
def test_one_many_and_all_are_invited(
    number: int | None, places: list[Participant]
) -> None:
    chosen = None if number is None else places[:number]
    names, page = invited(places, chosen)
    assert names == {each.name for each in chosen or places}
    assert [one.to for one in mail.outbox] == [["amina@example.com"]]
    assert len(set(LINK.findall(page))) == len(names)


def test_who_has_no_address_accepts_by_the_link_that_is_shown_and_printed(
    places: list[Participant],
) -> None:
    _, page = invited(places, [places[1]])
    link = link_in(page)
    assert "data-print" in page
    mother = make_user()
    client: Client = browser(mother)
    client.post(link, {"do": "accept"})
    assert User.objects.get(people=places[1].person_id) == mother
    assert not mail.outbox
