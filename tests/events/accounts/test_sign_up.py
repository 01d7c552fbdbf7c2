"""Making an account, confirming an address, and getting back in without a password."""

from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.digests import digest_of
from events.accounts import limits
from events.accounts.attempts import key_of
from events.invitations.answering import offered_people
from events.models import SignInTries, User
from events.models.invitations import LIFETIME
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
from tests.factories import (
    make_client,
    make_invitation,
    make_member,
    make_organization,
    make_participant,
)

pytestmark = pytest.mark.django_db

SENT = "/account/email/sent/"
NEW = {"name": "Noor Aziz", "email": "noor@x.example", "password1": PASSWORD}


@pytest.fixture
def anybody(settings: Any) -> None:
    """Whoever comes may sign up."""
    settings.SIGN_UP = "OPEN"


def sign_up(client: Client | None = None, **changed: str) -> Any:
    return (client or Client()).post("/sign-up/", NEW | changed)


def invite(client: Client, email: str = "") -> None:
    """Open the link of an invitation in a browser, and choose to sign up."""
    organization = make_organization()
    make_invitation(
        organization,
        by=make_member(organization),
        email=email,
        token_digest=digest_of("token"),
        expires_at=timezone.now() + LIFETIME,
    )
    client.post("/i/token/", {"do": "sign_up"})


# --- Signing up -----------------------------------------------------------------------


def test_without_an_invitation_there_is_nothing_to_fill_in() -> None:
    assert "by invitation" in Client().get("/sign-up/").content.decode()
    assert "by invitation" in sign_up().content.decode()
    assert not User.objects.exists()
    assert "Make an account" not in Client().get("/sign-in/").content.decode()


@pytest.mark.usefixtures("anybody")
def test_whoever_signs_up_confirms_by_mail_first() -> None:
    client = Client()
    assert "Make an account" in client.get("/sign-in/").content.decode()
    assert sign_up(client)["Location"] == SENT
    assert who(client) == ""
    user = User.objects.get()
    assert (user.get_full_name(), user.email_verified_at) == ("Noor Aziz", None)
    assert signs_in_as(user.email) == ""
    path = link_in(last_mail())
    assert client.get(path).status_code == 200
    assert User.objects.get().email_verified_at is None, "opened by a mail scanner"
    client.post(path, {"password": PASSWORD})
    assert who(client) == user.username
    assert signs_in_as(user.email) == user.username
    assert EmailAddress.objects.get().verified


@pytest.mark.usefixtures("anybody")
def test_another_browser_confirms_but_is_not_signed_in() -> None:
    sign_up()
    client, path = Client(), link_in(last_mail())
    assert client.post(path, {"password": PASSWORD})["Location"] == "/"
    assert User.objects.get().email_verified_at
    assert who(client) == ""
    assert client.post(path).status_code == 404
    assert "over" in client.get(path).content.decode()


@pytest.mark.usefixtures("anybody")
def test_signing_up_tells_nobody_who_has_an_account() -> None:
    make_account(email="student7@x.example")
    answers, hashes = [], []
    for email in ("student7@x.example", "\u017ftudent7@x.example", "new@x.example"):
        client = Client()
        with counted_hashes() as count:
            answer = sign_up(client, email=email)
            hashes.append(count())
        after = client.get(SENT).content
        cookies = sorted(answer.cookies)
        answers.append((answer.status_code, answer["Location"], cookies, after))
    assert len({str(answer) for answer in answers}) == 1
    assert hashes == [1, 1, 1]
    exists, alike, new = mail.outbox
    assert "You have one" in exists.body
    assert "You have one" in alike.body
    assert "confirm it" in new.body
    assert [message.to for message in mail.outbox] == [
        ["student7@x.example"],
        ["\u017ftudent7@x.example"],
        ["new@x.example"],
    ]
    assert User.objects.count() == 2


@pytest.mark.usefixtures("anybody")
def test_an_address_that_nobody_confirmed_is_free() -> None:
    sign_up()
    sign_up()
    first, second = (link_in(message) for message in mail.outbox)
    Client().post(second, {"password": PASSWORD})
    Client().post(first, {"password": PASSWORD})
    verified = User.objects.exclude(email_verified_at=None)
    assert [user.email for user in verified] == ["noor@x.example"]


@pytest.mark.usefixtures("anybody")
def test_a_password_is_checked_before_anything_is_made() -> None:
    for password in ("short", "12345678910", "password"):
        assert sign_up(password1=password).status_code == 200
    assert not User.objects.exists()
    assert mail.outbox == []


@pytest.mark.usefixtures("anybody")
def test_mails_to_one_address_are_limited() -> None:
    codes = [sign_up().status_code for _ in range(11)]
    assert codes == [302] * 10 + [429]
    forgot = {"email": "noor@x.example"}
    answer = Client().post("/account/password/forgotten/", forgot)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


@pytest.mark.usefixtures("anybody")
def test_no_address_is_flooded_from_wherever() -> None:
    user, known = make_account(email="noor@x.example"), Client()
    sign_in(user.username, client=known)
    forgotten_page, mine = "/account/password/forgotten/", {"email": "Noor@x.example"}
    for number in range(6):
        computer = Client(REMOTE_ADDR=f"192.0.2.{number}")
        assert computer.post(forgotten_page, mine)["Location"].endswith("/sent/")
        assert sign_up(computer)["Location"] == SENT
    assert len(mail.outbox) == 10
    page: Any = known.post(forgotten_page, mine, follow=True)
    assert page.status_code == 200
    make_client(make_account(email="old@x.example")).patch("/api/me", mine)
    sign_up(email="other@x.example")
    receivers = [message.to for message in mail.outbox[10:]]
    assert receivers == [["old@x.example"], ["other@x.example"]]


@pytest.mark.usefixtures("anybody")
def test_strangers_do_not_use_up_the_notices_to_an_account() -> None:
    user = make_account(email="noor@x.example")
    for _time in range(10):
        sign_up(Client(REMOTE_ADDR="192.0.2.1"))
    make_client(user).patch("/api/me", {"email": "new@x.example"})
    assert [message.to for message in mail.outbox[10:]] == [
        ["noor@x.example"],
        ["new@x.example"],
    ]


def test_a_browser_that_signed_in_before_gets_its_mail_whatever_strangers_do(
    anybody: None,
) -> None:
    user, client = make_account(), Client()
    sign_in(user.username, client=client)
    key = key_of("mail", "all")
    tries = limits.PER_INSTALLATION
    SignInTries.objects.create(key=key, tries=tries, since=timezone.now())
    mine = {"email": user.email}
    forgotten_page = "/account/password/forgotten/"
    assert Client().post(forgotten_page, mine).status_code == 429
    assert sign_up(email=user.email).status_code == 429
    assert client.post(forgotten_page, {"email": "other@x.example"}).status_code == 429
    new = {"email": "new@x.example"}
    assert client.patch("/api/me", new, "application/json").status_code == 200
    client.post("/account/password/again/", {"password": PASSWORD})
    assert client.post("/account/email/", new).status_code == 302
    assert client.post(forgotten_page, mine).status_code == 302
    client.post("/sign-out/")
    assert sign_up(client, email=user.email)["Location"] == SENT


# --- By invitation --------------------------------------------------------------------


def test_the_invited_are_signed_in_at_once_and_confirm_later() -> None:
    client = Client()
    invite(client, "noor@x.example")
    assert "noor@x.example" in client.get("/sign-up/").content.decode()
    assert sign_up(client)["Location"] == "/"
    user = User.objects.get(email="noor@x.example")
    assert who(client) == user.username
    assert user.email_verified_at is None
    client.post(link_in(last_mail()))
    assert User.objects.exclude(email_verified_at=None).exists()
    client.post("/sign-out/")
    assert "by invitation" in client.get("/sign-up/").content.decode()


def test_the_invited_are_told_their_name_and_to_confirm_until_they_do() -> None:
    client = Client()
    invite(client)
    assert sign_up(client)["Location"] == "/"
    user = User.objects.get(email="noor@x.example")
    told = client.get("/").content.decode()
    assert f"Your user name is \u2068{user.username}\u2069." in told
    assert "A mail to \u2068noor@x.example\u2069 asks you to confirm" in told
    assert "waits to be confirmed" in client.get("/account/").content.decode()
    again = client.post("/account/email/", {"email": "noor@x.example"})
    assert again["Location"] == SENT
    assert len(mail.outbox) == 2
    client.post(link_in(last_mail()))
    assert "waits to be confirmed" not in client.get("/account/").content.decode()


def test_the_invited_are_told_where_the_mail_lies(
    settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    client = Client()
    invite(client)
    sign_up(client)
    assert str(tmp_path) in client.get("/").content.decode()


def test_the_invited_do_not_learn_who_has_an_account_either() -> None:
    owner = make_account(email="noor@x.example")
    client = Client()
    invite(client)
    assert sign_up(client)["Location"] == "/"
    assert "You have one" in last_mail().body
    user = User.objects.exclude(pk=owner.pk).get(email="noor@x.example")
    assert who(client) == user.username
    assert (user.email, user.email_verified_at) == ("noor@x.example", None)
    assert signs_in_as("noor@x.example") == owner.username


# --- A password that was forgotten ----------------------------------------------------


def forgotten(email: str) -> Any:
    return Client().post("/account/password/forgotten/", {"email": email})


def test_asking_for_a_new_password_tells_nobody_who_has_an_account() -> None:
    known = make_account(email="known@x.example")
    make_account(email="unsure@x.example", confirmed=False)
    answers = []
    for email in ("KNOWN@x.example", "unsure@x.example", "nobody@x.example"):
        with counted_hashes() as count, CaptureQueriesContext(connection) as queries:
            answer = forgotten(email)
        answers.append((answer.status_code, answer["Location"], count(), len(queries)))
        assert not answer.cookies
    [same] = set(answers)
    assert same[:3] == (302, "/account/password/forgotten/sent/", 0)
    to_known, to_unsure, to_nobody = mail.outbox
    assert known.username in to_known.body
    assert "no account" not in to_unsure.body
    assert "no account" in to_nobody.body


def test_whoever_never_confirmed_gets_the_link_to_do_it_then_a_new_password() -> None:
    user = make_account(email="unsure@x.example", confirmed=False)
    forgotten(user.email)
    assert "was never confirmed" in last_mail().body
    Client().post(link_in(last_mail()), {"password": PASSWORD})
    forgotten(user.email)
    client = Client()
    form = client.get(link_in(last_mail()))["Location"]
    client.post(form, {"password1": OTHER, "password2": OTHER})
    assert signs_in_as(user.email, OTHER) == user.username


def test_an_address_that_waits_beside_a_confirmed_one_is_no_account() -> None:
    user = make_account(email="old@x.example")
    browser_of(user, just_now=True).post("/account/email/", {"email": "new@x.example"})
    forgotten("new@x.example")
    assert "no account" in last_mail().body


def test_the_link_of_the_mail_gives_a_new_password_once() -> None:
    user = make_account()
    forgotten(user.email)
    client, path = Client(), link_in(last_mail())
    form = client.get(path)["Location"]
    new = {"password1": OTHER, "password2": OTHER}
    assert client.post(form, new)["Location"] == "/account/password/new/done/"
    assert signs_in_as(user.username, OTHER) == user.username
    assert signs_in_as(user.username) == ""
    assert "over" in Client().get(path).content.decode()


def test_the_link_goes_to_the_confirmed_address_not_to_one_that_looks_alike() -> None:
    make_account(email="kim@x.example")
    kelvin = "\N{KELVIN SIGN}im@x.example"
    Client().post("/account/password/forgotten/", {"email": kelvin})
    assert last_mail().to == ["kim@x.example"]


def test_a_forged_host_is_in_no_mail(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    user = make_account()
    Client().post(
        "/account/password/forgotten/", {"email": user.email}, HTTP_HOST="evil.example"
    )
    assert f"{settings.PUBLIC_URL}/account/password/new/" in last_mail().body
    assert "evil" not in last_mail().message().as_string()


def test_a_mail_is_in_the_language_of_its_reader() -> None:
    user = make_account(language="ar")
    forgotten(user.email)
    assert 'dir="rtl"' in last_mail().alternatives[0][0]


def test_a_mail_server_that_is_away_is_said_alike(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    user = make_account()
    told = []
    for email in (user.email, "nobody@x.example"):
        client = Client()
        answer: Any = client.post(
            "/account/password/forgotten/", {"email": email}, follow=True
        )
        assert answer.status_code == 200
        told.append("could not be sent" in answer.content.decode())
    assert told == [True, True]


# --- Another address ------------------------------------------------------------------


def test_a_new_address_counts_when_it_is_confirmed_and_offers_places_then() -> None:
    user = make_account(email="old@x.example")
    place = make_participant(email="new@x.example")
    client = browser_of(user, just_now=True)
    answer: Any = client.post("/account/email/", {"email": "New@x.example"})
    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.email == "old@x.example"
    assert "new@x.example" in client.get("/account/").content.decode()
    assert signs_in_as("new@x.example") == ""
    client.post(link_in(last_mail()))
    user.refresh_from_db()
    assert user.email == "new@x.example"
    assert offered_people(user) == [place.person_id]
    assert signs_in_as("new@x.example") == user.username
    assert signs_in_as("old@x.example") == ""
    assert EmailAddress.objects.count() == 1


def test_an_address_that_somebody_confirmed_is_not_told_and_never_confirmed() -> None:
    make_account(email="student7@x.example")
    user = make_account()
    client = browser_of(user, just_now=True)
    for email in ("student7@x.example", "\u017ftudent7@x.example"):
        answer: Any = client.post("/account/email/", {"email": email})
        assert answer["Location"] == SENT
        assert "You have one" in last_mail().body
    assert client.get("/api/me").json()["email"] == user.email


@pytest.mark.parametrize("look_alike", ["\u212aims@x.example", "kim\u017f@x.example"])
def test_a_look_alike_of_ones_own_address_does_not_count(look_alike: str) -> None:
    user = make_account(email="kims@x.example")
    client = browser_of(user)
    client.patch("/api/me", {"email": look_alike}, content_type="application/json")
    for path in [link_in(message) for message in mail.outbox]:
        client.post(path)
    user.refresh_from_db()
    assert user.email == "kims@x.example"
    assert user.email_verified_at


def test_an_account_that_collided_may_write_its_address_otherwise() -> None:
    make_account(email="student7@x.example")
    user = make_account()
    User.objects.filter(pk=user.pk).update(
        email="\u017ftudent7@x.example", folded_email=None
    )
    answer: Any = browser_of(user).patch(
        "/api/me",
        {"email": "\u017fTUDENT7@x.example"},
        content_type="application/json",
    )
    assert answer.status_code == 200
    user.refresh_from_db()
    assert user.email == "\u017fTUDENT7@x.example"
    assert user.email_verified_at


def test_of_two_who_wait_for_one_address_the_first_to_confirm_has_it() -> None:
    clients = [browser_of(make_account()) for _ in range(2)]
    for client in clients:
        client.patch(
            "/api/me", {"email": "both@x.example"}, content_type="application/json"
        )
    first, second = (link_in(message) for message in mail.outbox[1::2])
    assert clients[1].post(second).status_code == 302
    page = clients[0].get(first).content.decode()
    assert "over" in page
    clients[0].post(first)
    assert User.objects.filter(email="both@x.example").count() == 1


def test_an_account_without_an_address_gets_its_first_one() -> None:
    user = make_account(email="", confirmed=False)
    client = browser_of(user, just_now=True)
    client.post("/account/email/", {"email": "first@x.example"})
    client.post(link_in(last_mail()))
    assert signs_in_as("first@x.example") == user.username
    assert sign_in("first@x.example").status_code == 302
