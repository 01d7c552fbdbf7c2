"""What the mails of prompts say, to whom, in which language, and by whose clocks."""

import re
from datetime import datetime, timedelta
from email import message_from_string
from email.policy import default as as_today

import pytest
import time_machine

from core.names import isolated
from events.models import Participant, Registration
from notifications.prompts.asking import Question
from notifications.prompts.links import new_token
from notifications.prompts.mails import prompt_mail
from tests.attendance.pages import be_there, calculate
from tests.events.public.registrations import html_of
from tests.factories import make_event, make_participant, make_session, make_user
from tests.notifications.prompts.asked import Asked, ask, event_over

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-11-18T21:00:00+00:00")
CHOICES = ["answer=no", "answer=yes", *[f"stars={n}" for n in range(1, 6)]]
HOSTILE = '</p><script>alert(1)</script>\u202e"\u2069 \r\nBcc: eve@example.com'


def how(place: Participant) -> str:
    """The text of the mail that asks how it was."""
    secret = new_token(place).secret
    return str(prompt_mail(place, Question.HOW, secret).title)


def lines_of(asked: Asked) -> str:
    return str(asked.message.body).replace("\u2068", "").replace("\u2069", "")


def test_it_asks_whether_they_came_with_a_link_for_each_choice() -> None:
    asked = ask()
    assert asked.message.subject == "Did you attend “Async Django”, Amal?"
    told = sorted(link.partition("?")[2] for link in asked.links if "/a/" in link)
    assert told == CHOICES
    assert "Yes, I was there: http" in lines_of(asked)
    assert "4 stars: http" in lines_of(asked)


def test_text_and_html_have_the_same_links() -> None:
    asked = ask()
    text = re.findall(r"https?://\S+", str(asked.message.body))
    html = re.findall(r'href="([^"]+)"', html_of(asked.message))
    assert sorted(text) == sorted(html)


def test_who_was_there_is_asked_only_how_it_was() -> None:
    event = event_over()
    session = make_session(event, starts_at=event.starts_at)
    place = make_participant(event, name="Amal", email="amal@example.com")
    be_there(session, place)
    calculate(session, session.ends_at + timedelta(minutes=10))
    asked = ask(place)
    assert asked.message.subject == "How was “Async Django”, Amal?"
    told = sorted(link.partition("?")[2] for link in asked.links if "/a/" in link)
    assert told == CHOICES[2:]
    assert "Yes, I was there" not in lines_of(asked) + html_of(asked.message)


def test_it_says_who_asks_why_until_when_and_how_to_stop_it() -> None:
    with time_machine.travel(NOW, tick=False):
        text = lines_of(ask(time_zone="Europe/Berlin"))
    assert "Berlin Pythonistas\nWednesday 18 November 2026, 18:00 \u2013 20:00" in text
    assert "until Wed 2 Dec 2026, 20:00 (Europe/Berlin)." in text
    assert (
        "Berlin Pythonistas asks, because Amal is registered for this event. "
        "The organizers see who was there; stars and texts" in text
    )
    assert "No more mails like this: http" in text


def test_whoever_looked_at_the_page_is_told_so() -> None:
    place = make_participant(
        event_over(prompt_viewers=True),
        name="Amal",
        email="amal@example.com",
        registration=Registration.VIEWED,
    )
    assert "because Amal looked at the page of this event." in lines_of(ask(place))


@pytest.mark.parametrize(
    ("person", "account", "told"),
    [
        ("Asia/Kolkata", "Asia/Tokyo", "22:30 \u2013 Thursday 19 November 2026, 00:30"),
        (
            "",
            "Asia/Tokyo",
            "Thursday 19 November 2026, 02:00 \u2013 04:00 (Asia/Tokyo)",
        ),
        ("", "", "18:00 \u2013 20:00 (Europe/Berlin)"),
        ("Mars/Olympus", "Asia/Tokyo", "18:00 \u2013 20:00 (Europe/Berlin)"),
    ],
)
def test_times_are_the_persons_else_the_accounts_else_the_events(
    person: str, account: str, told: str
) -> None:
    with time_machine.travel(NOW, tick=False):
        place = make_participant(
            event_over(time_zone="Europe/Berlin"),
            time_zone=person,
            user=make_user(time_zone=account),
        )
        assert told in lines_of(ask(place))


def test_a_parent_gets_one_mail_for_each_child() -> None:
    event = event_over()
    parent = {"email": "parent@example.com", "user": make_user()}
    noor = make_participant(event, name="Noor", **parent)
    make_participant(event, name="Omar", email="other@example.com")
    assert ask(noor).message.subject == "Did you attend “Async Django”, Noor?"
    lina = make_participant(make_event(), name="Lina", **parent)
    assert how(lina).endswith(f"{isolated('Lina')}?")


def test_in_arabic_it_is_written_from_right_to_left() -> None:
    page = html_of(ask(language="ar").message)
    assert '<html lang="ar" dir="rtl">' in page
    tables = re.findall(r"<table[^>]*>", page)
    assert tables
    assert all('dir="rtl"' in table and 'lang="ar"' in table for table in tables)
    assert "text-align: left" not in page


def test_it_needs_no_pictures_and_can_be_read_in_the_dark() -> None:
    page = html_of(ask().message)
    assert not re.search(r"<img|url\(|src=|<link|@import", page)
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "prefers-color-scheme: dark" in page


def test_names_cannot_break_headers_markup_or_direction() -> None:
    event = event_over(title=HOSTILE)
    event.organization.name = HOSTILE
    event.organization.save()
    place = make_participant(event, name=HOSTILE, email="amal@example.com")
    asked = ask(place)
    sent = message_from_string(asked.message.message().as_string(), policy=as_today)
    assert sent["Bcc"] is None
    assert sent.get_all("To") == ["amal@example.com"]
    page = html_of(asked.message)
    assert "<script" not in page
    for text in (sent["Subject"], str(asked.message.body), page):
        assert "\u202e" not in text
        assert text.count("\u2068") == text.count("\u2069")
    assert "\nBcc" not in str(asked.message.body)
