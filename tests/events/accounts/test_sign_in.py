"""Signing in: by which names, how often, and what it tells of accounts."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.accounts import limits
from events.accounts.attempts import key_of
from events.models import SignInTries, User
from tests.events.accounts.ways_in import (
    OTHER,
    PASSWORD,
    browser_of,
    counted_hashes,
    last_mail,
    link_in,
    make_account,
    sign_in,
    signs_in_as,
    who,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db
CONFIRM_FIRST = "Confirm your address first: a new mail is on its way."


# --- By which names -------------------------------------------------------------------


@pytest.mark.parametrize("login", ["Zoë", "zoe", "ZOE", " zo\u200be ", "Zoe@x.example"])
def test_one_signs_in_by_name_or_address_in_any_case(login: str) -> None:
    make_account("Zoë", email="zoe@X.example")
    assert signs_in_as(login) == "Zoë"


def test_an_address_that_is_not_confirmed_is_no_way_in() -> None:
    user = make_account(confirmed=False)
    assert signs_in_as(user.email) == ""
    assert signs_in_as(user.username) == user.username


def test_whoever_knows_the_password_is_told_to_confirm_and_gets_the_mail() -> None:
    make_account(email="noor@x.example", confirmed=False)
    user = make_account(email="noor@x.example", confirmed=False)
    assert CONFIRM_FIRST not in sign_in(user.email, "wrong").content.decode()
    asked = {"username": user.email, "password": PASSWORD}
    refused: Any = Client().post("/api/auth/token", asked, "application/json")
    assert refused.json()["type"].endswith(":wrong_password")
    assert mail.outbox == []
    client = Client()
    answer = sign_in("NOOR@x.example", client=client)
    assert CONFIRM_FIRST in answer.content.decode()
    assert who(client) == ""
    assert last_mail().to == ["noor@x.example"]
    assert user.username in last_mail().body
    client.post(link_in(last_mail()), {"password": PASSWORD})
    assert signs_in_as(user.email) == user.username


def test_the_mails_that_a_sign_in_sends_are_limited() -> None:
    user = make_account(confirmed=False)
    for _ in range(10):
        Client().post("/account/password/forgotten/", {"email": user.email})
    assert sign_in(user.email).status_code == 429
    assert len(mail.outbox) == 10


def test_the_password_of_an_address_proves_nothing_for_whom_it_names() -> None:
    named = make_account("zoe@x.example")
    named.set_password(OTHER)
    named.save()
    make_account(email=named.username, confirmed=False)
    client = browser_of(named)
    answer: Any = client.post("/account/password/again/", {"password": PASSWORD})
    assert answer.status_code == 200
    assert mail.outbox == []


def test_an_address_that_only_looks_alike_is_no_way_in() -> None:
    make_account("zoe", email="student7@x.example")
    assert signs_in_as("\u017ftudent7@x.example") == ""


def test_a_name_that_is_somebodys_address_keeps_nobody_out() -> None:
    owner = make_account(email="zoe@x.example")
    named = make_account("zoe@x.example")
    named.set_password(OTHER)
    named.save()
    assert signs_in_as("zoe@x.example") == owner.username
    assert signs_in_as("zoe@x.example", OTHER) == named.username


def test_no_two_accounts_have_names_that_are_equal_when_folded() -> None:
    make_user("Zoë")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user("zoe")
    with pytest.raises(ValidationError, match="has this name"):
        User(username="ZOE", password="!").full_clean()
    user = make_user("ana")
    user.username = "zo\u0065"
    with pytest.raises(ValidationError):
        user.full_clean()


def test_a_command_says_that_a_name_is_taken(capsys: Any) -> None:
    make_user("Zoë")
    with pytest.raises(Exception, match="already taken"):
        call_command("createsuperuser", interactive=False, username="zoe", email="")


def test_accounts_that_collided_before_sign_in_as_they_are_written() -> None:
    older = make_account("zoe", email="student7@x.example")
    younger = _collided("Zoë", "\u017ftudent7@x.example")
    assert signs_in_as("ZOE") == older.username
    assert signs_in_as("STUDENT7@x.example") == older.username
    assert signs_in_as("Zoë", OTHER) == younger.username
    assert signs_in_as("\u017ftudent7@x.example", OTHER) == younger.username
    assert signs_in_as("ZOË", OTHER) == ""
    younger.refresh_from_db()
    younger.first_name = "Zoë"
    younger.full_clean()
    younger.save()


def _collided(username: str, email: str) -> User:
    """An account from before the columns, as the migration leaves it."""
    user = make_account()
    User.objects.filter(pk=user.pk).update(
        username=username, email=email, folded_username=None, folded_email=None
    )
    user.refresh_from_db()
    user.set_password(OTHER)
    user.save()
    return user


# --- What it tells --------------------------------------------------------------------


def test_known_and_unknown_names_get_the_same_answer_after_the_same_work() -> None:
    known = make_account()
    asleep = make_account(is_active=False)
    without = make_user(email_verified_at=timezone.now(), password="!")
    named = make_account("zoe@x.example")
    make_account(email=named.username)
    names = [known.username, asleep.username, without.username, "nobody"]
    unsure = make_account(confirmed=False)
    addresses = [known.email, without.email, named.username, "nobody@x.example"]
    addresses.append(unsure.email)
    answers, work = [], []
    for login in names + addresses:
        with counted_hashes() as count, CaptureQueriesContext(connection) as queries:
            answer = sign_in(login, "wrong")
            work.append((count(), len(queries)))
        text = answer.content.decode().replace(login, "")
        answers.append((answer.status_code, _without_tokens(text), [*answer.cookies]))
    assert all(answer == answers[0] for answer in answers)
    [of_name], [of_address] = set(work[: len(names)]), set(work[len(names) :])
    assert (of_name[0], of_address[0]) == (1, 3)
    assert of_name[1] + 1 == of_address[1]


def _without_tokens(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "csrf" not in line)


def test_an_account_that_was_closed_is_told_nothing_of_either() -> None:
    user = make_account(is_active=False)
    assert "User name or password is wrong." in sign_in(user.username).content.decode()


# --- How often ------------------------------------------------------------------------


def fill(kind: str, what: str, tries: int) -> None:
    """As if so many tries had been counted there a moment ago."""
    key = key_of("sign in", kind, *([what] if what else []))
    SignInTries.objects.update_or_create(
        key=key,
        defaults={"tries": tries, "since": timezone.now() - timedelta(seconds=1)},
    )


@pytest.mark.parametrize(
    ("kind", "what", "address"),
    [
        ("network", "10.0.0.7", "10.0.0.7"),
        ("network", "2001:db8::", "2001:db8::17"),
        ("all", "", "10.0.0.8"),
    ],
)
def test_wider_limits_stop_whoever_tries_many_names(
    kind: str, what: str, address: str
) -> None:
    user = make_account()
    most = limits.PER_NETWORK if kind == "network" else limits.PER_INSTALLATION
    fill(kind, what, most - 1)
    assert sign_in("nobody", REMOTE_ADDR=address).status_code == 200
    answer = sign_in(user.username, REMOTE_ADDR=address)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60


def test_a_browser_that_signed_in_before_is_held_up_by_no_wider_limit() -> None:
    user, client = make_account(), Client()
    sign_in(user.username, client=client)
    client.post("/sign-out/")
    fill("all", "", limits.PER_INSTALLATION + 1)
    assert sign_in(user.username).status_code == 429
    assert sign_in(user.username, client=client)["Location"] == "/"
    assert who(client) == user.username
    client.post("/sign-out/")
    assert sign_in(make_account().username, client=client).status_code == 429
    codes = [sign_in(user.username, "wrong", client).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]


def test_a_forged_cookie_makes_no_browser_known() -> None:
    user, client = make_account(), Client()
    client.cookies[settings.KNOWN_BROWSER_COOKIE_NAME] = f"[{user.pk}]:x:y"
    fill("all", "", limits.PER_INSTALLATION + 1)
    assert sign_in(user.username, client=client).status_code == 429


def test_a_right_password_is_no_try() -> None:
    user = make_account()
    for _ in range(3):
        assert sign_in(user.username)["Location"] == "/"
    assert not SignInTries.objects.exists()


def test_the_page_leads_to_the_same_limit_as_rest() -> None:
    user = make_account()
    for number in range(10):
        if number % 2:
            sign_in(user.username, "wrong")
        else:
            wrong = {"username": user.username, "password": "wrong"}
            Client().post("/api/auth/token", wrong, "application/json")
    assert sign_in(user.username).status_code == 429


def test_tries_are_over_after_a_minute() -> None:
    user = make_account()
    for _ in range(11):
        sign_in(user.username, "wrong")
    SignInTries.objects.update(since=timezone.now() - timedelta(minutes=3))
    assert sign_in(user.username, PASSWORD)["Location"] == "/"
