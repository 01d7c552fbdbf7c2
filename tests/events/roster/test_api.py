"""Rosters over REST: who sees and changes what of whom."""

from typing import Any

import pytest
from django.utils import timezone

from events.invitations.answering import offered_people
from events.models import (
    Participant,
    PersonChange,
    Role,
    User,
)
from events.services import verify_email
from tests.answers import errors
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_membership,
    make_participant,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_somebody_on_the_roster_gets_an_identity_that_organizers_see() -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    answer = client.post(
        f"/api/events/{event.pk}/participants", {"name": "Ali", "email": "a@b.de"}
    )
    assert answer.status_code == 201
    participant = answer.json()
    assert participant.pop("matched") is None
    assert participant["role"] == "attendee"
    assert participant["registration"] == "registered"
    assert len(participant["identity"]) > 20
    assert client.get(f"/api/participants/{participant['id']}").json() == participant


@pytest.mark.parametrize("role", [Role.VIEWER, "host", "self"])
def test_nobody_else_sees_an_identity(role: str) -> None:
    event = make_event()
    user = make_user()
    ali = make_participant(event, user=user if role == "self" else None)
    if role == "host":
        make_participant(event, user=user, role="host")
    elif role != "self":
        make_membership(event.organization, user, role)
    client = make_client(user)
    row = client.get(f"/api/participants/{ali.pk}").json()
    assert row["identity"] is None
    listed = client.get(f"/api/events/{event.pk}/participants").json()["results"]
    assert ali.pk in [row["id"] for row in listed]
    assert {row["identity"] for row in listed} == {None}


def test_hosts_see_no_addresses_but_their_own() -> None:
    event = make_event()
    host = make_participant(event, user=make_user(), role="host")
    make_participant(event)
    assert host.user is not None
    rows = make_client(host.user).get(f"/api/events/{event.pk}/participants").json()
    assert {row["id"] == host.pk: row["email"] for row in rows["results"]} == {
        True: host.email,
        False: None,
    }


def test_hosts_cannot_find_out_an_address_by_asking_for_it() -> None:
    event = make_event()
    host = make_participant(event, user=make_user(), role="host")
    ali = make_participant(event)
    assert host.user is not None

    def found(user: User, email: str) -> list[int]:
        path = f"/api/events/{event.pk}/participants?email={email}"
        return [row["id"] for row in make_client(user).get(path).json()["results"]]

    assert found(host.user, ali.email) == []
    assert found(host.user, host.email) == [host.pk]
    assert found(make_member(event.organization, Role.VIEWER), ali.email) == [ali.pk]


def test_attendees_see_themselves_alone() -> None:
    event = make_event()
    me = make_participant(event, user=make_user())
    other = make_participant(event)
    assert me.user is not None
    client = make_client(me.user)
    rows = client.get(f"/api/events/{event.pk}/participants").json()
    assert [row["id"] for row in rows["results"]] == [me.pk]
    assert client.get(f"/api/participants/{other.pk}").status_code == 404


@pytest.mark.parametrize("registration", ["cancelled", "waitlisted", "viewed"])
def test_a_host_who_is_not_expected_is_none(registration: str) -> None:
    event = make_event()
    host = make_participant(
        event, user=make_user(), role="host", registration=registration
    )
    make_participant(event)
    assert host.user is not None
    rows = make_client(host.user).get(f"/api/events/{event.pk}/participants").json()
    assert [row["id"] for row in rows["results"]] == [host.pk]


def test_a_verified_address_connects_with_no_account_by_itself() -> None:
    event = make_event()
    make_user("alice", email="alice@example.com", email_verified_at=timezone.now())
    make_user("bob", email="bob@example.com")
    client = make_client(make_member(event.organization))
    path = f"/api/events/{event.pk}/participants"
    alice = client.post(path, {"name": "Alice", "email": "ALICE@example.com"}).json()
    assert (alice["user"], alice["accepted"]) == (None, False)
    bob = client.post(path, {"name": "Bob", "email": "bob@example.com"}).json()
    assert bob["user"] is None


def test_an_address_corrected_later_is_offered_too() -> None:
    participant = make_participant(email="typo@example.com")
    alice = make_user(
        "alice", email="alice@example.com", email_verified_at=timezone.now()
    )
    client = make_client(make_member(participant.event.organization))
    answer = client.patch(
        f"/api/participants/{participant.pk}", {"email": "alice@example.com"}
    )
    assert answer.json()["user"] is None
    assert offered_people(alice) == [participant.person_id]


def test_an_address_verified_later_is_offered_every_roster_it_is_on() -> None:
    user = make_user(email="Alice@example.com")
    rows = [make_participant(email="alice@example.com") for _ in range(2)]
    already = make_participant(user=user)
    sister = make_participant(already.event, email="alice@EXAMPLE.com")
    assert verify_email(user=user) == 3
    offered = {sister.person_id, *[row.person_id for row in rows]}
    assert set(offered_people(user)) == offered
    assert Participant.objects.get(person__user=user) == already


def test_a_family_shares_an_address_and_an_account() -> None:
    event = make_event()
    make_participant(event, name="Ali", email="a@b.de", user=make_user("alice"))
    client = make_client(make_member(event.organization))
    path = f"/api/events/{event.pk}/participants"
    by_address = client.post(path, {"name": "Sara", "email": "A@b.de"})
    by_account = client.post(path, {"name": "Omar", "user": "alice"})
    assert (by_address.status_code, by_account.status_code) == (201, 201)
    again = client.post(path, {"name": "ALI", "email": "A@b.de"})
    assert again.status_code == 409
    assert again.json()["type"].endswith("on_roster")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Neo\u202eliv"}, "name"),
        ({"name": "x", "email": "x"}, "email"),
        ({"name": "x", "role": "king"}, "role"),
        ({"name": "x", "registration": "maybe"}, "registration"),
        ({"name": "x", "user": "x" * 151}, "user"),
        ({"name": "x", "user": "\x00"}, "user"),
        ({"name": "x", "user": {}}, "user"),
        ({"name": "x", "language": "xx"}, "language"),
    ],
)
def test_a_bad_participant_names_the_field(sent: dict[str, Any], field: str) -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    answer = client.post(f"/api/events/{event.pk}/participants", sent)
    assert answer.status_code == 400, answer.json()
    assert list(errors(answer)) == [field]


def test_people_change_their_own_zone_and_language_and_are_named_as_who_did() -> None:
    user = make_user()
    me = make_participant(user=user)
    path = f"/api/participants/{me.pk}"
    answer = make_client(user).patch(path, {"time_zone": "UTC", "language": "ar"})
    assert answer.status_code == 200
    me.refresh_from_db()
    assert (me.time_zone, me.language) == ("UTC", "ar")
    change = PersonChange.objects.get(person=me.person)
    assert change.actor == user
    assert change.values.after == {"time_zone": "UTC", "language": "ar"}


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Me"},
        {"email": "a@b.de"},
        {"external_id": "7"},
        {"role": "host"},
        {"registration": "cancelled"},
        {"user": None},
        {"enrolled_from": None},
        {"time_zone": "UTC", "name": "Me"},
    ],
)
def test_the_organization_keeps_everything_else(change: dict[str, Any]) -> None:
    user = make_user()
    me = make_participant(user=user, name="Ali")
    answer = make_client(user).patch(f"/api/participants/{me.pk}", change)
    assert answer.status_code == 403
    assert list(errors(answer)) == [list(change)[-1]]
    assert "keeps the register" in answer.json()["detail"]
    assert not PersonChange.objects.exists()


def test_the_name_of_an_account_is_its_own_and_not_that_on_a_roster() -> None:
    user = make_user()
    me = make_participant(user=user, name="Ali")
    make_client(user).patch("/api/me", {"name": "Hala"})
    user.refresh_from_db()
    me.refresh_from_db()
    assert (user.get_full_name(), me.name) == ("Hala", "Ali")


def test_a_parent_sees_and_changes_each_child() -> None:
    event, parent = make_event(), make_user()
    ali, sara = [
        make_participant(event, user=parent, name=name) for name in ("Ali", "Sara")
    ]
    make_participant(event)
    client = make_client(parent)
    rows = client.get(f"/api/events/{event.pk}/participants").json()["results"]
    assert [(row["id"], row["email"]) for row in rows] == [
        (ali.pk, ali.email),
        (sara.pk, sara.email),
    ]
    assert client.patch(f"/api/participants/{sara.pk}", {"language": "ar"}).data
    ali.refresh_from_db()
    sara.refresh_from_db()
    assert (ali.language, sara.language) == ("", "ar")


def test_cancelling_a_registration_keeps_the_row() -> None:
    participant = make_participant()
    client = make_client(make_member(participant.event.organization))
    path = f"/api/participants/{participant.pk}"
    assert client.patch(path, {"registration": "cancelled"}).status_code == 200
    listed = f"/api/events/{participant.event.pk}/participants?registration=cancelled"
    assert client.get(listed).json()["count"] == 1
