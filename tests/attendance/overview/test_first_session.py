"""The form for the first session of an event that was a meetup until then."""

from datetime import timedelta

import pytest

from events.models import Event
from tests.attendance.meetups import come, decide, make_meetup
from tests.attendance.pages import signed_in, text
from tests.factories import make_member, make_session

pytestmark = pytest.mark.django_db

STAYS = "That counts for the course result, not for this session."


def form(event: Event) -> str:
    client = signed_in(make_member(event.organization))
    page = client.get(f"/events/{event.pk}/sessions/new/").content.decode()
    return text(page[page.index("<main") :])


def test_it_says_that_what_was_decided_stays_with_the_event() -> None:
    meetup = make_meetup("Ana Ben Cem")
    assert STAYS not in form(meetup)
    come(meetup, "Ana")
    assert f"1 person was checked in or marked at the event itself. {STAYS}" in form(
        meetup
    )
    decide(meetup, "Ben", "excused")
    assert f"2 people were checked in or marked at the event itself. {STAYS}" in form(
        meetup
    )


def test_it_says_nothing_of_other_events() -> None:
    meetup, other = make_meetup("Ana"), make_meetup("Ben")
    come(other, "Ben")
    assert STAYS not in form(meetup)


def test_it_is_said_before_the_first_session_only() -> None:
    meetup = make_meetup("Ana")
    come(meetup, "Ana")
    make_session(meetup, starts_at=meetup.starts_at + timedelta(days=1))
    assert STAYS not in form(meetup)
