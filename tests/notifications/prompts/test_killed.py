"""kill -9 of a sender between the moment a mail was taken and the note of it."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
from django.conf import settings as configured
from django.utils import timezone
from pytest_django import Settings

from notifications.models import AttendancePrompt
from notifications.prompts.claiming import LEASE
from notifications.prompts.sending import send_due_prompts
from tests.at_once import PATIENCE
from tests.attendance.test_killed import database_url
from tests.factories import make_event, make_participant, make_prompt
from tests.launcher.waiting import until
from tests.mail_server import MailServerHere, mail_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PEOPLE = 30
KILLED_AT = 12


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServerHere]:
    with mail_server(settings) as here:
        yield here


def sender(server: MailServerHere) -> subprocess.Popen[bytes]:
    url = database_url()
    own = {
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": url,
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "send_prompts"],
        cwd=configured.BASE_DIR,
        env=os.environ | own,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_one_mail_is_sent_again_and_the_others_once(server: MailServerHere) -> None:
    event = make_event(starts_at=timezone.now() - timedelta(hours=4))
    for number in range(PEOPLE):
        place = make_participant(event, email=f"person{number}@example.com")
        make_prompt(place, send_at=event.end)
    is_killed = Event()

    def answer_late(_address: str) -> None:
        if len(server.taken) == KILLED_AT:
            is_killed.wait(PATIENCE)

    server.once_taken = answer_late
    process = sender(server)
    try:
        until(lambda: len(server.taken) == KILLED_AT)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        is_killed.set()

    prompts = AttendancePrompt.objects
    assert len(server.taken) == KILLED_AT
    assert prompts.exclude(sent_at=None).count() == KILLED_AT - 1
    now = timezone.now()
    assert send_due_prompts(now=now).sent == 0
    assert send_due_prompts(now=now + LEASE).sent == PEOPLE - KILLED_AT + 1
    assert not prompts.filter(sent_at=None).exists()
    times = Counter(server.taken)
    assert Counter(times.values()) == {1: PEOPLE - 1, 2: 1}
    [twice] = [address for address, number in times.items() if number == 2]
    first, again = (each for each in server.messages if each["To"] == twice)
    assert first["Message-ID"] == again["Message-ID"]
    links = {str(each["List-Unsubscribe"]) for each in (first, again)}
    assert len(links) == 2
