"""Pages of the people of an organization: the list, adding, changing, finding."""

import re
from typing import Any

import pytest
from django.test import Client

from events.models import Person, Role, User
from tests.attendance.pages import queries, signed_in, text
from tests.factories import (
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_person,
    make_session,
    make_user,
)
from tests.forms import assert_told

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Person:
    return make_person(name="Ana O'Neil", email="ana@example.com", external_id="S-1024")


@pytest.fixture
def client(ana: Person) -> Client:
    return signed_in(make_member(ana.organization))


def list_of(person: Person) -> str:
    return f"/organizations/{person.organization_id}/people/"


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


# --- The list -------------------------------------------------------------------------


def test_it_has_everybody_with_contact_number_and_events(
    ana: Person, client: Client
) -> None:
    for registration in ("registered", "cancelled", "viewed"):
        event = make_event(ana.organization)
        make_participant(event, person=ana, registration=registration)
    shown = page(client, list_of(ana))
    assert "Ana O'Neil ana@example.com S-1024 2 events" in text(shown)
    assert f'<a href="/people/{ana.pk}/">' in shown


def test_it_finds_people_and_comes_in_pages_of_100(ana: Person, client: Client) -> None:
    for number in range(101):
        make_person(ana.organization, name=f"Ben {number}")
    assert page(client, list_of(ana)).count('<th class="person"') == 100
    found = page(client, f"{list_of(ana)}?q=neil+ANA")
    assert found.count('<th class="person"') == 1
    assert "1 person · Show everybody" in text(found)
    second = page(client, f"{list_of(ana)}?q=ben&page=2")
    assert second.count('<th class="person"') == 1
    assert 'href="?q=ben&amp;page=1"' in second
    assert "No results." in page(client, f"{list_of(ana)}?q=zzz")


def test_a_hundred_people_take_as_many_queries_as_one(
    ana: Person, client: Client
) -> None:
    few = queries(client, list_of(ana))
    event = make_event(ana.organization)
    for _ in range(100):
        make_participant(event)
    assert queries(client, list_of(ana)) == few
    assert few <= 7


def test_viewers_are_offered_no_change(ana: Person) -> None:
    viewer = signed_in(make_member(ana.organization, Role.VIEWER))
    assert "Add a person" not in page(viewer, list_of(ana))


# --- Finding --------------------------------------------------------------------------


def test_the_search_of_every_page_leads_to_the_list(ana: Person) -> None:
    """Of the chosen organization, or of the only one."""
    user = make_member(ana.organization)
    client = signed_in(user)
    found = f"{list_of(ana)}?q=ana+%26"
    assert client.get("/people/", {"q": "ana &"}).headers["Location"] == found
    other = make_membership(user=user, role=Role.VIEWER).organization
    chosen = client.get("/people/", {"q": "x", "organization": str(other.pk)})
    assert chosen.headers["Location"] == f"/organizations/{other.pk}/people/?q=x"
    foreign = make_organization()
    assert client.get("/people/", {"organization": foreign.pk}).status_code == 404


@pytest.mark.parametrize("path", ["", "events/{event}/", "reports/", "people/{ana}/"])
@pytest.mark.parametrize("who", ["member", "host", "attendee"])
def test_members_find_people_from_every_page_that_lists_them(
    ana: Person, path: str, who: str
) -> None:
    event = make_event(ana.organization)
    make_session(event)
    user = (
        make_member(ana.organization, Role.VIEWER) if who == "member" else make_user()
    )
    if who != "member":
        make_participant(event, user=user, role=who)
        if "ana" in path:
            return
    shown = page(signed_in(user), f"/{path.format(event=event.pk, ana=ana.pk)}")
    box = re.search(r'<form class="find"[^>]*action="/people/".*?</form>', shown, re.S)
    assert (box is not None) is (who == "member")
    if box:
        assert f'name="organization" value="{ana.organization_id}"' in box[0]


@pytest.mark.parametrize(
    "path",
    ["sessions/{session}/", "events/{event}/attendance/", "events/{event}/people/"],
)
@pytest.mark.parametrize("who", ["member", "host"])
def test_beside_the_search_of_a_report_members_search_all_people(
    ana: Person, path: str, who: str
) -> None:
    event = make_event(ana.organization)
    session = make_session(event)
    user = (
        make_member(ana.organization, Role.VIEWER) if who == "member" else make_user()
    )
    make_participant(event, user=user, role="host")
    filled = path.format(session=session.pk, event=event.pk)
    shown = page(signed_in(user), f"/{filled}?q=zzz")
    link = f'href="/people/?organization={ana.organization_id}&amp;q=zzz"'
    assert (link in shown) is (who == "member")


@pytest.mark.parametrize(
    "path",
    [
        "events/{event}/people/",
        "sessions/{session}/",
        "events/{event}/attendance/",
        "reports/",
    ],
)
@pytest.mark.parametrize("who", ["member", "host", "attendee"])
def test_names_are_links_for_members_alone(ana: Person, path: str, who: str) -> None:
    event = make_event(ana.organization)
    session = make_session(event)
    make_participant(event, person=ana)
    user = (
        make_member(ana.organization, Role.VIEWER) if who == "member" else make_user()
    )
    if who != "member":
        make_participant(event, user=user, role=who)
    filled = path.format(session=session.pk, event=event.pk)
    if who == "attendee" and path.endswith("/people/"):
        return
    shown = page(signed_in(user), f"/{filled}")
    assert (f'href="/people/{ana.pk}/"' in shown) is (who == "member")
    assert re.search(r'href="/people/\d', shown) is None or who == "member"
    assert ("O&#x27;Neil" in shown) is (who != "attendee")


def test_members_reach_the_list_from_the_organizations(
    ana: Person, client: Client
) -> None:
    make_event(ana.organization)
    assert f'href="{list_of(ana)}"' in page(client, "/events/")


# --- Adding and changing --------------------------------------------------------------


def test_somebody_is_added(ana: Person, client: Client) -> None:
    make_user("ben")
    sent = {"name": "Ben", "user": "ben", "language": "ar"}
    answer = client.post(f"{list_of(ana)}new/", sent, follow=True)
    ben = Person.objects.get(name="Ben")
    assert answer.redirect_chain == [(f"/people/{ben.pk}/", 302)]
    assert (ben.user, ben.invited_username, ben.language) == (None, "ben", "ar")


def test_who_may_be_known_is_shown_and_can_be_somebody_new(
    ana: Person, client: Client
) -> None:
    path, sent = f"{list_of(ana)}new/", {"name": ana.name, "email": ana.email}
    answer = client.post(path, sent)
    assert_told(answer, "name", "…is already among the people of the organization.")
    shown = answer.content.decode()
    assert f'<a href="/people/{ana.pk}/">' in shown
    assert 'name="new"' in shown
    assert 'name="new"' not in page(client, path)
    assert client.post(path, sent | {"new": "on"}).status_code == 302
    assert Person.objects.filter(name=ana.name).count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"external_id": "7"}, "external_id", "…has this student number."),
        ({"name": ""}, "name", "This field is required."),
        ({"email": "x"}, "email", "Enter a valid email address."),
    ],
)
def test_what_is_refused_is_told_at_its_field(
    ana: Person, client: Client, changes: dict[str, Any], field: str, said: str
) -> None:
    make_person(ana.organization, external_id="7")
    sent = {"name": ana.name, "email": ana.email} | changes
    assert_told(client.post(f"/people/{ana.pk}/edit/", sent), field, said)


@pytest.mark.parametrize("account", [None, "ana"])
def test_a_person_is_changed_but_with_an_account_not_on_the_leaderboard(
    ana: Person, client: Client, account: str | None
) -> None:
    ana.user = None if account is None else make_user(account)
    ana.save()
    path = f"/people/{ana.pk}/edit/"
    offered = 'name="show_on_leaderboard"' in page(client, path)
    assert offered is (account is None)
    sent = {"name": "Ana", "user": account or "", "show_on_leaderboard": "on"}
    assert client.post(path, sent).status_code == 302
    ana.refresh_from_db()
    assert (ana.name, ana.email) == ("Ana", "")
    assert ana.show_on_leaderboard is (account is None)


def test_an_account_is_taken_away(ana: Person, client: Client) -> None:
    ana.user = make_user("ana")
    ana.save()
    client.post(f"/people/{ana.pk}/edit/", {"name": ana.name, "user": ""})
    assert User.objects.get(username="ana").people.count() == 0
