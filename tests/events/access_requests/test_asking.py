"""A visitor asks for access, where accounts are made by invitation."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from events.models import AccessRequest, SignInTries, User
from tests.events.public.registrations import html_of
from tests.factories import make_user
from tests.mail_server import mail_server

pytestmark = pytest.mark.django_db
PATH = "/sign-up/ask/"
ASKED = {"name": "Ana Costa", "email": "ana@example.com", "purpose": "Two classes"}
LIST, IN_ADMIN = "/access-requests/", "/admin/events/accessrequest/"


def make_superuser(**fields: Any) -> User:
    usual: dict[str, Any] = {
        "is_superuser": True,
        "is_staff": True,
        "email_verified_at": timezone.now(),
    }
    usual["email"] = f"super{User.objects.count()}@example.org"
    return make_user(**usual | fields)


def ask(computer: str = "192.0.2.1", **fields: str) -> Any:
    return Client(REMOTE_ADDR=computer).post(PATH, ASKED | fields)


def a_minute_passes() -> None:
    SignInTries.objects.update(since=F("since") - timedelta(minutes=1))


def first_page(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get("/").content.decode()


# --- What becomes of it ---------------------------------------------------------------


def test_what_a_visitor_asks_reaches_the_superusers() -> None:
    superuser = make_superuser(language="ar")
    for others in ({"is_superuser": False}, {"is_active": False}):
        make_superuser(**others)
    make_superuser(email_verified_at=None)
    visitor = Client()
    assert PATH in visitor.get("/").content.decode()
    page = visitor.post(PATH, ASKED, follow=True).content.decode()
    assert "Thank you" in page
    assert [message.to for message in mail.outbox] == [[superuser.email]]
    [message] = mail.outbox
    for text in (*ASKED.values(), LIST):
        assert text in str(message.body)
    assert 'dir="rtl"' in html_of(message)
    assert f'href="{LIST}"' in first_page(superuser)
    client = Client()
    client.force_login(superuser)
    assert "Two classes" in client.get(LIST).content.decode()


def test_superusers_delete_in_the_admin_too_and_write_nothing() -> None:
    ask()
    client = Client()
    client.force_login(make_superuser())
    path = f"{IN_ADMIN}{AccessRequest.objects.get().pk}"
    assert client.post(f"{path}/change/", ASKED).status_code == 403
    assert client.get(f"{IN_ADMIN}add/").status_code == 403
    client.post(f"{path}/delete/", {"post": "yes"})
    assert not AccessRequest.objects.exists()


def test_others_are_told_of_none() -> None:
    ask()
    staff = make_superuser(is_superuser=False)
    assert LIST not in first_page(staff)
    client = Client()
    client.force_login(staff)
    assert client.get(LIST).status_code == 404
    assert client.get(IN_ADMIN).status_code == 403


# --- The answer -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "what", ["nobody to tell", "no mail", "away", "refused", "full"]
)
def test_the_answer_is_the_same_whatever_becomes_of_it(
    what: str, settings: Settings
) -> None:
    if what != "nobody to tell":
        make_superuser(email="refused@example.com")
    if what == "no mail":
        settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    if what == "full":
        for _time in range(3):
            ask()
    if what == "away":
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    if what == "refused":
        with mail_server(settings):
            answer = ask()
    else:
        answer = ask()
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert AccessRequest.objects.count() == (3 if what == "full" else 1)


def test_nothing_is_mailed_where_mails_reach_nobody(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_URL = "consolemail://"
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    superuser = make_superuser()
    ask()
    assert superuser.email not in capsys.readouterr().out
    assert LIST in first_page(superuser)


def test_what_one_mailbox_refuses_the_others_get(settings: Settings) -> None:
    make_superuser(email="refused@example.com")
    make_superuser()
    with mail_server(settings) as server:
        ask()
    assert server.taken == ["super1@example.org"]


def test_nothing_tells_who_they_are() -> None:
    superuser = make_superuser(first_name="Zebulon")
    client = Client()
    pages = [client.get(PATH), client.post(PATH, ASKED, follow=True)]
    for page in pages:
        for word in ("Zebulon", superuser.username, superuser.email):
            assert word not in page.content.decode()


def test_whoever_may_sign_up_does_that_instead(settings: Settings) -> None:
    settings.SIGN_UP = "OPEN"
    for answer in (Client().get(PATH), ask()):
        assert answer["Location"] == "/sign-up/"
    assert not AccessRequest.objects.exists()
    assert PATH not in Client().get("/").content.decode()


def test_who_has_an_account_needs_not_ask() -> None:
    client = Client()
    client.force_login(make_user())
    assert client.get(PATH)["Location"] == "/"


# --- Limits and hostile values --------------------------------------------------------


def test_a_network_asks_ten_times_a_minute() -> None:
    answers = [ask(f"2001:db8::{n:x}", email=f"a{n}@example.com") for n in range(11)]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert int(answers[-1]["Retry-After"]) <= 60
    assert ask("2001:db8:0:1::1").status_code == 302


def test_and_twenty_times_a_day_so_that_none_uses_up_what_is_kept_of_all() -> None:
    answers = []
    for number in range(21):
        if number % 10 == 0:
            a_minute_passes()
        answers.append(ask(email=f"a{number}@example.com"))
    assert [answer.status_code for answer in answers] == [302] * 20 + [429]
    assert 3600 < int(answers[-1]["Retry-After"]) <= 24 * 3600
    assert ask("192.0.2.2").status_code == 302
    assert AccessRequest.objects.count() == 21


def test_everybody_together_asks_sixty_times_a_minute() -> None:
    answers = [ask(f"192.0.2.{n}", email=f"a{n}@example.com") for n in range(61)]
    assert [answer.status_code for answer in answers] == [302] * 60 + [429]


def test_mailboxes_are_not_filled() -> None:
    make_superuser()
    for number in range(22):
        ask(f"192.0.2.{number}", email=f"a{number}@example.com")
    assert (len(mail.outbox), AccessRequest.objects.count()) == (20, 22)


def test_of_an_address_three_requests_a_day_are_kept() -> None:
    for email in ("ana@example.com", "ANA@example.com") * 2:
        assert ask(email=email).status_code == 302
    assert AccessRequest.objects.count() == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "A\nBcc: eve@example.com"),
        ("name", "a\0b"),
        ("email", "ana@example.com\nBcc: eve@example.com"),
        ("email", "nobody"),
        ("purpose", ""),
        ("purpose", "x" * 1001),
        ("purpose", "a\0b"),
    ],
)
def test_what_cannot_be_is_named_and_not_kept(field: str, value: str) -> None:
    make_superuser()
    answer = ask(**{field: value})
    assert answer.status_code == 200
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not AccessRequest.objects.exists()
    assert mail.outbox == []


def test_what_looks_like_html_is_text_everywhere() -> None:
    superuser = make_superuser()
    ask(name="<b>Ana</b>", purpose="<script>x</script>\n.\nSubject: y \u202e")
    client = Client()
    client.force_login(superuser)
    listed = client.get(LIST).content.decode()
    [message] = mail.outbox
    html = html_of(message)
    for text in (listed, html):
        assert not re.search(r"<b>Ana|<script>x", text)
    assert message.subject == "Somebody asks for access"
