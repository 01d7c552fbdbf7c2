"""Prompts are written once, an hour after an event has ended, whoever missed that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo
from attendance.models import Attendance, AttendanceChange, Status
from events.models import Event, EventState, Organization, Registration
from events.roster.adding import add_participant
from events.roster.places import change_participant
from notifications.models import AttendancePrompt, PromptedEvent
from notifications.prompts.claiming import LEASE, claim
from notifications.prompts.preparing import Prepared, prepare_due_prompts
from notifications.prompts.sending import send_due_prompts
from tests.at_once import at_once
from tests.factories import (
    make_connection,
    make_event,
    make_link,
    make_member,
    make_organization,
    make_participant,
    make_prompt,
    make_session,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ended(*, ago: timedelta, **fields: Any) -> Event:
    """An event of two hours with one person, which ended so long ago."""
    event = make_event(starts_at=NOW - ago - 2 * HOUR, **fields)
    make_participant(event)
    return event


def written(now: datetime = NOW) -> int:
    done = prepare_due_prompts(now=now)
    assert done.failed == {}
    return done.written


def test_an_hour_after_the_end_and_once() -> None:
    event = ended(ago=timedelta())
    assert written(NOW + HOUR - timedelta(seconds=1)) == 0
    assert written(NOW + HOUR) == 1
    assert written(NOW + 2 * HOUR) == 0
    [prompt] = AttendancePrompt.objects.all()
    assert prompt.due_at == prompt.send_at == event.end + HOUR


def test_an_event_ends_with_its_last_session() -> None:
    event = ended(ago=DAY)
    make_session(event, starts_at=NOW)
    cancelled = make_session(event, starts_at=NOW + DAY)
    cancelled.cancelled_at = NOW
    cancelled.save()
    assert written(NOW + HOUR) == 0
    assert written(NOW + 2 * HOUR) == 1


@pytest.mark.parametrize(
    ("ago", "number"), [(14 * DAY - HOUR, 1), (14 * DAY, 0), (400 * DAY, 0)]
)
def test_whoever_missed_it_catches_up_for_14_days(ago: timedelta, number: int) -> None:
    ended(ago=ago)
    assert written() == number


def test_so_does_a_course_that_began_long_ago_and_has_no_end() -> None:
    event = make_event(starts_at=NOW - 400 * DAY, ends_at=None)
    event.ends_at = None
    event.save()
    make_participant(event)
    make_session(event, starts_at=NOW - 13 * DAY)
    assert written() == 1


@pytest.mark.parametrize(
    ("state", "number"),
    [
        (EventState.DRAFT, 0),
        (EventState.CANCELLED, 0),
        (EventState.SCHEDULED, 1),
        (EventState.COMPLETED, 1),
    ],
)
def test_drafts_and_what_was_cancelled_ask_nobody(state: str, number: int) -> None:
    ended(ago=DAY, state=state)
    assert written() == number


def test_organizations_that_switched_it_off_ask_nobody() -> None:
    organization = make_organization(sends_prompts=False)
    ended(ago=DAY, organization=organization)
    assert written() == 0
    Organization.objects.update(sends_prompts=True)
    assert written() == 1


def test_what_was_never_calculated_is_calculated_first() -> None:
    event = ended(ago=DAY)
    session = make_session(event, starts_at=event.starts_at)
    place = event.participants.get()
    make_link(place, "ana")
    make_connection(session, identity="ana", left_at=session.ends_at)
    written()
    assert Attendance.objects.get(session=session).status == "present"
    send_due_prompts(now=NOW)
    assert len(mail.outbox) == 1


def test_who_comes_to_the_roster_later_is_asked_then_and_nobody_twice() -> None:
    event = ended(ago=DAY)
    assert written() == 1
    late = add_participant(event=event, name="Late", email="late@example.com")
    assert written() == 1
    assert AttendancePrompt.objects.filter(participant=late.participant).count() == 1
    assert written() == 0


def test_who_cancelled_before_the_mail_and_came_back_is_mailed() -> None:
    event = ended(ago=DAY)
    place = event.participants.get()
    written()
    change_participant(participant=place, changes={"registration": "cancelled"})
    assert send_due_prompts(now=NOW).sent == 0
    back = {"registration": Registration.REGISTERED, "enrolled_from": None}
    change_participant(participant=place, changes=back)
    written()
    assert send_due_prompts(now=NOW + HOUR).sent == 1


def test_an_event_that_is_moved_moves_what_is_not_sent() -> None:
    event = ended(ago=DAY)
    sent = event.participants.get()
    written()
    send_due_prompts(now=NOW)
    by_hand = make_participant(event)
    early = make_prompt(by_hand, due_at=NOW - 2 * DAY, send_at=NOW - 2 * DAY)
    unsent = make_participant(event)
    written()
    move(event, to=NOW + DAY)
    assert written() == 0
    assert due(early) == due(unsent.prompts.get()) == (NOW + DAY + HOUR,) * 2
    assert sent.prompts.get().sent_at == NOW
    assert send_due_prompts(now=NOW + DAY).sent == 0
    move(event, to=NOW)
    assert written(NOW + HOUR) == 0
    assert due(unsent.prompts.get()) == (NOW + HOUR, NOW + HOUR)
    assert send_due_prompts(now=NOW + DAY + HOUR).sent == 2


@pytest.mark.parametrize("when", ["before the prompt", "before the mail"])
def test_whose_mark_of_absence_is_undone_is_asked_after_all(when: str) -> None:
    event = ended(ago=DAY)
    session = make_session(event, starts_at=event.starts_at)
    place, staff = event.participants.get(), make_member(event.organization)
    others = ended(ago=DAY)
    if when == "before the mail":
        written()
    mark(Place(event, session), [Mark(place, Status.ABSENT)], by=staff, now=NOW)
    written()
    assert send_due_prompts(now=NOW).sent == others.participants.count()
    looked_at = set(PromptedEvent.objects.filter(roster_changed_at=None))
    assert looked_at == set()
    change = AttendanceChange.objects.latest("pk")
    undo(change, reason="", by=staff, now=NOW)
    [again] = PromptedEvent.objects.filter(roster_changed_at=None)
    assert again.event == event
    written()
    assert send_due_prompts(now=NOW).sent == 1


def test_an_event_that_fails_is_tried_again_after_pauses_that_grow() -> None:
    event, other = ended(ago=DAY), ended(ago=DAY)
    with failing(event):
        assert list(prepare_due_prompts(now=NOW).failed) == [event.pk]
        assert prepare_due_prompts(now=NOW + MINUTE / 2) == Prepared()
        assert list(prepare_due_prompts(now=NOW + MINUTE).failed) == [event.pk]
        assert prepare_due_prompts(now=NOW + 2 * MINUTE) == Prepared()
    assert AttendancePrompt.objects.get().participant.event == other
    assert written(NOW + 3 * MINUTE) == 1
    prompted = PromptedEvent.objects.get(event=event)
    assert (prompted.failures, prompted.retry_at) == (0, None)


@contextmanager
def failing(event: Event) -> Iterator[None]:
    """Let the database refuse prompts about an event."""
    with connection.cursor() as cursor:
        places = [place.pk for place in event.participants.all()]
        cursor.execute(
            "ALTER TABLE notifications_attendanceprompt ADD CONSTRAINT fails"
            f" CHECK (participant_id NOT IN ({', '.join(map(str, places))}))"
        )
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE notifications_attendanceprompt DROP CONSTRAINT fails"
        )


@pytest.mark.parametrize("later", [HOUR / 6, -HOUR / 6])
def test_a_moved_event_takes_no_mail_from_who_is_sending_it(later: timedelta) -> None:
    event = ended(ago=DAY)
    written()
    assert len(claim(NOW) or []) == 1
    move(event, to=NOW - DAY + later)
    written()
    assert claim(NOW) is None
    assert len(claim(NOW + LEASE) or []) == 1


def test_a_moved_event_keeps_the_pauses_of_mails_that_were_not_taken() -> None:
    event = ended(ago=DAY)
    written()
    pause = NOW + HOUR / 2
    AttendancePrompt.objects.update(send_at=pause, failures=5)
    move(event, to=NOW - DAY + HOUR / 6)
    written()
    [prompt] = AttendancePrompt.objects.all()
    assert (prompt.send_at, prompt.failures) == (pause, 5)


def test_after_a_moved_event_its_people_are_looked_at_again() -> None:
    event = ended(ago=DAY)
    written()
    move(event, to=NOW + DAY)
    written()
    Event.objects.update(prompt_viewers=False)
    new = make_participant(event)
    assert written(NOW + DAY + HOUR) == 1
    assert new.prompts.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_each_prompt_once() -> None:
    event = ended(ago=DAY)
    for _number in range(20):
        make_participant(event)

    def run() -> int:
        return prepare_due_prompts(now=NOW).written

    at_once([run, run])
    assert AttendancePrompt.objects.count() == 21


def move(event: Event, *, to: datetime) -> None:
    Event.objects.filter(pk=event.pk).update(starts_at=to - 2 * HOUR, ends_at=to)


def due(prompt: AttendancePrompt) -> tuple[datetime, datetime | None]:
    prompt.refresh_from_db()
    return prompt.due_at, prompt.send_at
