"""What people said of themselves, on their page, if something else decided."""

from datetime import timedelta

import pytest
from django.utils import timezone

from attendance.decisions.answering import answer
from events.models import Event, Participant
from tests.attendance.pages import be_there, calculate, signed_in, text
from tests.factories import (
    make_event,
    make_member,
    make_participant,
    make_session,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TOLD = "own answer: was not there"


def line_of(place: Participant) -> str:
    client = signed_in(make_member(place.event.organization))
    page = client.get(f"/people/{place.person_id}/")
    assert page.status_code == 200
    return text(page.content.decode())


@pytest.fixture
def event() -> Event:
    return make_event(starts_at=NOW - timedelta(hours=4))


def test_an_answer_beside_what_was_measured_is_told(event: Event) -> None:
    session = make_session(event, starts_at=event.starts_at)
    ana = make_participant(event)
    be_there(session, ana, (0, 60))
    calculate(session, NOW)
    assert TOLD not in line_of(ana)
    answer(ana, attended=False, by=None, now=NOW)
    assert TOLD in line_of(ana)


def test_one_that_decides_is_the_status_and_not_told_again(event: Event) -> None:
    """At an event without sessions."""
    ana = make_participant(event)
    answer(ana, attended=False, by=None, now=NOW)
    page = line_of(ana)
    assert "absent" in page
    assert TOLD not in page
