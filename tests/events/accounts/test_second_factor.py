"""The second factor: on pages and over REST, each code once, and not by guessing."""

from datetime import timedelta
from time import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from events.accounts import limits
from events.models import SignInTries, User
from tests.events.accounts.ways_in import (
    PASSWORD,
    browser_of,
    last_mail,
    make_account,
    sign_in,
    who,
)

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODE_PAGE = "/sign-in/code/"


def code_now(secret: str = SECRET) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time()) // 30)))


def wrong_code() -> str:
    return "000000" if code_now() != "000000" else "111111"


def with_factor() -> User:
    user = make_account()
    TOTP.activate(user, SECRET)
    return user


@pytest.fixture
def user() -> User:
    return with_factor()


def half_way(user: User, path: str = "/sign-in/") -> Client:
    """A browser that gave the password, and nothing else yet."""
    client = Client()
    answer = client.post(path, {"login": user.username, "password": PASSWORD})
    assert answer["Location"] == CODE_PAGE
    return client


def token(user: User, **sent: str) -> Any:
    body = {"username": user.username, "password": PASSWORD} | sent
    return APIClient().post("/api/auth/token", body)


def code_of(answer: Any) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


# --- Pages ----------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(user: User) -> None:
    client = half_way(user)
    assert who(client) == ""
    assert client.get("/admin/").status_code == 302
    client.post(CODE_PAGE, {"code": wrong_code()})
    assert who(client) == ""
    client.post(CODE_PAGE, {"code": code_now()})
    assert who(client) == user.username


def test_a_code_is_right_once_whichever_process_is_asked(user: User) -> None:
    code = code_now()
    half_way(user).post(CODE_PAGE, {"code": code})
    # As in another process, which remembers nothing.
    cache.clear()
    client = half_way(user)
    client.post(CODE_PAGE, {"code": code})
    assert who(client) == ""
    cache.clear()
    assert code_of(token(user, otp=code)) == "wrong_otp"


def test_codes_cannot_be_guessed(user: User) -> None:
    client = half_way(user)
    wrong = {"code": wrong_code()}
    codes = [client.post(CODE_PAGE, wrong).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    client.post(CODE_PAGE, {"code": code_now()})
    assert who(client) == ""


def wrong_from(address: str, user: User, client: Client | None = None) -> int:
    client = client or half_way(user)
    wrong = {"code": wrong_code()}
    return client.post(CODE_PAGE, wrong, REMOTE_ADDR=address).status_code


def test_nor_from_many_addresses(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CODES_PER_ACCOUNT", 12)
    known = half_way(user)
    known.post(CODE_PAGE, {"code": code_now()})
    SignInTries.objects.all().delete()
    cache.clear()
    known.post("/sign-out/")
    codes = [wrong_from(f"192.0.2.{number}", user) for number in range(13)]
    assert codes == [200] * 12 + [429]
    SignInTries.objects.update(since=timezone.now() - timedelta(minutes=59))
    assert token(user, otp=wrong_code()).status_code == 429, "for an hour"
    assert wrong_from("192.0.2.99", with_factor()) == 200, "of another account"
    known.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    assert wrong_from("192.0.2.1", user, known) == 200, "signed in there before"
    SignInTries.objects.update(since=timezone.now() - timedelta(minutes=61))
    assert wrong_from("192.0.2.98", user) == 200


def test_right_codes_count_for_nothing(user: User) -> None:
    half_way(user).post(CODE_PAGE, {"code": code_now()})
    # What is left: that this code was used.
    assert SignInTries.objects.count() == 1


def test_a_recovery_code_opens_once(user: User) -> None:
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    client = half_way(user)
    client.post(CODE_PAGE, {"code": code})
    assert who(client) == user.username
    cache.clear()
    client = half_way(user)
    client.post(CODE_PAGE, {"code": code})
    assert who(client) == ""


def test_a_forgotten_password_does_not_replace_the_code(user: User) -> None:
    user.set_password("another long one")
    user.save()
    assert sign_in(user.username, "another long one")["Location"] == CODE_PAGE


def test_it_is_set_up_with_the_app_and_gives_recovery_codes() -> None:
    user, client = make_account(), Client()
    sign_in(user.username, client=client)
    page = "/account/second-factor/app/"
    again = client.get(page)["Location"]
    assert again.startswith("/account/password/again/?next=")
    client.post(again, {"password": PASSWORD})
    client.get(page)
    secret = client.session["mfa.totp.secret"]
    assert client.post(page, {"code": "000000"}).status_code == 200
    answer: Any = client.post(page, {"code": code_now(secret)})
    assert answer["Location"] == "/account/second-factor/codes/"
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes"))
    text = client.get(answer["Location"]).content.decode()
    file = client.get("/account/second-factor/codes/file/").content.decode()
    for code in codes.get_unused_codes():
        assert code in text
        assert code in file
    client.post("/account/second-factor/app/off/")
    assert not Authenticator.objects.exists()


def test_the_confirmed_address_is_told_when_codes_are_switched_off(user: User) -> None:
    client = browser_of(user, just_now=True)
    client.post("/account/second-factor/app/off/")
    assert not Authenticator.objects.exists()
    assert last_mail().to == [user.email]
    assert last_mail().subject == "Your account no longer asks for codes"


# --- REST -----------------------------------------------------------------------------


def test_rest_asks_for_the_code_only_after_the_right_password(user: User) -> None:
    answer = token(user)
    assert (answer.status_code, code_of(answer)) == (401, "otp_required")
    assert code_of(token(user, password="wrong")) == "wrong_password"
    assert code_of(token(user, otp=wrong_code())) == "wrong_otp"
    assert token(user, otp=code_now()).status_code == 200


def test_guesses_over_rest_and_on_pages_count_together(user: User) -> None:
    for _ in range(5):
        token(user, otp=wrong_code())
    client = half_way(user)
    for _ in range(5):
        client.post(CODE_PAGE, {"code": wrong_code()})
    answer = token(user, otp=code_now())
    assert (answer.status_code, code_of(answer)) == (429, "too_many_tries")


def test_an_account_without_it_needs_no_code() -> None:
    assert token(make_account(), otp="123456").status_code == 200
