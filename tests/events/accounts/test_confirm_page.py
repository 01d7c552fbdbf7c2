"""The link of a mail confirms an address for whoever has the account, and no other."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from events.models import User
from tests.events.accounts.ways_in import (
    PASSWORD,
    browser_of,
    counted_hashes,
    last_mail,
    link_in,
    make_account,
    signs_in_as,
    who,
)
from tests.factories import make_client, make_user

pytestmark = pytest.mark.django_db
VICTIMS = "victim@x.example"


def asked_by(user: User, email: str = VICTIMS) -> str:
    """The link of the mail that an account causes by giving an address."""
    make_client(user).patch("/api/me", {"email": email})
    assert last_mail().to == [email]
    return link_in(last_mail())


def test_nobody_confirms_their_address_for_a_strangers_account() -> None:
    stranger = make_account("stranger")
    link = asked_by(stranger)
    for reader in (Client(), browser_of(make_account("victim"))):
        before = who(reader)
        page = reader.get(link).content.decode().replace("<wbr>", "")
        assert "stranger" in page
        assert VICTIMS in page
        assert "close this page" in page
        for sent in ({}, {"password": "wrong"}):
            assert reader.post(link, sent).status_code == 200
        assert who(reader) == before
    assert signs_in_as(VICTIMS) == ""
    stranger.refresh_from_db()
    assert stranger.email != VICTIMS


def test_whoever_is_signed_in_to_that_account_presses_the_button() -> None:
    user = make_account("user")
    link, client = asked_by(user), browser_of(user)
    page = client.get(link).content.decode()
    assert "user" in page
    assert 'name="password"' not in page
    assert client.post(link)["Location"] == "/account/"
    assert signs_in_as(VICTIMS) == "user"


def test_signed_in_to_another_account_one_gives_the_password_and_stays() -> None:
    user = make_account("user")
    link, client = asked_by(user), browser_of(make_account("another"))
    assert "another" in client.get(link).content.decode()
    assert client.post(link, {"password": PASSWORD})["Location"] == "/"
    assert who(client) == "another"
    assert signs_in_as(VICTIMS) == "user"


def test_the_password_cannot_be_guessed_and_costs_what_it_does_elsewhere() -> None:
    link, client = asked_by(make_account()), Client()
    with counted_hashes() as count:
        codes = [
            client.post(link, {"password": "wrong"}).status_code for _time in range(11)
        ]
    assert codes == [200] * 10 + [429]
    assert count() == 10
    answer = client.post(link, {"password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert signs_in_as(VICTIMS) == ""


def test_an_account_without_a_password_is_signed_in_to_first() -> None:
    user = make_user(email_verified_at=timezone.now(), password="!")
    link, reader = asked_by(user), Client()
    pages: list[Any] = [reader.get(link), reader.post(link, {"password": "!"})]
    for page in pages:
        assert "Sign in to that account first" in page.content.decode()
        assert 'name="password"' not in page.content.decode()
    user.refresh_from_db()
    assert user.email != VICTIMS
    browser_of(user).post(link)
    user.refresh_from_db()
    assert user.email == VICTIMS
