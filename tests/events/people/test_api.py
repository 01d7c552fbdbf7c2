"""People of an organization over REST."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from events.models import Person, PersonChange, PersonChangeValues, Role
from events.roster.adding import add_participant
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Person:
    return make_person(name="Ana O'Neil", email="ana@example.com", external_id="S-1024")


@pytest.fixture
def organizer(ana: Person) -> APIClient:
    return make_client(make_member(ana.organization))


def people_of(person: Person) -> str:
    return f"/api/organizations/{person.organization_id}/people"


# --- Reading --------------------------------------------------------------------------


def test_a_person_has_what_the_organization_knows(
    ana: Person, organizer: APIClient
) -> None:
    [only] = organizer.get(people_of(ana)).json()["results"]
    assert only == organizer.get(f"/api/people/{ana.pk}").json()
    assert only.pop("created_at")
    assert only == {
        "id": ana.pk,
        "organization": ana.organization_id,
        "name": "Ana O'Neil",
        "email": "ana@example.com",
        "email_refused": False,
        "external_id": "S-1024",
        "user": None,
        "accepted": False,
        "time_zone": "",
        "language": "",
        "show_on_leaderboard": False,
        "consented_at": None,
        "consent_withdrawn_at": None,
    }


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", ["Ana O'Neil", "Zoë Łukasz", "نور عزيز"]),
        ("oneil ANA", ["Ana O'Neil"]),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Neil", ["Ana O'Neil"]),
        ("lukasz zoe", ["Zoë Łukasz"]),
        ("ana@EXAMPLE.com", ["Ana O'Neil"]),
        ("example", ["Ana O'Neil", "Zoë Łukasz"]),
        ("s-1024", ["Ana O'Neil"]),
        ("1024 neil", ["Ana O'Neil"]),
        ("عزيز", ["نور عزيز"]),
        ("ana lukasz", []),
        ("%", ["Ana O'Neil", "Zoë Łukasz", "نور عزيز"]),
    ],
)
def test_people_are_found_however_it_is_written(
    ana: Person, organizer: APIClient, q: str, found: list[str]
) -> None:
    for name, email in (("Zoë Łukasz", "z@example.org"), ("نور عزيز", "")):
        make_person(ana.organization, name=name, email=email)
    make_person(name=ana.name, email=ana.email)
    answer = organizer.get(people_of(ana), {"q": q}).json()
    assert [person["name"] for person in answer["results"]] == found


# --- Adding ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "code", "whom"),
    [
        ({"name": "Ana O'Neil", "email": "ana@example.com"}, "known_already", "person"),
        (
            {"name": "o\u2019neil, ANA", "email": "ANA@example.com"},
            "known_already",
            "person",
        ),
        ({"name": "Ana O'Neil", "external_id": "S-1024"}, "known_already", "person"),
        ({"name": "Ben", "external_id": "S-1024"}, "doubtful", "candidates"),
        (
            {"name": "Ana O'Neil", "email": "ana@example.com", "external_id": "7"},
            "doubtful",
            "candidates",
        ),
        ({"name": "B", "external_id": "S-1024", "new": True}, "number_taken", "person"),
    ],
)
def test_who_is_known_or_may_be_is_named(
    ana: Person, organizer: APIClient, sent: dict[str, Any], code: str, whom: str
) -> None:
    answer = organizer.post(people_of(ana), sent)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, code)
    told = answer.json()[whom]
    assert (told if whom == "person" else told[0]["person"]) == ana.pk
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"name": "Ana O'Neil"},
        {"name": "Ana O'Neil", "email": "other@example.com"},
        {"name": "Ben", "email": "ana@example.com"},
        {"name": "Ana O'Neil", "email": "ana@example.com", "new": True},
    ],
)
def test_neither_name_nor_address_alone_is_somebody(
    ana: Person, organizer: APIClient, sent: dict[str, Any]
) -> None:
    answer = organizer.post(people_of(ana), sent)
    assert answer.status_code == 201
    assert answer.json()["id"] != ana.pk


def test_the_account_of_their_address_is_not_named_of_a_new_person(
    ana: Person, organizer: APIClient
) -> None:
    make_user("ben", email="ben@example.com", email_verified_at=ana.created_at)
    sent = {"name": "Ben", "email": "BEN@example.com"}
    assert organizer.post(people_of(ana), sent).json()["user"] is None
    [change] = PersonChange.objects.all()
    assert "user" not in (change.values.after or {})


# --- Changing -------------------------------------------------------------------------


def test_a_change_is_logged_and_shown_on_every_roster(
    ana: Person, organizer: APIClient
) -> None:
    place = make_participant(make_event(ana.organization), person=ana)
    answer = organizer.patch(f"/api/people/{ana.pk}", {"name": "Ana Haddad"})
    assert answer.json()["name"] == "Ana Haddad"
    assert organizer.get(f"/api/participants/{place.pk}").json()["name"] == "Ana Haddad"
    [change] = organizer.get(f"/api/people/{ana.pk}/changes").json()["results"]
    assert (change["before"], change["after"]) == (
        {"name": "Ana O'Neil"},
        {"name": "Ana Haddad"},
    )


def test_a_number_of_somebody_else_is_refused(
    ana: Person, organizer: APIClient
) -> None:
    ben = make_person(ana.organization)
    answer = organizer.patch(f"/api/people/{ben.pk}", {"external_id": "S-1024"})
    assert answer.status_code == 409
    assert answer.json()["person"] == ana.pk
    assert answer.json()["errors"][0]["field"] == "external_id"


@pytest.mark.parametrize(
    ("account", "status"), [("none", 200), ("own", 200), ("other", 403)]
)
def test_organizers_show_only_people_without_account_on_the_leaderboard(
    ana: Person, account: str, status: int
) -> None:
    user = make_member(ana.organization)
    ana.user = {"none": None, "own": user, "other": make_user()}[account]
    ana.save()
    path, sent = f"/api/people/{ana.pk}", {"show_on_leaderboard": True}
    answer = make_client(user).patch(path, sent)
    assert answer.status_code == status
    ana.refresh_from_db()
    assert ana.show_on_leaderboard is (status == 200)
    logged = [change.values.after for change in ana.changes.all()]
    assert logged == ([sent] if status == 200 else [])
    if status == 403:
        assert "only they decide" in answer.json()["detail"]
        unchanged = {"show_on_leaderboard": False, "name": "Ana"}
        assert make_client(user).patch(path, unchanged).status_code == 200


def test_one_decides_about_the_leaderboard_for_all_ones_people(ana: Person) -> None:
    parent = make_user()
    for child in ("Lina", "Omar"):
        make_person(ana.organization, name=child, user=parent)
    client = make_client(parent)
    lina, omar = client.get("/api/me/people").json()["results"]
    assert {"id", "organization", "name", "show_on_leaderboard"} <= set(lina)
    assert {"email", "external_id"}.isdisjoint(lina)
    sent = {"show_on_leaderboard": True, "name": "Else"}
    answer = client.patch(f"/api/me/people/{lina['id']}", sent).json()
    assert answer == lina | {"show_on_leaderboard": True}
    assert client.get("/api/me/people").json()["results"] == [answer, omar]
    assert client.patch(f"/api/me/people/{ana.pk}", sent).status_code == 404


# --- The log --------------------------------------------------------------------------


def test_the_log_has_the_person_and_their_places_newest_first(ana: Person) -> None:
    organizer = make_member(ana.organization)
    event = make_event(ana.organization)
    client = make_client(organizer)
    client.patch(f"/api/people/{ana.pk}", {"email": ""})
    add_participant(event=event, name=ana.name, person=ana.pk, by=organizer)
    added, emptied = client.get(f"/api/people/{ana.pk}/changes").json()["results"]
    assert added["event"] == event.pk
    assert added["before"] is None
    assert added["after"]["role"] == "attendee"
    assert emptied["event"] is None
    assert emptied["before"] == {"email": "ana@example.com"}
    assert emptied["actor"] == {"id": organizer.pk, "username": organizer.username}


def test_erased_values_are_null_and_the_entry_stays(
    ana: Person, organizer: APIClient
) -> None:
    organizer.patch(f"/api/people/{ana.pk}", {"email": ""})
    PersonChangeValues.objects.all().delete()
    [change] = organizer.get(f"/api/people/{ana.pk}/changes").json()["results"]
    assert (change["before"], change["after"]) == (None, None)


# --- Who may --------------------------------------------------------------------------


def test_others_find_nobody(ana: Person) -> None:
    """Neither organizers elsewhere, nor hosts, nor attendees of the same event."""
    event = make_event(ana.organization)
    make_participant(event, person=ana)
    elsewhere = make_member(make_organization(), Role.OWNER)
    others = [elsewhere, make_user(), make_user()]
    make_participant(event, user=others[1], role="host")
    make_participant(event, user=others[2])
    for other in others:
        client = make_client(other)
        for path in (people_of(ana), f"/api/people/{ana.pk}"):
            assert client.get(path).status_code == 404
        assert client.patch(f"/api/people/{ana.pk}", {"name": "X"}).status_code == 404
        mine = client.get("/api/me/people").json()["results"]
        assert ana.pk not in [person["id"] for person in mine]
