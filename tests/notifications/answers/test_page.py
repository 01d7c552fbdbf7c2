"""The page of answers of an event, and asking by hand there."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.decisions.answering import answer
from attendance.feedback.giving import give_feedback
from events.models import Event, Organization, Participant, Role
from notifications.models import AttendancePrompt, NotMailed
from tests.attendance.pages import be_there, calculate, signed_in, text
from tests.factories import (
    make_event,
    make_member,
    make_participant,
    make_prompt,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def make_ended(hours: float = 2, **fields: Any) -> Event:
    """An event that ended so many hours ago, on the clocks of Riyadh."""
    ends_at = NOW - timedelta(hours=hours)
    starts_at = ends_at - timedelta(hours=1)
    return make_event(
        starts_at=starts_at, ends_at=ends_at, time_zone="Asia/Riyadh", **fields
    )


def page_of(event: Event, query: str = "", role: str = Role.ORGANIZER) -> str:
    client = signed_in(make_member(event.organization, role))
    answer = client.get(f"/events/{event.pk}/answers/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def lines(page: str) -> dict[str, str]:
    """What the page says of each person."""
    rows = re.findall(r'<tr role="row">\s*<th class="person".*?</tr>', page, re.DOTALL)
    named = {re.findall(r"<bdi>(.*?)</bdi>", row)[0]: row for row in rows}
    return {name: text(row) for name, row in named.items()}


def rate(event: Event, *ratings: int) -> None:
    for rating in ratings:
        give_feedback(make_participant(event), rating=rating, text="", now=NOW)


# --- Who was asked --------------------------------------------------------------------


def test_an_answer_stands_beside_what_was_measured() -> None:
    event = make_ended()
    session = make_session(event, starts_at=event.starts_at)
    ana = make_participant(event, name="Ana")
    make_prompt(ana, sent_at=NOW)
    be_there(session, ana, (0, 60))
    calculate(session, NOW)
    answer(ana, attended=False, by=None, now=NOW)
    said = lines(page_of(event))["Ana"]
    assert "Was not there, said on" in said
    assert "Own answer: they were not there." in said
    assert said.endswith("present")


def test_it_says_why_somebody_got_no_mail() -> None:
    event = make_ended()
    reasons = {
        "Ana": (NotMailed.NO_ADDRESS, "No mail: no address"),
        "Ben": (NotMailed.REFUSED, "No mail: the address takes no mail"),
        "Cleo": (NotMailed.DECLINED, "No mail: wants no such mails"),
    }
    for name, (reason, _said) in reasons.items():
        make_prompt(make_participant(event, name=name), not_mailed=reason)
    found = lines(page_of(event))
    assert list(found) == ["Ana", "Ben", "Cleo"]
    for name, (_reason, said) in reasons.items():
        assert said in found[name]


def test_it_says_when_and_by_whom_somebody_was_asked() -> None:
    event = make_ended()
    by = make_user(first_name="Rima", last_name="Said")
    make_prompt(make_participant(event, name="Ana"), sent_at=event.end, asked_by=by)
    make_prompt(make_participant(event, name="Ben"), send_at=NOW, due_at=NOW)
    cleo = make_participant(event, name="Cleo")
    make_prompt(cleo, sent_at=NOW, snoozed_at=NOW)
    later = NOW + timedelta(hours=20)
    make_prompt(cleo, number=2, due_at=later, send_at=later)
    found = lines(page_of(event))
    sent = (event.end + timedelta(hours=3)).strftime("%H:%M")
    assert re.search(rf"Mail of .*, {sent}, by Rima Said", found["Ana"])
    assert "The mail is on its way" in found["Ben"]
    assert "Asked to be reminded:" in found["Cleo"]


def test_an_onlooker_who_says_no_is_there_too() -> None:
    event = make_ended(prompt_viewers=True)
    ana = make_participant(event, name="Ana", registration="viewed")
    answer(ana, attended=False, by=None, now=NOW)
    said = lines(page_of(event))["Ana"]
    assert "Not asked: answered by themselves" in said
    assert "Was not there, said on" in said


def test_people_are_found_by_how_it_stands_with_them() -> None:
    event = make_ended()
    people: dict[str, dict[str, Any]] = {
        "Ana": {"sent_at": NOW},
        "Ben": {"sent_at": NOW, "answered_at": NOW},
        "Cleo": {"not_mailed": NotMailed.NO_ADDRESS},
    }
    for name, fields in people.items():
        make_prompt(make_participant(event, name=name), **fields)
    assert list(lines(page_of(event, "?show=waiting"))) == ["Ana"]
    assert list(lines(page_of(event, "?show=answered"))) == ["Ben"]
    assert list(lines(page_of(event, "?show=no_mail"))) == ["Cleo"]
    assert list(lines(page_of(event, "?show=nonsense"))) == ["Ana", "Ben", "Cleo"]
    assert lines(page_of(event, "?show=over")) == {}
    long_ago = make_ended(24 * 15)
    make_prompt(make_participant(long_ago, name="Dora"), sent_at=long_ago.end)
    assert list(lines(page_of(long_ago, "?show=over"))) == ["Dora"]


# --- How it was -----------------------------------------------------------------------


def test_below_five_it_says_why_nothing_is_shown() -> None:
    event = make_ended()
    rate(event, 1, 2, 3, 4)
    shown = text(page_of(event, role=Role.VIEWER))
    assert "4 people have said how it was." in shown
    assert "only once 5 people have answered" in shown
    assert "of 5 stars" not in shown


def test_from_five_on_it_shows_median_and_stars() -> None:
    event = make_ended()
    rate(event, 1, 4, 5, 5, 5, 5)
    shown = text(page_of(event))
    assert "5 of 5 stars median of 6 answers" in shown
    assert "5 stars 4 4 stars 1 3 stars 0 2 stars 0 1 star 1" in shown


def test_what_people_wrote_is_no_markup_and_has_no_name() -> None:
    event = make_ended()
    for number in range(5):
        person = make_participant(event, name=f"Guest {number}")
        give_feedback(person, rating=3, text=f"<b>{number}</b>", now=NOW)
    shown = page_of(event)
    assert "<b>" not in shown
    assert "&lt;b&gt;4&lt;/b&gt;" in shown
    assert "Guest" not in shown


# --- Asking by hand -------------------------------------------------------------------


def test_it_asks_how_many_before_it_asks_anybody() -> None:
    event = make_ended(0.1)
    make_participant(event, name="Ana")
    make_participant(event, name="Ben", email="")
    client = signed_in(make_member(event.organization))
    path = f"/events/{event.pk}/answers/"
    assert "Ask 1 person now" in text(client.get(path).content.decode())
    asked = text(client.get(f"{path}ask/").content.decode())
    assert "1 person is asked now" in asked
    assert "1 person has no address." in asked
    assert not AttendancePrompt.objects.exists()
    done = client.post(f"{path}ask/", follow=True)
    assert "1 person is asked." in text(done.content.decode())
    assert AttendancePrompt.objects.get().participant.name == "Ana"
    assert "Ask 1 person now" not in text(client.get(path).content.decode())
    again = client.get(f"{path}ask/", follow=True)
    assert "There is nobody to ask." in text(again.content.decode())


def test_before_the_end_nobody_can_be_asked() -> None:
    event = make_ended(-1)
    make_participant(event)
    client = signed_in(make_member(event.organization))
    answer = client.post(f"/events/{event.pk}/answers/ask/", follow=True)
    shown = text(answer.content.decode())
    assert "People are asked once the event has ended." in shown
    assert "People are asked an hour after the end:" in shown
    assert not AttendancePrompt.objects.exists()


def test_viewers_read_and_are_offered_nothing() -> None:
    event = make_ended()
    make_participant(event)
    assert "Ask 1 person" not in page_of(event, role=Role.VIEWER)
    assert "Ask 1 person" in text(page_of(event))


# --- The event's page -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "state", "told"),
    [(2, "scheduled", True), (2, "draft", False), (-1, "scheduled", False)],
)
def test_the_events_page_leads_there_once_it_is_over(
    hours: int, state: str, told: bool
) -> None:
    event = make_ended(hours, state=state)
    client = signed_in(make_member(event.organization, Role.VIEWER))
    shown = client.get(f"/events/{event.pk}/").content.decode()
    assert (f"/events/{event.pk}/answers/" in shown) == told


def test_it_says_how_many_answered() -> None:
    event = make_ended()
    ana = make_participant(event, name="Ana")
    answer(ana, attended=True, by=None, now=NOW)
    answer(ana, attended=False, by=None, now=NOW)
    rate(event, 5, 5)
    client = signed_in(make_member(event.organization))
    shown = text(client.get(f"/events/{event.pk}/").content.decode())
    assert "1 person has said whether they attended." in shown
    assert "2 people have said how it was." in shown


# --- The cost -------------------------------------------------------------------------


def test_however_many_were_asked_it_takes_as_many_queries() -> None:
    counts = []
    organization: Organization | None = None
    for number in (2, 20):
        event = make_event(organization, starts_at=NOW - timedelta(hours=5))
        organization = event.organization
        session = make_session(event, starts_at=event.starts_at)
        for _ in range(number):
            _add(event)
        calculate(session, NOW)
        user = make_member(event.organization)
        client = signed_in(user)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/events/{event.pk}/answers/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 30


def _add(event: Event) -> Participant:
    person = make_participant(event, user=make_user())
    make_prompt(person, sent_at=NOW, asked_by=make_user())
    answer(person, attended=True, by=None, now=NOW)
    make_participant(event)
    return person
