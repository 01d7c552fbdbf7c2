"""``manage.py send_prompts`` says what was done, and what failed and why."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from tests.factories import make_event, make_participant
from tests.mail_server import mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _somebody_is_due() -> None:
    event = make_event(starts_at=timezone.now() - timedelta(hours=4))
    for mailbox in ("ada", "refused", "grey"):
        make_participant(event, email=f"{mailbox}@example.com")


def test_it_says_what_was_done(settings: Settings) -> None:
    out = StringIO()
    with mail_server(settings):
        call_command("send_prompts", stdout=out)
    said = "3 prompts written; mails: 1 sent, 1 refused, 1 to try again.\n"
    assert out.getvalue() == said


def test_as_one_json_document(settings: Settings) -> None:
    out = StringIO()
    with mail_server(settings):
        call_command("send_prompts", "--json", stdout=out)
    expected = {"prompts": 3, "sent": 1, "refused": 1, "later": 1, "failed": []}
    assert json.loads(out.getvalue()) == expected


def test_a_server_that_is_away_is_a_failure(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(CommandError) as failed:
        call_command("send_prompts", stdout=StringIO())
    assert str(failed.value) == "The mail server does not answer, or breaks off."
    assert failed.value.returncode == 1
