"""Nobody is part of something unasked: until they accept they see its name alone."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from attendance.door.self_check_in import code_of
from attendance.models import Attendance
from events.models import Membership, Organization, Participant, Person, Role, User
from events.roster.places import change_participant
from events.services import verify_email
from tests.events.invitations.browsers import browser
from tests.factories import (
    START,
    make_client,
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina() -> User:
    user = make_user("amina")
    verify_email(user=user)
    return user


@pytest.fixture
def place() -> Participant:
    event = make_event(make_organization(name="Al-Noor"), title="Hidden course")
    return make_participant(event, name="Hidden name", email="")


def name(person: Person, username: str) -> None:
    organizer = make_client(make_member(person.organization))
    assert (
        organizer.patch(f"/api/people/{person.pk}", {"user": username}).status_code
        == 200
    )


def invitations(user: User) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        make_client(user).get("/api/me/invitations").json()["results"]
    )
    return found


def answer(user: User, what: str) -> int:
    [invitation] = invitations(user)
    path = f"/api/me/invitations/{invitation['id']}/{what}"
    return int(make_client(user).post(path).status_code)


def test_before_accepting_only_the_name_of_the_organization_shows(
    amina: User, place: Participant
) -> None:
    name(place.person, "amina")
    session = make_session(place.event)
    [invitation] = invitations(amina)
    assert invitation["organization_name"] == "Al-Noor"
    assert invitation["role"] is None
    api, pages = make_client(amina), browser(amina)
    for path in (
        f"/api/events/{place.event_id}",
        f"/api/sessions/{session.pk}",
        f"/api/participants/{place.pk}",
        f"/api/people/{place.person_id}",
        f"/events/{place.event_id}/",
        f"/sessions/{session.pk}/",
    ):
        assert (api if "api" in path else pages).get(path).status_code == 404
    for path in ("/", "/events/", "/reports/", "/account/invitations/"):
        assert "Hidden" not in pages.get(path).content.decode()
    assert "You have 1 invitation" in pages.get("/").content.decode()
    assert api.get("/api/me/people").json()["results"] == []


@pytest.mark.parametrize("accepted", [False, True])
def test_who_is_asked_which_place_is_meant_reads_no_name_before_accepting(
    accepted: bool, amina: User, place: Participant
) -> None:
    other = make_participant(place.event, name="Own name", email="")
    name(place.person, "amina")
    name(other.person, "amina")
    if accepted:
        Person.objects.filter(pk=other.person_id).update(user=amina)
    session = make_session(place.event)
    answer = make_client(amina).post(f"/api/sessions/{session.pk}/join-token")
    assert answer.status_code == 409
    assert "Hidden" not in answer.content.decode()
    assert answer.json()["participants"] == [
        {"id": place.pk, "name": ""},
        {"id": other.pk, "name": "Own name" if accepted else ""},
    ]


def test_after_accepting_the_place_is_theirs(amina: User, place: Participant) -> None:
    name(place.person, "amina")
    assert answer(amina, "accept") == 204
    assert amina.people.get() == place.person
    assert make_client(amina).get(f"/api/events/{place.event_id}").status_code == 200
    assert invitations(amina) == []
    change = place.person.changes.first()
    assert change
    assert change.actor == amina


def test_a_name_means_the_account_that_has_it_now(place: Participant) -> None:
    name(place.person, "later")
    later = make_user("later")
    verify_email(user=later)
    assert invitations(later) == []


def test_an_account_that_takes_the_name_of_another_gets_nothing(
    amina: User, place: Participant
) -> None:
    name(place.person, "amina")
    User.objects.filter(pk=amina.pk).update(username="other", folded_username="other")
    other = make_user("amina", email="other@example.com")
    assert invitations(other) == []
    assert len(invitations(amina)) == 1


@pytest.mark.parametrize("first", ["account", "person"])
def test_who_confirmed_the_address_of_a_person_is_offered_the_place(
    first: str, place: Participant
) -> None:
    organizer = make_client(make_member(place.event.organization))
    user = make_user("amina")
    if first == "account":
        verify_email(user=user)
    email = {"email": "Amina@Example.com"}
    organizer.patch(f"/api/people/{place.person_id}", email)
    if first == "person":
        assert invitations(user) == []
        verify_email(user=user)
    place.person.refresh_from_db()
    assert place.person.user is None
    assert len(invitations(user)) == 1
    organizer.patch(f"/api/people/{place.person_id}", {"email": "new@example.com"})
    assert invitations(user) == []


@pytest.mark.parametrize("account", [None, "other", "typo"])
@pytest.mark.parametrize("took_it_by", ["offer", "name"])
def test_whom_an_organizer_took_off_a_place_is_offered_it_again(
    took_it_by: str, account: str | None, amina: User, place: Participant
) -> None:
    make_user("other", email="other@example.com")
    organizer = make_client(make_member(place.event.organization))
    path = f"/api/people/{place.person_id}"
    organizer.patch(path, {"email": amina.email})
    if took_it_by == "name":
        name(place.person, "amina")
    assert answer(amina, "accept") == 204
    assert organizer.patch(path, {"user": account}).json()["accepted"] is False
    assert not amina.people.exists()
    assert answer(amina, "accept") == 204
    assert amina.people.get() == place.person
    organizer.patch(path, {"user": None})
    assert answer(amina, "decline") == 204
    organizer.patch(path, {"user": account})
    verify_email(user=amina)
    assert invitations(amina) == []


@pytest.mark.parametrize("is_active", [True, False])
def test_naming_the_account_that_a_person_has_changes_nothing(
    is_active: bool, amina: User, place: Participant
) -> None:
    name(place.person, "amina")
    assert answer(amina, "accept") == 204
    changes = place.person.changes.count()
    User.objects.filter(pk=amina.pk).update(is_active=is_active)
    name(place.person, "amina")
    assert amina.people.get() == place.person
    assert place.person.changes.count() == changes


def test_what_was_declined_is_not_offered_again_unless_named_anew(
    amina: User, place: Participant
) -> None:
    organizer = make_client(make_member(place.event.organization))
    address = {"email": amina.email}
    organizer.patch(f"/api/people/{place.person_id}", address)
    assert answer(amina, "decline") == 204
    assert invitations(amina) == []
    organizer.patch(f"/api/people/{place.person_id}", {"email": "x@example.com"})
    organizer.patch(f"/api/people/{place.person_id}", address)
    verify_email(user=amina)
    assert invitations(amina) == []
    name(place.person, "amina")
    assert len(invitations(amina)) == 1
    answer(amina, "decline")
    assert invitations(amina) == []
    name(place.person, "amina")
    assert len(invitations(amina)) == 1


def test_a_role_is_accepted_and_left(amina: User) -> None:
    organization = make_organization()
    owner = make_client(make_member(organization, Role.OWNER))
    owner.post(
        f"/api/organizations/{organization.pk}/members",
        {"email": amina.email, "role": "organizer"},
    )
    assert make_client(amina).get("/api/me").json()["organizations"] == []
    assert [each["role"] for each in invitations(amina)] == ["organizer"]
    assert answer(amina, "accept") == 204
    membership = Membership.objects.get(user=amina)
    left = make_client(amina).delete(
        f"/api/organizations/{organization.pk}/members/{membership.pk}"
    )
    assert left.status_code == 204
    assert invitations(amina) == []


def test_a_place_can_always_be_left_and_is_not_offered_again(
    amina: User, place: Participant
) -> None:
    place.person.user, place.person.email = amina, amina.email
    place.person.save()
    left = make_client(amina).delete(f"/api/me/people/{place.person_id}")
    assert left.status_code == 204
    assert not amina.people.exists()
    verify_email(user=amina)
    assert invitations(amina) == []


def test_pages_leave_and_keep_the_last_owner(amina: User, place: Participant) -> None:
    place.person.user = amina
    place.person.save()
    owner = make_membership(place.event.organization, amina, Role.OWNER)
    pages = browser(amina)
    pages.post(f"/account/people/{place.person_id}/leave/")
    refused = pages.post(f"/account/memberships/{owner.pk}/leave/", follow=True)
    assert "last owner" in refused.content.decode()
    assert not amina.people.exists()
    assert amina.memberships.exists()


def test_somebody_elses_invitation_is_not_there(
    amina: User, place: Participant
) -> None:
    name(place.person, "amina")
    [invitation] = invitations(amina)
    stranger = make_client(make_user())
    for what in ("accept", "decline"):
        path = f"/api/me/invitations/{invitation['id']}/{what}"
        assert stranger.post(path).status_code == 404


def test_whose_inviter_lost_the_right_to_invite_cannot_accept(amina: User) -> None:
    organization = make_organization()
    owner = make_membership(organization, role=Role.OWNER)
    make_client(owner.user).post(
        f"/api/organizations/{organization.pk}/members",
        {"username": "amina", "role": "owner"},
    )
    assert len(invitations(amina)) == 1
    owner.role = Role.ADMIN
    owner.save()
    assert invitations(amina) == []


# --- Ways in --------------------------------------------------------------------------


def test_checking_in_by_the_code_accepts(amina: User, place: Participant) -> None:
    name(place.person, "amina")
    make_session(place.event)
    now = START + timedelta(minutes=3)
    path = f"/c/{code_of(place.event, now).text}/"
    pages = browser(amina)
    with time_machine.travel(now, tick=False):
        assert pages.get(path).status_code == 200
        assert not amina.people.exists()
        pages.post(path)
    assert amina.people.get() == place.person
    assert Attendance.objects.get(participant=place).checked_in_at == now


def test_a_check_in_that_is_refused_accepts_nothing(
    amina: User, place: Participant
) -> None:
    name(place.person, "amina")
    make_session(place.event)
    late = START + timedelta(days=1)
    path = f"/c/{code_of(place.event, late).text}/"
    with time_machine.travel(late, tick=False):
        assert browser(amina).post(path).status_code == 409
    assert not amina.people.exists()


def test_joining_accepts(amina: User, place: Participant, settings: Settings) -> None:
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    name(place.person, "amina")
    session = make_session(place.event)
    stranger = make_client(make_user())
    path = f"/api/sessions/{session.pk}/join-token"
    assert stranger.post(path).status_code == 404
    with time_machine.travel(START, tick=False):
        joined = make_client(amina).post(path)
    assert joined.status_code == 200, joined.json()
    assert joined.json()["identity"] == place.identity
    assert amina.people.get() == place.person


def join(user: User, place: Participant, **session: Any) -> Any:
    made = make_session(place.event, **session)
    with time_machine.travel(START, tick=False):
        return make_client(user).post(f"/api/sessions/{made.pk}/join-token")


@pytest.mark.parametrize("registration", ["cancelled", "waitlisted"])
def test_a_join_that_is_refused_accepts_nothing_and_names_nobody(
    registration: str, amina: User, place: Participant, settings: Settings
) -> None:
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    name(place.person, "amina")
    change_participant(participant=place, changes={"registration": registration})
    refused = join(amina, place)
    assert refused.status_code == 409
    assert "Hidden" not in refused.content.decode()
    assert "person" not in refused.json()
    assert not amina.people.exists()


@pytest.mark.parametrize(
    ("server", "session", "code"),
    [
        ("", {}, 503),
        ("wss://livekit.example.com", {"cancelled_at": START}, 409),
        ("wss://livekit.example.com", {"starts_at": START - timedelta(hours=5)}, 409),
    ],
)
def test_nor_does_one_to_what_nobody_joins(
    server: str,
    session: dict[str, Any],
    code: int,
    amina: User,
    place: Participant,
    settings: Settings,
) -> None:
    settings.LIVEKIT_URL = server
    name(place.person, "amina")
    assert join(amina, place, **session).status_code == code
    assert not amina.people.exists()


def test_joining_accepts_before_it_asks_for_consent(
    amina: User, place: Participant, settings: Settings
) -> None:
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    Organization.objects.update(consent_required=True)
    name(place.person, "amina")
    session = make_session(place.event)
    path = f"/api/sessions/{session.pk}/join-token"
    client = make_client(amina)
    with time_machine.travel(START, tick=False):
        refused = client.post(path)
        assert refused.status_code == 409
        assert refused.json()["person"] == place.person_id
        assert amina.people.get() == place.person
        agreed = {"consents_to_recording": True}
        client.patch(f"/api/me/people/{place.person_id}", agreed)
        assert client.post(path).status_code == 200
