"""A mail server that answers nothing holds up nothing but mails, and not for long."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.utils import timezone
from pytest_django import Settings

from attendance.completion.completing import complete_due_events
from events.models import EventState, RegistrationMail, RegistrationNews
from events.public.news import send_news
from notifications.models import AttendancePrompt
from notifications.prompts.sending import send_due_prompts
from tests.at_once import PATIENCE, with_own_connection
from tests.factories import make_event, make_participant, make_prompt
from tests.mail_server import MailServerHere, mail_server

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServerHere]:
    with mail_server(settings) as here:
        yield here


def test_while_one_mail_takes_long_news_go_out_and_events_are_completed(
    server: MailServerHere,
) -> None:
    event = make_event(starts_at=NOW - timedelta(hours=4))
    prompt = make_prompt(make_participant(event, email="slow@example.com"), send_at=NOW)
    told = make_participant(event, email="told@example.com")
    news = RegistrationNews.REGISTERED
    RegistrationMail.objects.create(participant=told, news=news, due_at=NOW)
    is_reached, goes_on = Event(), Event()

    def answer_late(address: str) -> None:
        if address == "slow@example.com":
            is_reached.set()
            goes_on.wait(PATIENCE)

    server.once_taken = answer_late
    sender = Thread(target=with_own_connection(lambda: send_due_prompts(now=NOW)))
    sender.start()
    try:
        assert is_reached.wait(PATIENCE)
        assert send_news(now=NOW) == 1
        complete_due_events(now=NOW)
        event.refresh_from_db()
        assert event.state == EventState.COMPLETED
        assert AttendancePrompt.objects.get().sent_at is None
        # The next run of the same task neither waits nor sends it again.
        assert send_due_prompts(now=NOW).sent == 0
    finally:
        goes_on.set()
        sender.join(PATIENCE)
    prompt.refresh_from_db()
    assert prompt.sent_at == NOW
    assert server.taken == ["slow@example.com", "told@example.com"]


def test_a_run_whose_time_is_over_sends_and_keeps_nothing(
    server: MailServerHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.prompts.sending.SECONDS_AT_MOST", 0)
    event = make_event(starts_at=NOW - timedelta(hours=4))
    for number in range(3):
        place = make_participant(event, email=f"person{number}@example.com")
        make_prompt(place, send_at=NOW)
    assert send_due_prompts(now=NOW).sent == 0
    # What it did not come to is due for whoever runs next.
    due = AttendancePrompt.objects.filter(send_at__lte=NOW)
    assert due.count() == 3
