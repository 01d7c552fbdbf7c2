"""Addresses of examples and tests, to which no mail leaves this machine."""

import pytest
from pytest_django import Settings

from core.mails import Mail, MailNotSent, send
from core.reserved_addresses import is_reserved, is_this_machine

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("address", "reserved"),
    [
        ("ana@example.com", True),
        ("ana@Mail.EXAMPLE.org.", True),
        ("ana@school.test", True),
        ("ana@example", True),
        ("ana@example.de", False),
        ("ana@myexample.com", False),
        ("example.com@school.org", False),
    ],
)
def test_what_is_reserved_for_examples(address: str, reserved: bool) -> None:
    assert is_reserved(address) == reserved


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.0.0.9", True), ("::1", True), ("smtp.example", False)],
)
def test_which_mail_servers_are_on_this_machine(host: str, here: bool) -> None:
    assert is_this_machine(host) == here


def write() -> Mail:
    return Mail("Subject", ["Text"])


def test_a_server_elsewhere_is_not_given_such_a_mail(settings: Settings) -> None:
    """It would fail otherwise than refused: there is no such server."""
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "mail.invalid"
    with pytest.raises(MailNotSent) as refused:
        send(write, to="ana@example.com", language="en")
    assert refused.value.is_refused
    with pytest.raises(MailNotSent) as away:
        send(write, to="ana@school.org", language="en")
    assert not away.value.is_refused
