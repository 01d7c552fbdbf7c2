"""Own answers beside what decided: on every report, over REST and in the table."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attendance.decisions.answering import answer
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Event
from sessions_app.models import LiveSession
from tests.attendance.pages import be_there, calculate, signed_in, text
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_participant,
    make_session,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()
BESIDE = "Own answer: they were not there."


@pytest.fixture
def event() -> Event:
    return make_event(starts_at=NOW - timedelta(hours=4))


@pytest.fixture
def session(event: Event) -> LiveSession:
    """In which Ana was seen; she says she was not there."""
    session = make_session(event, starts_at=event.starts_at)
    ana = make_participant(event, name="Ana")
    be_there(session, ana, (0, 60))
    calculate(session, NOW)
    answer(ana, attended=False, by=None, now=NOW)
    return session


def test_the_report_of_a_session_tells_it(session: LiveSession) -> None:
    client = signed_in(make_member(session.event.organization))
    page = text(client.get(f"/sessions/{session.pk}/").content.decode())
    assert BESIDE in page


def test_so_do_rest_and_the_table(session: LiveSession) -> None:
    client = make_client(make_member(session.event.organization))
    [row] = client.get(f"/api/sessions/{session.pk}/attendance").json()["results"]
    assert (row["status"], row["source"]) == ("present", "livekit_auto")
    assert row["explanation"].endswith(BESIDE)
    assert row["self_reported"]["attended"] is False
    sent: Any = client.get(f"/api/reports.csv?event={session.event_id}")
    table = b"".join(sent.streaming_content).decode("utf-8-sig")
    [line] = csv.DictReader(io.StringIO(table))
    assert line["explanation"].endswith(BESIDE)
    assert line["self_reported"] == "false"


def test_the_report_of_an_event_tells_it_beside_a_mark(event: Event) -> None:
    ana = make_participant(event, name="Ana")
    organizer = make_member(event.organization)
    mark(Place(event, None), [Mark(ana, "present")], by=organizer, now=NOW)
    answer(ana, attended=False, by=None, now=NOW)
    page = signed_in(organizer).get(f"/events/{event.pk}/attendance/")
    assert BESIDE in text(page.content.decode())
    over_rest = make_client(organizer).get(f"/api/events/{event.pk}/attendance")
    [row] = over_rest.json()["results"]
    assert row["self_reported"]["attended"] is False


def test_an_answer_that_decides_is_there_over_rest_too(event: Event) -> None:
    ana = make_participant(event, name="Ana")
    answer(ana, attended=True, by=None, now=NOW)
    client = make_client(make_member(event.organization))
    [row] = client.get(f"/api/events/{event.pk}/attendance").json()["results"]
    assert row["source"] == "self_reported"
    assert row["self_reported"]["attended"] is True
