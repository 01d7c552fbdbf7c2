"""Pages that ask who is meant: the roster, the door and the unmatched desk."""

import re
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import time_machine
from django.test import Client

from events.models import KnownIdentity, Participant, Person
from sessions_app.models import LiveSession
from tests.attendance.pages import signed_in, text
from tests.factories import (
    START,
    make_connection,
    make_event,
    make_member,
    make_participant,
    make_person,
    make_session,
)

pytestmark = pytest.mark.django_db

AFTERWARDS = START + timedelta(hours=2)


class Asking(NamedTuple):
    """Somebody who organizes, an event, and the person who may be meant."""

    client: Client
    session: LiveSession
    amina: Participant

    def send(self, where: str, **sent: str) -> Any:
        path = {
            "roster": f"/events/{self.session.event_id}/people/new/",
            "door": f"/events/{self.session.event_id}/check-in/new/",
            "desk": f"/sessions/{self.session.pk}/unmatched/link/",
        }[where]
        sent = {"role": "attendee", "registration": "registered"} | sent
        if where == "desk":
            sent["identity"] = "guest"
        with time_machine.travel(AFTERWARDS, tick=False):
            return self.client.post(path, sent, follow=True)


@pytest.fixture
def asking() -> Asking:
    event = make_event()
    session = make_session(event)
    make_connection(session, identity="guest")
    amina = make_participant(
        event, name="Amina Hadid", email="amina@example.com", external_id="S-1"
    )
    client = signed_in(make_member(event.organization))
    return Asking(client, session, amina)


def choices(answer: Any) -> dict[str, str]:
    """What can be chosen, by value."""
    page = answer.content.decode()
    found = re.findall(
        r'<input type="radio" name="who" value="(\w+)".*?<span>(.*?)</span>',
        page,
        re.DOTALL,
    )
    return {value: re.sub("[\u2068\u2069]", "", label) for value, label in found}


WHERE = ["roster", "door", "desk"]


def test_what_adding_somebody_did_is_said(asking: Asking) -> None:
    def said(**sent: str) -> str:
        page = text(asking.send("roster", **sent).content.decode())
        return re.sub("[\u2068\u2069]", "", page)

    event = asking.session.event
    make_participant(event, name="Ben", email="")
    assert "The person was added" in said(name="Zoe", email="zoe@example.com")
    assert "Ben was already on the roster; what was missing was added." in said(
        name="Ben", email="ben@example.com"
    )
    for left in ("cancelled", "viewed"):
        again = {"name": left.title(), "email": f"{left}@example.com"}
        make_participant(event, registration=left, **again)
        assert f"{left.title()} is registered again." in said(**again)
        assert f"{left.title()} is already on the roster." in said(**again)


@pytest.mark.parametrize("where", WHERE)
def test_who_may_be_meant_is_listed_and_what_was_typed_is_kept(
    where: str, asking: Asking
) -> None:
    answer = asking.send(where, name="amina hadid", external_id="S-99")
    assert choices(answer) == {
        str(asking.amina.person_id): (
            "Amina Hadid (amina@example.com, S-1, on this roster)"
        ),
        "new": "Somebody new",
    }
    page = answer.content.decode()
    assert 'value="amina hadid"' in page
    assert 'value="S-99"' in page
    assert "Choose who is meant" in page
    assert Participant.objects.count() == 1


@pytest.mark.parametrize("where", WHERE)
def test_somebody_new_is_added_once_it_is_said(where: str, asking: Asking) -> None:
    asking.send(where, name="Amina Hadid", who="new")
    assert Person.objects.count() == 2
    assert Participant.objects.count() == 2


@pytest.mark.parametrize("where", WHERE)
def test_a_person_of_the_organization_is_chosen(where: str, asking: Asking) -> None:
    """Their number was typed, and another spelling of their name."""
    organization = asking.session.event.organization
    lina = make_person(organization, name="Lina Haddad", external_id="S-7")
    typed = {"name": "Lina Hadad", "external_id": "S-7"}
    answer = asking.send(where, **typed)
    # The number is taken, so that it cannot be somebody new.
    assert list(choices(answer)) == [str(lina.pk)]
    asking.send(where, **typed, who=str(lina.pk))
    assert lina.places.get().event == asking.session.event
    assert Person.objects.count() == 2


@pytest.mark.parametrize("where", ["roster", "desk"])
def test_who_is_on_the_roster_is_said_with_the_way_to_them(
    where: str, asking: Asking
) -> None:
    answer = asking.send(where, name="Amina Hadid", email="amina@example.com")
    page = answer.content.decode()
    assert "Amina Hadid is already on the roster." in text(page)
    links = re.findall(r'<a href="([^"?]*)[^"]*">Show this person', page)
    assert links == [f"/participants/{asking.amina.pk}/edit/"]


def test_at_the_door_who_is_on_the_roster_is_offered_to_check_in(
    asking: Asking,
) -> None:
    answer = asking.send("door", name="Amina Hadid", email="amina@example.com")
    page = answer.content.decode()
    assert "Amina Hadid is on the roster. Check in Amina Hadid" in text(page)
    assert f'name="participant" value="{asking.amina.pk}"' in page


@pytest.mark.parametrize("where", ["door", "desk"])
def test_who_is_chosen_and_on_the_roster_came(where: str, asking: Asking) -> None:
    asking.send(where, name="Amina Hadid", who=str(asking.amina.person_id))
    decision = asking.amina.attendances.get()
    assert decision.source == {"door": "check_in", "desk": "livekit_auto"}[where]
    assert Participant.objects.count() == 1


@pytest.mark.parametrize("where", WHERE)
def test_a_choice_that_no_longer_fits_the_name_does_not_count(
    where: str, asking: Asking
) -> None:
    asking.send(where, name="Somebody Else", who=str(asking.amina.person_id))
    assert Participant.objects.filter(person__name="Somebody Else").exists()
    assert not KnownIdentity.objects.filter(person=asking.amina.person).exists()


@pytest.mark.parametrize("who", ["0", "x", "99999999999999999999", "-1"])
@pytest.mark.parametrize("where", WHERE)
def test_a_choice_that_was_not_offered_is_asked_again(
    where: str, who: str, asking: Asking
) -> None:
    answer = asking.send(where, name="Amina Hadid", who=who)
    assert answer.status_code == 200
    assert "new" in choices(answer)
    assert Participant.objects.count() == 1


def test_several_people_are_told_line_by_line_who_may_be_meant(asking: Asking) -> None:
    path = f"/events/{asking.session.event_id}/people/several/"
    lines = "Ben Smith, ben@example.com\n\nAmina Hadid"
    said = text(asking.client.post(path, {"lines": lines}).content.decode())
    said = re.sub("[\u2068\u2069]", "", said)
    assert (
        "Line 3, “Amina Hadid”: This may be Amina Hadid (amina@example.com, S-1)."
        in said
    )
    assert Participant.objects.count() == 1


def test_several_people_bring_their_numbers(asking: Asking) -> None:
    path = f"/events/{asking.session.event_id}/people/several/"
    asking.client.post(path, {"lines": "Ben Smith, S-2, ben@example.com"})
    assert Person.objects.get(name="Ben Smith").external_id == "S-2"


# --- REST of the desk -----------------------------------------------------------------


def link(asking: Asking, **walk_in: Any) -> Any:
    with time_machine.travel(AFTERWARDS, tick=False):
        return asking.client.post(
            f"/api/sessions/{asking.session.pk}/unmatched/link",
            {"identity": "guest", "walk_in": walk_in},
            content_type="application/json",
        )


def test_rest_lists_the_candidates_until_one_is_chosen(asking: Asking) -> None:
    answer = link(asking, name="Amina Hadid")
    assert answer.status_code == 409
    assert answer.json()["candidates"] == [
        {
            "person": asking.amina.person_id,
            "name": "Amina Hadid",
            "email": "amina@example.com",
            "external_id": "S-1",
        }
    ]
    assert link(asking, name="Amina Hadid", new=True).status_code == 200
    assert Person.objects.count() == 2


def test_rest_takes_numbers_and_people(asking: Asking) -> None:
    lina = make_person(
        asking.session.event.organization, name="Lina", external_id="S-7"
    )
    answer = link(asking, name="Lina H", external_id="S-7", person=lina.pk)
    assert answer.status_code == 200
    assert lina.places.get().registration == "walk_in"
    assert link(asking, name="Lina", person=0).status_code == 400
