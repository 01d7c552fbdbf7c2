"""Mails about accounts: where they go, and what they look like."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from core.mails import send
from events.accounts import mails
from tests.events.accounts.ways_in import last_mail, make_account

pytestmark = pytest.mark.django_db
FORGOTTEN = "/account/password/forgotten/"


def test_without_a_server_mails_are_files_and_the_page_says_where(
    settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    user = make_account()
    for extra in ({}, {"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "::1"}):
        client = Client(**extra)  # type: ignore[arg-type]
        page: Any = client.post(FORGOTTEN, {"email": user.email}, follow=True)
        says_where = str(tmp_path / "mail") in page.content.decode()
        assert says_where is (not extra)
    files = list((tmp_path / "mail").iterdir())
    assert len(files) == 3
    assert "/account/password/new/" in files[0].read_text()


def test_where_a_server_is_set_up_no_page_speaks_of_files() -> None:
    user = make_account()
    page: Any = Client().post(FORGOTTEN, {"email": user.email}, follow=True)
    assert "EMAIL_URL" not in page.content.decode()


def test_names_of_people_harm_no_mail() -> None:
    user = make_account("a<b>&c@x.example", email="a@x.example")
    Client().post(FORGOTTEN, {"email": user.email})
    assert "a<b>&c@x.example" in last_mail().body
    assert "a&lt;b&gt;&amp;c@x.example" in last_mail().alternatives[0][0]


def test_each_mail_has_text_and_html_that_say_the_same() -> None:
    link = mails.public("/x/")
    made = (
        mails.confirm_address(link=link, username="zoe"),
        mails.another_address_asked_for(link=link, username="zoe"),
        mails.account_exists(link=link),
        mails.new_password(link=link, username="zoe"),
        mails.no_account(),
        *(news("zoe") for news in mails.NEWS.values()),
        mails.never_confirmed(link=link, username="zoe"),
    )
    for one in made:
        send(partial(replace, one), to="zoe@x.example")
    assert [message.subject for message in mail.outbox] == [one.subject for one in made]
    for one, message in zip(made, mail.outbox, strict=True):
        [(html, kind)] = message.alternatives  # type: ignore[attr-defined]
        assert kind == "text/html"
        for sentence in (*one.before, *one.after):
            assert sentence in message.body
        assert html.count("<p ") >= len(one.before)
        assert one.link in message.body
        assert (f'href="{one.link}"' in html) is bool(one.link)
