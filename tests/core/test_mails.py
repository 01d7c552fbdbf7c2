"""Mails are written in the language of their reader, and not sent in one way alone."""

from contextlib import suppress

import pytest
from django.core import mail
from django.utils import translation
from django.utils.translation import gettext
from pytest_django import Settings

from core.mail_server import MailNotSent, is_no_such_mailbox, open_connection
from core.mails import Mail, directory, message_id, send, unsubscribe_headers
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
    with mail_server(settings) as here, open_connection(seconds=60) as server:
        for to in (ADA, "refused@example.com", "grey@example.com", "eve@example.com"):
            with suppress(MailNotSent):
                send(yes, to=to, server=server)
    assert here.taken == [ADA, "eve@example.com"]
    assert here.connections == 1
    with pytest.raises(MailNotSent), open_connection(seconds=60):
        pass


@pytest.mark.parametrize(
    ("mailbox", "is_refused", "is_away"),
    [
        ("refused", True, False),
        ("gone", True, False),
        # What is said about us, or may pass, says nothing of the address.
        ("policy", False, False),
        ("listed", False, False),
        ("relay", False, False),
        ("full", False, False),
        ("grey", False, False),
        ("drops", False, True),
        ("hangs", False, True),
    ],
)
def test_what_it_means_that_a_mail_is_not_taken(
    settings: Settings, mailbox: str, is_refused: bool, is_away: bool
) -> None:
    # Only one of them never answers, and a busy machine is no such server.
    settings.EMAIL_TIMEOUT = 2 if mailbox == "hangs" else 60
    with mail_server(settings) as here, open_connection(seconds=60) as server:
        with pytest.raises(MailNotSent) as failed:
            send(yes, to=f"{mailbox}@example.com", server=server)
        send(yes, to=ADA, server=server)
    assert (failed.value.is_refused, failed.value.is_away) == (is_refused, is_away)
    assert here.taken == [ADA]


def test_a_server_that_breaks_off_again_and_again_is_given_up(
    settings: Settings,
) -> None:
    with mail_server(settings), open_connection(seconds=60) as server:
        tries = 0
        while not server.gives_up:
            tries += 1
            with pytest.raises(MailNotSent):
                send(yes, to="drops@example.com", server=server)
    assert tries == 3


@pytest.mark.parametrize(
    ("answer", "is_meant"),
    [
        ("550 5.1.1 The account that you tried does not exist.", True),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", True),
        ("554 5.1.1 no such user", True),
        ("556 5.1.10 takes no mail", True),
        ("550 No such user here", True),
        ("550 User unknown", True),
        ("554 no such user", False),
        ("553 5.1.8 the sender's domain does not exist", False),
        ("550 5.2.1 the mailbox is disabled for now", False),
        ("550 5.7.1 Service unavailable, Client host blocked", False),
        ("550 Your address is on our Blacklist", False),
        ("550 Access denied", False),
        ("553 sorry, that domain isn't in my list of allowed rcpthosts", False),
        ("450 5.1.1 try later", False),
    ],
)
def test_which_answers_say_that_there_is_no_such_mailbox(
    answer: str, *, is_meant: bool
) -> None:
    code, _space, text = answer.partition(" ")
    assert is_no_such_mailbox(int(code), text.encode()) is is_meant


def test_a_server_that_refuses_one_after_another_is_taken_to_refuse_us(
    settings: Settings,
) -> None:
    with mail_server(settings), open_connection(seconds=60) as server:
        failures = []
        while not server.gives_up:
            with pytest.raises(MailNotSent) as failed:
                send(yes, to="refused@example.com", server=server)
            failures.append((failed.value.is_refused, failed.value.is_away))
    assert failures == [(True, False)] * 4 + [(False, True)]


def test_but_not_if_mails_are_taken_in_between(settings: Settings) -> None:
    with mail_server(settings) as here, open_connection(seconds=60) as server:
        for _number in range(3):
            for to in (*["refused@example.com"] * 4, ADA):
                with suppress(MailNotSent):
                    send(yes, to=to, server=server)
        assert not server.gives_up
    assert len(here.taken) == 3


def test_a_server_that_answers_without_an_end_is_left_once_the_time_is_over(
    settings: Settings,
) -> None:
    settings.EMAIL_TIMEOUT = 1
    with mail_server(settings), open_connection(seconds=0) as server:
        with pytest.raises(MailNotSent) as failed:
            send(yes, to="drips@example.com", server=server)
        assert server.gives_up
    assert failed.value.is_away


def test_no_program_answers_and_every_mail_has_a_name_of_its_own() -> None:
    names = {"Message-ID": message_id("prompt", 1)}
    headers = names | unsubscribe_headers("https://x.example/u/1/")
    send(yes, to=ADA, headers=headers)
    [message] = mail.outbox
    sent = message.message()
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["List-Unsubscribe"] == "<https://x.example/u/1/>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent["Message-ID"] == message_id("prompt", 1)
    other = {message_id("prompt", 2), message_id("news", 1)}
    assert len(other | {sent["Message-ID"]}) == 3


def test_mails_are_files_only_where_no_server_is_set_up(settings: Settings) -> None:
    assert directory() == ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = "/somewhere/mail"
    assert directory() == "/somewhere/mail"
