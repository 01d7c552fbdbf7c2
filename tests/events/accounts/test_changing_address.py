"""Whoever stole a session or a token does not get the account by another address."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from events.models import User
from tests.events.accounts.ways_in import (
    OTHER,
    PASSWORD,
    browser_of,
    last_mail,
    link_in,
    make_account,
    sign_in,
    signs_in_as,
)
from tests.factories import make_client, make_user

pytestmark = pytest.mark.django_db
PAGE, AGAIN = "/account/email/", "/account/password/again/"
NEW = {"email": "new@x.example"}


def ask_over_rest(user: User, email: str = NEW["email"]) -> Any:
    return make_client(user).patch("/api/me", {"email": email})


# --- Pages ----------------------------------------------------------------------------


def test_a_page_asks_for_the_password_before_the_address_changes() -> None:
    user, client = make_account(), Client()
    sign_in(user.username, client=client)
    asked: Any = client.post(PAGE, NEW)
    assert asked["Location"] == f"{AGAIN}?next=%2Faccount%2Femail%2F"
    assert client.post(asked["Location"], {"password": "wrong"}).status_code == 200
    assert mail.outbox == []
    answer: Any = client.post(asked["Location"], {"password": PASSWORD})
    assert answer["Location"] == "/account/email/sent/"
    assert last_mail().to == [NEW["email"]]


def test_the_password_that_is_asked_for_cannot_be_guessed() -> None:
    client = browser_of(make_account())
    asked = client.post(PAGE, NEW)["Location"]
    wrong = {"password": "wrong"}
    codes = [client.post(asked, wrong).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    assert client.post(asked, {"password": PASSWORD}).status_code == 429
    assert mail.outbox == []


def test_an_account_without_a_password_is_asked_for_none() -> None:
    user = make_user(email_verified_at=timezone.now(), password="!")
    assert browser_of(user).post(PAGE, NEW)["Location"] == "/account/email/sent/"


# --- The notice -----------------------------------------------------------------------


def test_the_old_address_counts_until_then_and_is_told_at_once() -> None:
    user = make_account(email="old@x.example")
    answer = ask_over_rest(user).json()
    assert (answer["email"], answer["new_email"]) == ("old@x.example", NEW["email"])
    notice, question = mail.outbox
    assert (notice.to, question.to) == (["old@x.example"], [NEW["email"]])
    assert "change your password" in notice.body
    assert NEW["email"] not in str(notice.message())
    assert link_in(notice) == "/account/password/"
    assert signs_in_as("old@x.example") == user.username
    ask_over_rest(user)
    assert [message.to for message in mail.outbox[2:]] == [[NEW["email"]]], "once"


def test_the_notice_is_in_the_language_of_the_account() -> None:
    user = make_account(language="ar")
    ask_over_rest(user)
    notice: Any = mail.outbox[0]
    assert notice.to == [user.email]
    assert 'dir="rtl"' in notice.alternatives[0][0]


def test_nobody_is_told_whose_address_was_never_confirmed() -> None:
    user = make_account(email="old@x.example", confirmed=False)
    ask_over_rest(user)
    assert [message.to for message in mail.outbox] == [[NEW["email"]]]


def test_notices_do_not_flood_the_old_address() -> None:
    user = make_account(email="old@x.example")
    codes = [ask_over_rest(user, f"n{n}@x.example").status_code for n in range(11)]
    assert codes == [200] * 10 + [429]
    assert len([one for one in mail.outbox if one.to == ["old@x.example"]]) == 10


def test_a_confirmed_address_is_not_left_out() -> None:
    user = make_account(email="old@x.example")
    answer = ask_over_rest(user, "")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["email"]
    user.refresh_from_db()
    assert (user.email, bool(user.email_verified_at)) == ("old@x.example", True)
    unsure = make_account(confirmed=False)
    assert ask_over_rest(unsure, "").json()["email"] == ""


# --- A new password cancels it --------------------------------------------------------


def by_page(user: User) -> None:
    new = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    assert browser_of(user).post("/account/password/", new).status_code == 302


def by_mail(user: User) -> None:
    client = Client()
    client.post("/account/password/forgotten/", {"email": user.email})
    form = client.get(link_in(last_mail()))["Location"]
    client.post(form, {"password1": OTHER, "password2": OTHER})


def by_admin(user: User) -> None:
    root = browser_of(make_user(is_staff=True, is_superuser=True))
    new = {"password1": OTHER, "password2": OTHER, "usable_password": "true"}
    root.post(f"/admin/events/user/{user.pk}/password/", new)


@pytest.mark.parametrize("change", [by_page, by_mail, by_admin])
def test_a_new_password_cancels_a_change_and_voids_its_link(change: Any) -> None:
    user = make_account(email="old@x.example")
    ask_over_rest(user)
    link = link_in(last_mail())
    change(user)
    assert signs_in_as(user.username, OTHER) == user.username
    assert Client().post(link).status_code == 404
    user.refresh_from_db()
    assert (user.email, bool(user.email_verified_at)) == ("old@x.example", True)
    [row] = EmailAddress.objects.filter(user=user)
    assert (row.email, row.verified, row.primary) == ("old@x.example", True, True)


def test_so_does_it_with_an_address_that_never_was_confirmed() -> None:
    user = make_account(email="old@x.example", confirmed=False)
    ask_over_rest(user)
    link = link_in(last_mail())
    by_page(user)
    assert Client().post(link).status_code == 404
    user.refresh_from_db()
    client = browser_of(user)
    client.post(AGAIN, {"password": OTHER})
    client.post(PAGE, NEW)
    client.post(link_in(last_mail()))
    user.refresh_from_db()
    assert user.email_verified_at, "its owner can ask for another link"


def test_a_password_that_is_hashed_anew_cancels_nothing(settings: Any) -> None:
    user = make_account()
    ask_over_rest(user)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    assert signs_in_as(user.username) == user.username
    assert EmailAddress.objects.filter(user=user, verified=False).exists()
