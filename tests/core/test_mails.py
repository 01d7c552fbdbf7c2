"""Mails are written in the language of their reader, and not sent in one way alone."""

import pytest
from django.core import mail
from django.utils import translation
from django.utils.translation import gettext
from pytest_django import Settings

from core.mails import Mail, MailNotSent, directory, open_connection, send
from tests.events.public.registrations import html_of
from tests.mail_server import mail_server

ADA = "ada@example.com"


def yes() -> Mail:
    return Mail(gettext("Yes"), [gettext("No")], "https://x.example/", "Open")


def test_a_mail_is_written_in_the_language_of_its_reader() -> None:
    with translation.override("en"):
        send(yes, to=ADA, language="ar")
        send(yes, to=ADA)
    arabic, english = mail.outbox
    assert (arabic.subject, english.subject) == ("نعم", "Yes")
    assert 'lang="ar" dir="rtl"' in html_of(arabic)
    assert 'lang="en" dir="ltr"' in html_of(english)


def test_a_title_of_two_lines_is_one_subject() -> None:
    send(lambda: Mail("Tea\r\nBcc: eve@example.com", ["Tea"]), to=ADA)
    assert mail.outbox[0].subject == "Tea Bcc: eve@example.com"


def test_text_and_html_say_the_same_and_names_harm_neither() -> None:
    send(lambda: Mail("Tea", ["<b>&"], "https://x.example/?a&b", "Open"), to=ADA)
    [message] = mail.outbox
    assert "<b>&\n\nhttps://x.example/?a&b" in str(message.body)
    assert "&lt;b&gt;&amp;" in html_of(message)
    assert 'href="https://x.example/?a&amp;b"' in html_of(message)


def test_a_refused_address_is_told_from_a_server_that_is_away(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server(settings):
        send(yes, to=ADA)
        with pytest.raises(MailNotSent) as refused:
            send(yes, to="refused@example.com")
        with pytest.raises(MailNotSent) as no_address:
            send(yes, to="ada@\r\nexample.com")
    with pytest.raises(MailNotSent) as away:
        send(yes, to=ADA)
    assert [refused.value.is_refused, no_address.value.is_refused] == [True, True]
    assert not away.value.is_refused
    assert "refused@" not in caplog.text


def test_many_mails_go_by_one_connection(settings: Settings) -> None:
    with mail_server(settings), open_connection() as connection:
        for to in (ADA, "eve@example.com"):
            send(yes, to=to, connection=connection)
    with pytest.raises(MailNotSent), open_connection():
        pass


def test_mails_are_files_only_where_no_server_is_set_up(settings: Settings) -> None:
    assert directory() == ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = "/somewhere/mail"
    assert directory() == "/somewhere/mail"
