"""Links that work no more, scanners of mail, other accounts, and mail servers away."""

import re
import smtplib
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from core.digests import digest_of
from events.models import Invitation, Membership, Organization, Role, User
from events.services import verify_email
from tests.at_once import at_once
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
from tests.written import written

pytestmark = pytest.mark.django_db

ACCEPT = {"do": "accept"}


@pytest.fixture(autouse=True)
def _mail_server(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def school() -> Organization:
    return make_organization(name="Al-Noor")


@pytest.fixture
def owner(school: Organization) -> User:
    return make_member(school, Role.OWNER)


def invitations_page(school: Organization) -> str:
    return f"/organizations/{school.pk}/invitations/"


# --- Links that work no more ----------------------------------------------------------


def dead_links(school: Organization, owner: User) -> dict[str, str]:
    expired = link_to_role(school, by=owner, email="expired@example.com")
    row = Invitation.objects.get(email="expired@example.com")
    row.expires_at = timezone.now() - timedelta(seconds=1)
    row.save()
    used = link_to_role(school, by=owner, email="used@example.com")
    browser(make_user()).post(used, ACCEPT)
    withdrawn = link_to_role(school, by=owner, email="withdrawn@example.com")
    row = Invitation.objects.get(email="withdrawn@example.com")
    browser(owner).post(f"{invitations_page(school)}{row.pk}/withdraw/")
    return {
        "unknown": "/i/this-token-was-never-made/",
        "expired": expired,
        "used": used,
        "withdrawn": withdrawn,
    }


@pytest.mark.parametrize("who", ["anonymous", "signed in"])
def test_dead_links_look_alike(who: str, school: Organization, owner: User) -> None:
    client = Client() if who == "anonymous" else browser(make_user())
    seen = set()
    for path in dead_links(school, owner).values():
        for answer in (client.get(path), client.post(path, ACCEPT)):
            assert answer.status_code == 404
            page = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", str(answer.content))
            seen.add(page)
    assert len(seen) == 1


def test_a_link_works_for_14_days(school: Organization, owner: User) -> None:
    link = link_to_role(school, by=owner)
    made = Invitation.objects.get().expires_at
    assert made
    with time_machine.travel(made - timedelta(minutes=1), tick=False):
        assert timedelta(days=13) < made - timezone.now() + timedelta(days=14)
    assert timedelta(days=13, hours=23) < made - timezone.now() <= timedelta(days=14)
    assert Client().get(link).status_code == 200


def test_of_a_link_only_a_hash_is_kept(school: Organization, owner: User) -> None:
    token = link_to_role(school, by=owner).split("/")[2]
    assert token not in str(Invitation.objects.values())
    assert Invitation.objects.filter(token_digest=digest_of(token)).exists()


def test_a_new_link_ends_the_one_before(school: Organization, owner: User) -> None:
    first = link_to_role(school, by=owner)
    row = Invitation.objects.get()
    page = browser(owner).post(f"{invitations_page(school)}{row.pk}/again/")
    second = link_in(page.content.decode())
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert [link_in(sent.body) for sent in mail.outbox] == [first, second]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OWNER])
def test_whoever_left_cannot_come_back_by_a_link_that_they_kept(
    role: Role, school: Organization, owner: User
) -> None:
    leaving = make_membership(school, role=Role.OWNER)
    link = link_to_role(school, role=role, by=leaving.user)
    child = make_participant(make_event(school)).person
    to_child = link_to_place(child, by=leaving.user)
    leaving.delete()
    for path in (link, to_child):
        assert browser(leaving.user).post(path, ACCEPT).status_code == 404


def test_a_link_that_went_to_a_wrong_address_ends_when_that_is_corrected(
    school: Organization, owner: User
) -> None:
    person = make_person(school, email="tpyo@example.com")
    link = link_to_place(person, by=owner)
    make_client(owner).patch(f"/api/people/{person.pk}", {"email": "typo@example.com"})
    assert Client().get(link).status_code == 404


# --- Who opens it ---------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_of_mail_changes_nothing(
    method: str, school: Organization, owner: User
) -> None:
    link = link_to_role(school, by=owner)
    before = Invitation.objects.values().get()
    for client in (Client(), browser(make_user(email="amina@example.com"))):
        with CaptureQueriesContext(connection) as queries:
            assert getattr(client, method)(link).status_code == 200
        assert not written(queries)
    assert Invitation.objects.values().get() == before


def test_what_became_of_an_invitation_is_shown(
    school: Organization, owner: User
) -> None:
    link = link_to_role(school, by=owner)
    pages = browser(owner)

    def state() -> str:
        path = f"/api/organizations/{school.pk}/invitations"
        [row] = make_client(owner).get(path).json()["results"]
        return str(row["state"])

    assert state() == "sent"
    Client().post(link, {"do": "sign_in"})
    assert state() == "opened"
    browser(make_user()).post(link, ACCEPT)
    assert state() == "accepted"
    assert "accepted" in pages.get(invitations_page(school)).content.decode()


def test_another_account_is_told_and_may_switch(
    school: Organization, owner: User
) -> None:
    link = link_to_role(school, by=owner)
    told = "The invitation was sent to another address."
    invited = browser(make_user(email="Amina@example.com"))
    assert told not in invited.get(link).content.decode()
    other = browser(make_user("other"))
    page = other.get(link).content.decode()
    assert told in page
    assert "amina@example.com" not in page
    switched = other.post(link, {"do": "switch"})
    assert switched["Location"].startswith("/sign-in/?next=%2Fi%2F")
    assert "_auth_user_id" not in other.session
    assert not Membership.objects.filter(role=Role.VIEWER).exists()


def test_an_address_that_somebody_else_has_confirmed_stays_theirs(
    school: Organization, owner: User
) -> None:
    theirs = make_user(email="amina@example.com")
    verify_email(user=theirs)
    link = link_to_role(school, by=owner)
    visitor = Client()
    leads = visitor.post(link, {"do": "sign_up"})
    sent = {
        "name": "Amina",
        "email": "amina@example.com",
        "password1": "a long enough secret",
        "next": link,
    }
    visitor.post(leads["Location"], sent)
    visitor.post(link, ACCEPT)
    member = Membership.objects.get(role=Role.VIEWER).user
    assert member != theirs
    assert member.email_verified_at is None


def test_who_was_not_invited_makes_no_account(settings: Settings) -> None:
    settings.SIGN_UP = "INVITED"
    visitor = Client()
    visitor.post("/i/this-token-was-never-made/", {"do": "sign_up"})
    sent = {"name": "A", "email": "a@example.com", "password1": "a long enough secret"}
    visitor.post("/sign-up/", sent)
    assert not User.objects.filter(first_name="A").exists()


# --- Rights ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inviter", "may"),
    [
        (Role.VIEWER, []),
        (Role.ORGANIZER, ["viewer"]),
        (Role.ADMIN, ["viewer", "organizer", "admin"]),
        (Role.OWNER, ["viewer", "organizer", "admin", "owner"]),
    ],
)
@pytest.mark.parametrize("route", ["invitations", "members"])
def test_members_invite_up_to_their_own_role_and_organizers_viewers(
    route: str, inviter: Role, may: list[str], school: Organization
) -> None:
    api = make_client(make_member(school, inviter))
    path = f"/api/organizations/{school.pk}/{route}"
    answers = {
        role: api.post(path, {"email": f"{role}@example.com", "role": role}).status_code
        for role in ("viewer", "organizer", "admin", "owner")
    }
    assert [role for role, status in answers.items() if status == 201] == may
    assert set(answers.values()) <= {201, 403}


def test_nobody_makes_a_new_link_to_more_than_they_may_invite_to(
    school: Organization, owner: User
) -> None:
    link_to_role(school, role=Role.ADMIN, by=owner)
    row = Invitation.objects.get()
    pages = browser(make_member(school, Role.ORGANIZER))
    for what in ("again", "withdraw"):
        path = f"{invitations_page(school)}{row.pk}/{what}/"
        assert pages.post(path).status_code == 403


# --- Mail -----------------------------------------------------------------------------


def test_the_mail_is_in_the_language_of_its_reader(school: Organization) -> None:
    school.language = "ar"
    school.save()
    owner = make_member(school, Role.OWNER)
    link_to_role(school, by=owner)
    link_to_place(make_person(school, language="en", name="Yusuf"), by=owner)
    outbox: list[Any] = mail.outbox
    html = [sent.alternatives[0][0] for sent in outbox]
    assert ['dir="rtl"' in str(text) for text in html] == [True, False]
    assert "that is you, or a child of yours" in mail.outbox[1].body


def test_without_a_mail_server_the_link_is_shown_and_the_state_says_so(
    school: Organization, owner: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # Nobody listens there.
    sent = {"username": "amina@example.com", "role": "viewer"}
    page: Any = browser(owner).post(f"/organizations/{school.pk}/members/", sent)
    assert page.status_code == 200
    assert "Not every mail could be sent." in page.content.decode()
    assert Client().get(link_in(page.content.decode())).status_code == 200
    listed = browser(owner).get(invitations_page(school)).content.decode()
    assert "not sent" in listed


def test_one_address_that_is_refused_stops_no_other(
    school: Organization, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(school)
    for number in range(3):
        make_participant(event, email=f"p{number}@example.com")
    outbox_send = mail.EmailMessage.send

    def refusing(self: Any, *args: Any) -> int:
        if self.to == ["p1@example.com"]:
            raise smtplib.SMTPRecipientsRefused({"p1@example.com": (550, b"unknown")})
        return outbox_send(self, *args)

    monkeypatch.setattr(mail.EmailMessage, "send", refusing)
    browser(owner).post(f"/events/{event.pk}/people/invite/", {"all": "1"})
    rows = Invitation.objects.order_by("email")
    assert [row.mail_failed for row in rows] == [False, True, False]


def test_nobody_is_flooded_with_mails(school: Organization, owner: User) -> None:
    for _ in range(12):
        link_to_role(school, by=owner)
    assert len(mail.outbox) == 10
    assert Invitation.objects.first().mail_failed  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_are_one(school: Organization) -> None:
    link = link_to_role(school)
    clients = [browser(make_user()) for _ in range(2)]
    answers = at_once([partial(each.post, link, ACCEPT) for each in clients])
    assert sorted(answer.status_code for answer in answers) == [302, 404]
    assert Membership.objects.filter(role=Role.VIEWER).count() == 1
