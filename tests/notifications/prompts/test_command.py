"""``manage.py send_prompts`` says what was done, and what failed and why."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from events.models import Participant
from notifications.models import Notification
from tests.factories import make_event, make_participant, make_prompt, make_user
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


def test_it_writes_notifications_too(settings: Settings) -> None:
    place = Participant.objects.get(person__email="ada@example.com")
    place.person.user = make_user()
    place.person.save()
    with mail_server(settings):
        call_command("send_prompts", stdout=StringIO())
    assert Notification.objects.get().user == place.person.user


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["promptedevent", "notification"])
def test_a_step_that_fails_stops_no_other(table: str) -> None:
    event = make_event(starts_at=timezone.now() - timedelta(hours=4))
    make_prompt(make_participant(event, email="eve@example.com"), send_at=event.end)
    away = without_table(f"notifications_{table}")
    with away, pytest.raises(CommandError) as failed:
        call_command("send_prompts", stdout=StringIO())
    assert table in str(failed.value)
    assert failed.value.returncode == 1
    assert ["eve@example.com"] in [message.to for message in mail.outbox]


@contextmanager
def without_table(name: str) -> Iterator[None]:
    """Let whatever reads or writes a table fail."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {name} RENAME TO {name}_away")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {name}_away RENAME TO {name}")


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
