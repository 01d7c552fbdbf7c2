"""The state of an invitation tells what is so, also after something changed since."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from events.models import (
    Invitation,
    InvitationState,
    Membership,
    Organization,
    Person,
    Role,
    User,
)
from events.services import verify_email
from tests.events.invitations.browsers import (
    browser,
    link_in,
    link_to_place,
    link_to_role,
)
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db

ACCEPT = {"do": "accept"}


@pytest.fixture
def school() -> Organization:
    return make_organization(name="Al-Noor")


@pytest.fixture
def owner(school: Organization) -> User:
    return make_member(school, Role.OWNER)


def state(school: Organization, owner: User) -> str:
    path = f"/api/organizations/{school.pk}/invitations"
    [row] = make_client(owner).get(path).json()["results"]
    return str(row["state"])


def test_what_is_written_into_files_is_not_sent(
    school: Organization, owner: User, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    pages = browser(owner)
    path = f"/organizations/{school.pk}/members/"
    told = "This installation sends no mail"
    place = make_participant(make_event(school))
    on_roster = f"/events/{place.event_id}/people/invite/"
    assert told in pages.get(path).content.decode()
    assert told in pages.get(on_roster).content.decode()
    made = pages.post(path, {"username": "amina@example.com", "role": "viewer"})
    page = made.content.decode()
    assert "This installation sends no mail." in page
    assert Client().get(link_in(page)).status_code == 200
    assert state(school, owner) == "link"
    assert "not mailed: pass the link on" in pages.get(path).content.decode()
    person = make_person(school, email="a@example.com")
    ask = pages.get(f"/people/{person.pk}/invite/").content.decode()
    assert "This installation sends no mail" in ask
    assert "It is mailed to" not in ask
    assert len(list(tmp_path.iterdir())) == 1


def test_what_failed_is_sent_again(
    school: Organization, owner: User, settings: Settings
) -> None:
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # Nobody listens there.
    link_to_role(school, by=owner)
    assert state(school, owner) == "not_sent"
    page = browser(owner).get(f"/organizations/{school.pk}/members/").content.decode()
    assert "Send again" in page
    settings.EMAIL_BACKEND = works
    row = Invitation.objects.get()
    browser(owner).post(f"/organizations/{school.pk}/invitations/{row.pk}/again/")
    assert state(school, owner) == "sent"
    assert "It is also mailed." in page


def test_whoever_was_named_and_did_not_answer_in_time_is_expired(
    school: Organization, owner: User
) -> None:
    path = f"/api/organizations/{school.pk}/members"
    make_client(owner).post(path, {"username": "amina", "role": "viewer"})
    assert state(school, owner) == "asked"
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert state(school, owner) == "expired"


@pytest.mark.parametrize("opened", [False, True])
def test_a_link_that_is_too_old_is_expired_opened_or_not(
    opened: bool, school: Organization, owner: User
) -> None:
    link = link_to_role(school, by=owner)
    if opened:
        Client().post(link, {"do": "sign_in"})
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert state(school, owner) == "expired"


def test_what_is_not_a_button_of_the_page_opens_nothing(
    school: Organization, owner: User
) -> None:
    Client().post(link_to_role(school, by=owner))
    assert state(school, owner) == "sent"


def test_whoever_accepted_a_role_and_left_is_no_longer_here(
    school: Organization, owner: User
) -> None:
    colleague = make_user()
    browser(colleague).post(link_to_role(school, by=owner), ACCEPT)
    assert state(school, owner) == "accepted"
    Membership.objects.get(user=colleague).delete()
    assert state(school, owner) == "left"


def test_whoever_accepted_a_place_and_left_is_no_longer_here(
    school: Organization, owner: User
) -> None:
    person, parent = make_participant(make_event(school)).person, make_user()
    browser(parent).post(link_to_place(person, by=owner), ACCEPT)
    assert state(school, owner) == "accepted"
    make_client(parent).delete(f"/api/me/people/{person.pk}")
    assert state(school, owner) == "left"


def test_a_link_works_no_longer_once_its_maker_may_not_invite(
    school: Organization, owner: User
) -> None:
    leaving = make_membership(school, role=Role.OWNER)
    link_to_role(school, by=leaving.user)
    leaving.delete()
    assert state(school, owner) == "ended"
    page = browser(owner).get(f"/organizations/{school.pk}/members/").content.decode()
    assert "works no longer" in page
    assert "Send again" in page


def test_a_link_works_no_longer_once_the_person_has_another_address(
    school: Organization, owner: User
) -> None:
    person = make_person(school, email="tpyo@example.com")
    link_to_place(person, by=owner)
    make_client(owner).patch(f"/api/people/{person.pk}", {"email": "typo@example.com"})
    assert state(school, owner) == "ended"


@pytest.mark.parametrize("then", ["invited again", "accepted by another"])
@pytest.mark.parametrize("declines", [False, True])
def test_nobody_sees_who_declined_when_something_else_follows(
    declines: bool, then: str, school: Organization, owner: User
) -> None:
    amina, maria = make_user(email="amina@example.com"), make_user("maria")
    verify_email(user=amina)
    person, api = make_person(school, email=amina.email), make_client(owner)
    link_to_place(person, by=owner)
    if declines:
        row = Invitation.objects.get()
        make_client(amina).post(f"/api/me/invitations/{row.pk}/decline")
        row.refresh_from_db()
        assert row.state == InvitationState.DECLINED
    if then == "invited again":
        link_to_place(person, by=owner)
    else:
        api.patch(f"/api/people/{person.pk}", {"user": "maria"})
        mine = make_client(maria)
        [offer] = mine.get("/api/me/invitations").json()["results"]
        mine.post(f"/api/me/invitations/{offer['id']}/accept")
    rows = api.get(f"/api/organizations/{school.pk}/invitations").json()["results"]
    now = ["sent"] if then == "invited again" else ["accepted", "accepted"]
    assert [row["state"] for row in rows] == now


def take_by_the_offer(parent: User, person: Person) -> None:
    """Accept what the account's own page offers, not the link."""
    offer = Invitation.objects.get(user=parent, person=person, invited_by=None)
    path = f"/account/invitations/{offer.pk}/accept/"
    assert browser(parent).post(path).status_code == 302
    assert person in parent.people.all()


def test_a_link_to_a_place_that_its_account_took_otherwise_is_accepted(
    school: Organization, owner: User
) -> None:
    mother = make_user(email="mother@example.com")
    children = [
        make_person(school, name=name, email=mother.email) for name in ("Ana", "Rui")
    ]
    for child in children:
        link_to_place(child, by=owner)
    verify_email(user=mother)
    take_by_the_offer(mother, children[0])
    path = f"/api/organizations/{school.pk}/invitations"
    rows = make_client(owner).get(path).json()["results"]
    states = {row["person"]: row["state"] for row in rows}
    assert list(states.values()) == ["sent", "accepted"]
    assert states[children[0].pk] == "accepted"
    make_client(mother).delete(f"/api/me/people/{children[0].pk}")
    rows = make_client(owner).get(path).json()["results"]
    assert [row["state"] for row in rows] == ["sent", "left"]


def test_a_link_to_an_address_that_the_person_had_before_is_not_accepted(
    school: Organization, owner: User
) -> None:
    person, mother = make_person(school, email="tpyo@example.com"), make_user()
    link_to_place(person, by=owner)
    make_client(owner).patch(f"/api/people/{person.pk}", {"email": mother.email})
    verify_email(user=mother)
    take_by_the_offer(mother, person)
    assert Invitation.objects.get(invited_by=owner).state == InvitationState.REVOKED
