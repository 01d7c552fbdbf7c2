"""Since when and until when somebody is enrolled, as forms take it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from core.spans import Span, always
from events.models import Event, Participant
from tests.attendance.pages import signed_in, text
from tests.factories import (
    START,
    make_event,
    make_member,
    make_participant,
    make_session,
)

pytestmark = pytest.mark.django_db

BEFORE = START - timedelta(days=1)
AFTERWARDS = START + timedelta(days=1)
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
PERSON = {"name": "Amina", "role": "attendee", "registration": "registered"}


def ask(event: Event, path: str, now: datetime, **sent: str) -> Any:
    client = signed_in(make_member(event.organization))
    with time_machine.travel(now, tick=False):
        return client.post(path, PERSON | sent) if sent else client.get(path)


@pytest.fixture
def event() -> Event:
    event = make_event(time_zone="Asia/Riyadh")  # Three hours ahead.
    make_session(event)
    return event


@pytest.mark.parametrize(
    ("now", "sent", "span"),
    [
        (BEFORE, {}, Span()),
        (AFTERWARDS, {}, Span(AFTERWARDS, None)),
        (AFTERWARDS, {"from_beginning": "on"}, Span()),
        (AFTERWARDS, {"enrolled_from": "2026-03-09T15:00"}, Span(NOON, None)),
        (AFTERWARDS, {"enrolled_until": "2026-03-09T15:00"}, Span(AFTERWARDS, NOON)),
        (BEFORE, {"enrolled_until": "2026-03-09T15:00"}, Span(None, NOON)),
    ],
)
def test_who_is_added_is_enrolled(
    event: Event, now: datetime, sent: dict[str, str], span: Span
) -> None:
    answer = ask(event, f"/events/{event.pk}/people/new/", now, email="", **sent)
    assert answer["Location"] == f"/events/{event.pk}/people/"
    assert Participant.objects.get().enrolled == (span,)


def test_the_form_says_what_an_empty_field_means(event: Event) -> None:
    path = f"/events/{event.pk}/people/new/"
    early = ask(event, path, BEFORE).content.decode()
    assert "If empty: from the beginning." in text(early)
    assert "from_beginning" not in early
    late = ask(event, path, AFTERWARDS).content.decode()
    assert "If empty: from now on, because a session has already ended." in text(late)
    assert 'name="from_beginning"' in late


def test_two_answers_are_refused(event: Event) -> None:
    answer = ask(
        event,
        f"/events/{event.pk}/people/new/",
        AFTERWARDS,
        enrolled_from="2026-03-09T15:00",
        from_beginning="on",
    )
    assert "not both" in text(answer.content.decode())
    assert not Participant.objects.exists()


@pytest.mark.parametrize(
    ("stored", "sent", "expected"),
    [
        # What was not changed stays to the microsecond.
        (Span(NOON + timedelta(microseconds=7), None), {}, None),
        (Span(NOON, None), {"enrolled_from": ""}, Span()),
        (Span(None, NOON), {"enrolled_until": ""}, Span()),
        (Span(), {"enrolled_until": "2026-03-09T15:00"}, Span(None, NOON)),
    ],
)
def test_a_place_is_changed(
    event: Event, stored: Span, sent: dict[str, str], expected: Span | None
) -> None:
    place = make_participant(event, name="Amina", email="", enrolled=[stored])
    shown = {
        "enrolled_from": "2026-03-09T15:00" if stored.start else "",
        "enrolled_until": "2026-03-09T15:00" if stored.end else "",
    }
    path = f"/participants/{place.pk}/edit/"
    assert ask(event, path, AFTERWARDS, **shown | sent).status_code == 302
    place.refresh_from_db()
    assert place.enrolled == (expected or stored,)


def test_who_cancelled_is_not_enrolled_longer(event: Event) -> None:
    place = make_participant(event, name="Amina", email="", registration="cancelled")
    answer = ask(
        event,
        f"/participants/{place.pk}/edit/",
        AFTERWARDS,
        registration="cancelled",
        enrolled_until="2026-04-09T15:00",
    )
    assert "Register them again first" in text(answer.content.decode())


def test_a_number_that_somebody_else_has_is_told_at_its_field(event: Event) -> None:
    make_participant(event, name="Ben", external_id="S-1")
    place = make_participant(event, name="Amina", email="")
    answer = ask(
        event, f"/participants/{place.pk}/edit/", AFTERWARDS, external_id="S-1"
    )
    assert 'id="id_external_id_error"' in answer.content.decode()
    assert place.enrolled == always()


@pytest.mark.parametrize(
    ("registration", "path", "offered"),
    [
        ("registered", "/participants/{place}/edit/", False),
        ("viewed", "/participants/{place}/edit/", True),
        ("registered", "/events/{event}/people/", False),
        ("registered", "/events/{event}/people/new/", True),
    ],
)
def test_nobody_on_the_roster_is_offered_to_become_an_onlooker(
    event: Event, registration: str, path: str, *, offered: bool
) -> None:
    place = make_participant(event, registration=registration)
    client = signed_in(make_member(event.organization))
    address = path.format(place=place.pk, event=event.pk)
    page = client.get(address).content.decode()
    assert '<option value="waitlisted"' in page
    assert ('<option value="viewed"' in page) is offered
