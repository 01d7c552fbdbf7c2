"""What a changed password ends, sessions and tokens, and the first password."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils.html import strip_tags
from knox.models import AuthToken
from rest_framework.test import APIClient

from events.accounts import hashing
from events.accounts.authentication import is_signed_in, issue_token
from events.models import SignInTries, User
from tests.events.accounts.ways_in import (
    OTHER,
    PASSWORD,
    last_mail,
    link_in,
    make_account,
    sign_in,
    signs_in_as,
    who,
)
from tests.factories import make_membership, make_organization, make_person

pytestmark = pytest.mark.django_db
SESSIONS = "/account/sessions/"
ELSEWHERE: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.7"}
CHANGE = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}


def signed_in(user: User, **extra: Any) -> Client:
    client = Client(**extra)
    sign_in(user.username, client=client)
    return client


def opens(token: str) -> bool:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return bool(client.get("/api/me").status_code == 200)


# --- What a new password ends ---------------------------------------------------------


def by_page(user: User) -> None:
    client = signed_in(user)
    assert client.post("/account/password/", CHANGE)["Location"] == "/account/"
    assert who(client) == user.username


def by_service(user: User) -> None:
    user.set_password(OTHER)
    user.save()


@pytest.mark.parametrize("change", [by_page, by_service])
def test_a_new_password_ends_all_other_sessions_and_all_tokens(change: Any) -> None:
    user, other = make_account(), make_account()
    browser, strangers = signed_in(user), signed_in(other)
    tokens = [
        issue_token(user=owner, lifetime=lifetime)[0]
        for owner in (user, other)
        for lifetime in (None, timedelta(days=90))
    ]
    change(user)
    assert (who(browser), who(strangers)) == ("", other.username)
    assert [opens(token) for token in tokens] == [False, False, True, True]
    assert signs_in_as(user.username, OTHER) == user.username


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_confirmed_address_is_told_of_a_new_password(confirmed: bool) -> None:
    user = make_account(confirmed=confirmed)
    by_page(user)
    told = [(message.to, message.subject) for message in mail.outbox]
    assert told == [([user.email], "Your account has a new password")] * confirmed


def test_so_it_is_of_a_password_that_was_forgotten() -> None:
    user, client = make_account(), Client()
    client.post("/account/password/forgotten/", {"email": user.email})
    form = client.get(link_in(last_mail()))["Location"]
    client.post(form, {"password1": OTHER, "password2": OTHER})
    assert last_mail().subject == "Your account has a new password"
    assert last_mail().to == [user.email]


def test_a_password_is_saved_though_the_mail_that_tells_of_it_is_not_sent(
    settings: Any,
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client = signed_in(make_account())
    page: Any = client.post("/account/password/", CHANGE, follow=True)
    assert "The new password is saved." in page.content.decode()
    assert "could not be sent" not in page.content.decode()


def test_the_present_password_is_needed_and_cannot_be_guessed() -> None:
    client = signed_in(make_account())
    wrong = CHANGE | {"oldpassword": "wrong"}
    codes = [client.post("/account/password/", wrong).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    assert client.post("/account/password/", CHANGE).status_code == 429


# --- Sessions and tokens --------------------------------------------------------------


def test_sessions_and_tokens_are_listed_and_ended_one_by_one() -> None:
    user = make_account()
    here = signed_in(user, HTTP_USER_AGENT="Laptop")
    there = signed_in(user, HTTP_USER_AGENT="Phone", REMOTE_ADDR="192.0.2.9")
    stays, goes = (issue_token(user=user, lifetime=None)[0] for _ in range(2))
    page = here.get("/account/sessions/").content.decode()
    for text in ("Laptop", "Phone", "192.0.2.9", stays[:8], goes[:8]):
        assert text in page
    assert stays not in page
    row = AuthToken.objects.get(token_key=goes[:15])
    here.post("/account/sessions/", {"end": f"token-{row.digest[:32]}"})
    assert (opens(stays), opens(goes)) == (True, False)
    session = user.usersession_set.get(user_agent="Phone")  # type: ignore[attr-defined]
    here.post("/account/sessions/", {"end": f"session-{session.pk}"})
    assert (who(here), who(there)) == (user.username, "")
    assert "Phone" not in here.get("/account/sessions/").content.decode()


def test_times_are_on_the_clocks_of_the_account_else_of_its_organization() -> None:
    user = make_account()
    client = signed_in(user)
    assert '(<bdi dir="ltr">UTC</bdi>)' in client.get(SESSIONS).content.decode()
    make_person(make_organization(time_zone="Asia/Riyadh"), user=user)
    assert "Asia/Riyadh" in client.get(SESSIONS).content.decode()
    make_membership(make_organization(time_zone="Europe/Lisbon"), user)
    assert "Europe/Lisbon" in client.get(SESSIONS).content.decode()
    User.objects.update(time_zone="America/Lima")
    assert "America/Lima" in client.get(SESSIONS).content.decode()


def test_each_button_says_which_session_or_token_it_ends() -> None:
    user = make_account()
    here = signed_in(user, HTTP_USER_AGENT="Laptop")
    signed_in(user, HTTP_USER_AGENT="Phone")
    tokens = [issue_token(user=user, lifetime=None)[0] for _ in range(2)]
    page = here.get("/account/sessions/").content.decode()
    buttons = re.findall(r'<button[^>]* name="end"[^>]*>(.*?)</button>', page, re.S)
    names = [" ".join(strip_tags(button).split()) for button in buttons]
    assert names[0].startswith("End Phone · since ")
    shown = {f"End {token[:8]}…" for token in tokens}
    assert {name.partition(" · ")[0] for name in names[1:]} == shown


def test_nobody_ends_what_others_have() -> None:
    user, other = make_account(), make_account()
    browser = signed_in(other)
    token, _ends = issue_token(user=other, lifetime=None)
    session = other.usersession_set.get()  # type: ignore[attr-defined]
    digest = AuthToken.objects.get().digest
    client = signed_in(user)
    keys = (f"session-{session.pk}", f"token-{digest[:32]}", "token-", "session-x", "")
    for key in keys:
        client.post("/account/sessions/", {"end": key})
    assert opens(token)
    assert who(browser) == other.username


# --- The first password ---------------------------------------------------------------


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "admin")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "admin@x.example")
    call_command("ensure_superuser")
    return User.objects.get()


def test_on_this_machine_the_first_password_is_enough(admin: User) -> None:
    client = signed_in(admin)
    assert client.get("/events/").status_code == 200
    token = {"username": "admin", "password": PASSWORD}
    assert APIClient().post("/api/auth/token", token).status_code == 200


@pytest.mark.parametrize(
    "extra", [ELSEWHERE, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}], ids=["net", "proxy"]
)
def test_from_elsewhere_it_is_changed_before_anything_else(
    extra: dict[str, Any], admin: User
) -> None:
    client = signed_in(admin, **extra)
    for path in ("/", "/events/", "/admin/", "/account/"):
        assert client.get(path)["Location"] == "/account/password/"
    refused: Any = client.get("/api/me")
    assert refused.status_code == 403
    assert refused.json()["type"].endswith(":change_password_first")
    asked = {"username": "admin", "password": PASSWORD}
    answer = APIClient().post("/api/auth/token", asked, **extra)
    assert answer.status_code == 403
    assert answer.json() == refused.json()
    assert client.get("/account/password/").status_code == 200
    client.post("/account/password/", CHANGE)
    assert client.get("/events/").status_code == 200
    assert not User.objects.get().must_change_password


def test_so_it_is_with_a_token_that_was_made_on_that_machine(admin: User) -> None:
    asked = {"username": "admin", "password": PASSWORD}
    token = APIClient().post("/api/auth/token", asked).json()["token"]
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert client.get("/api/me").status_code == 200
    for method in (client.get, client.patch):
        refused = method("/api/me", {"name": "Ana"}, **ELSEWHERE)
        assert refused.status_code == 403
        assert refused.json()["type"].endswith(":change_password_first")
    assert client.delete("/api/auth/token", **ELSEWHERE).status_code == 403
    assert is_signed_in(cookies="", authorization=f"Bearer {token}")
    User.objects.update(must_change_password=False)
    assert client.get("/api/me", **ELSEWHERE).status_code == 200


# --- Hashing --------------------------------------------------------------------------


@contextmanager
def as_many_as_possible(*, known: bool = False) -> Iterator[None]:
    """All places of those who hash or wait are taken."""
    lane = hashing.KNOWN if known else hashing.STRANGERS
    with ExitStack() as taken:
        for _ in range(lane.places):
            taken.enter_context(hashing.room_to_hash(is_known=known))
        yield


def test_few_passwords_are_hashed_at_once_and_few_wait() -> None:
    user = make_account()
    with as_many_as_possible():
        answer = sign_in(user.username)
        assert answer.status_code == 429
        assert answer["Retry-After"] == str(hashing.SECONDS_TO_COME_BACK)
    assert sign_in(user.username)["Location"] == "/"


def test_strangers_do_not_keep_out_browsers_that_signed_in_before() -> None:
    user, other = make_account(), make_account()
    client = signed_in(user)
    client.post("/sign-out/")
    with as_many_as_possible(), hashing_strangers():
        assert sign_in(other.username, client=client).status_code == 429
        assert sign_in(user.username, client=client)["Location"] == "/"
        assert client.post("/account/password/", CHANGE).status_code == 302
        with as_many_as_possible(known=True):
            assert sign_in(user.username, OTHER, client).status_code == 302
            client.post("/sign-out/")
            assert sign_in(user.username, OTHER, client).status_code == 429


@contextmanager
def hashing_strangers() -> Iterator[None]:
    """As many passwords of strangers as possible are being hashed."""
    with ExitStack() as taken:
        while hashing.STRANGERS.hashing.acquire(blocking=False):
            taken.callback(hashing.STRANGERS.hashing.release)
        yield


def test_whoever_is_asked_to_come_back_has_not_tried(settings: Any) -> None:
    settings.SIGN_UP = "OPEN"
    user = make_account()
    client = signed_in(user)
    new = {"name": "Noor", "email": "noor@x.example", "password1": PASSWORD}
    with as_many_as_possible(), as_many_as_possible(known=True):
        for _ in range(12):
            assert sign_in(user.username).status_code == 429
            assert Client().post("/sign-up/", new).status_code == 429
            assert client.post("/account/password/", CHANGE).status_code == 429
    assert not SignInTries.objects.exists()
    assert sign_in(user.username)["Location"] == "/"
    assert Client().post("/sign-up/", new).status_code == 302
    assert client.post("/account/password/", CHANGE).status_code == 302


def test_the_hasher_hashes_as_django_does_and_one_after_the_other() -> None:
    hasher = hashing.BoundedHasher()
    encoded = hasher.encode(PASSWORD, "salt", 1)
    assert encoded.startswith("pbkdf2_sha256$1$salt$")
    assert hasher.verify(PASSWORD, encoded)
    done: list[str] = []

    def hash_one(*, known: bool) -> None:
        with hashing.room_to_hash(is_known=known):
            done.append(hasher.encode(PASSWORD, "salt", 1))

    stranger, known = (
        Thread(target=hash_one, kwargs={"known": known}) for known in (False, True)
    )
    with hashing_strangers():
        stranger.start()
        stranger.join(0.2)
        assert done == []
        known.start()
        known.join(10)
        assert done == [encoded]
    stranger.join(10)
    assert done == [encoded, encoded]
