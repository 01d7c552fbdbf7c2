"""Starting an account from a mail that asks whether somebody attended."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from events.invitations.answering import invitations_of
from events.models import Invitation, Person, User
from tests.attendance.pages import text
from tests.events.accounts.ways_in import (
    PASSWORD,
    last_mail,
    link_in,
    make_account,
    who,
)
from tests.events.invitations.browsers import browser, link_to_place
from tests.factories import change_person, make_client, make_member, make_user
from tests.notifications.prompts.asked import Asked, ask

pytestmark = pytest.mark.django_db

START = {"do": "account"}
ADDRESS = "amal@example.com"
NEW = {"name": "Amal Haddad", "email": ADDRESS, "password1": PASSWORD}


@pytest.fixture
def asked() -> Asked:
    return ask()


def start(asked: Asked, client: Client) -> str:
    """Press the button; return where it leads."""
    answer = client.post(asked.path, START)
    assert answer.status_code == 302
    return str(answer["Location"])


def signed_up(asked: Asked, client: Client, **changed: str) -> User:
    """Press the button, and make an account; nothing is confirmed yet."""
    client.post(start(asked, client), {"do": "sign_up"})
    mail.outbox.clear()
    client.post("/sign-up/", NEW | changed)
    return User.objects.get()


def account_of(asked: Asked) -> User | None:
    return Person.objects.get(pk=asked.place.person_id).user


def test_the_button_leads_to_an_invitation_to_their_place(asked: Asked) -> None:
    client = Client(enforce_csrf_checks=True)
    assert 'value="account"' in client.get(asked.path).content.decode()
    link = start(asked, client)
    assert link.startswith("/i/")
    page = client.get(link).content.decode()
    assert "Make an account" in page
    invitation = Invitation.objects.get()
    assert (invitation.person, invitation.invited_by) == (asked.place.person, None)


def test_the_account_has_the_place_once_a_mail_of_its_own_was_answered(
    asked: Asked,
) -> None:
    client = Client()
    user = signed_up(asked, client)
    assert user.email_verified_at is None
    assert last_mail().to == [ADDRESS]
    assert account_of(asked) is None
    assert not invitations_of(user).exists()
    answer = client.post(link_in(last_mail()), {"password": PASSWORD}, follow=True)
    assert who(client) == user.username
    assert account_of(asked) == user
    assert "You belong to" in text(answer.content.decode())


def test_until_then_pages_ask_to_confirm_the_address_and_have_no_button(
    asked: Asked,
) -> None:
    client = Client()
    signed_up(asked, client)
    for path in ("/i/", "/", "/me/", "/account/invitations/"):
        page = client.get(path).content.decode()
        assert "Confirm the address first" in text(page)
        assert f'name="email" value="{ADDRESS}"' in page
        assert 'value="accept"' not in page
    mail.outbox.clear()
    client.post("/account/email/", {"email": ADDRESS})
    client.post(link_in(last_mail()))
    for path in ("/", "/me/"):
        assert "Confirm the address first" not in client.get(path).content.decode()


def test_an_account_that_was_there_is_led_to_the_place_by_confirming(
    asked: Asked,
) -> None:
    client = Client()
    user = make_account(confirmed=False)
    client.force_login(user)
    client.post("/account/password/again/", {"password": PASSWORD})
    mail.outbox.clear()
    client.post("/account/email/", {"email": ADDRESS})
    answer = client.post(link_in(last_mail()))
    assert answer.headers["Location"] == "/account/invitations/"
    for path in ("/", "/me/"):
        assert "You have 1 invitation" in text(client.get(path).content.decode())


def test_nor_by_its_link_before_that(asked: Asked) -> None:
    """The mail may have been forwarded to whoever presses the button."""
    client = Client()
    link = start(asked, client)
    for stranger in (
        make_user(email="eve@example.com", email_verified_at=timezone.now()),
        make_user(email=ADDRESS),
    ):
        theirs = browser(stranger)
        page = text(theirs.get(link).content.decode())
        answer = theirs.post(link, {"do": "accept"}, follow=True)
        assert "First confirm the address" in text(answer.content.decode())
        assert account_of(asked) is None
    assert "with this account all the same" not in page


def test_whoever_has_confirmed_it_accepts_by_the_link(asked: Asked) -> None:
    link = start(asked, Client())
    user = make_user(email=ADDRESS, email_verified_at=timezone.now())
    browser(user).post(link, {"do": "accept"})
    assert account_of(asked) == user


def test_who_confirms_only_when_the_link_is_over_is_offered_the_place(
    asked: Asked,
) -> None:
    client = Client()
    signed_up(asked, client)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client.post(link_in(last_mail()), {"password": PASSWORD})
    [offered] = invitations_of(User.objects.get())
    assert offered.expires_at is None


def test_organizers_see_nothing_of_it_and_their_own_invitations_stay(
    asked: Asked,
) -> None:
    organizer = make_member(asked.place.event.organization)
    link = link_to_place(asked.place.person, by=organizer)
    path = f"/organizations/{asked.place.event.organization_id}/invitations/"
    before = make_client(organizer).get(path).content.decode()
    for _time in range(3):
        start(asked, Client())
    assert text(make_client(organizer).get(path).content.decode()) == text(before)
    assert Client().get(link).status_code == 200
    assert Invitation.objects.count() == 2


def test_who_has_an_account_is_asked_to_sign_in_and_not_told_which(
    asked: Asked,
) -> None:
    change_person(asked.place, user=make_account("nightingale"))
    page = Client().get(asked.path).content.decode()
    assert 'value="account"' not in page
    assert "sign in" in page
    assert "nightingale" not in page
    answer: Any = Client().post(asked.path, START)
    assert answer.status_code == 409
    assert "nightingale" not in answer.content.decode()
    assert not Invitation.objects.exists()


def test_a_forwarded_mail_makes_one_account_with_the_persons_address_alone(
    asked: Asked,
) -> None:
    """``SIGN_UP`` is ``invited``, and whoever presses the button chose nobody."""
    for number in range(3):
        client = Client()
        answer = client.post(asked.path, START)
        assert answer.status_code == (302 if number == 0 else 409)
        if number == 0:
            client.post(answer["Location"], {"do": "sign_up"})
        theirs = {**NEW, "email": f"eve{number}@example.com"}
        client.post("/sign-up/?email=eve@example.com", theirs)
    assert list(User.objects.values_list("email", flat=True)) == [ADDRESS]
    assert {tuple(each.to) for each in mail.outbox} <= {(ADDRESS,)}
