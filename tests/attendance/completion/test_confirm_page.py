"""Completing an event by hand: what the page tells and asks before it acts."""

import re
from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import Attendance
from events.models import Event, EventState, Participant, Role, User
from sessions_app.services import cancel_session
from tests.attendance.completion.held import DAY, LONG_AFTER, about_event, hold
from tests.attendance.pages import signed_in, text
from tests.factories import (
    START,
    make_event,
    make_member,
    make_participant,
    make_participants,
    make_session,
    make_user,
)
from tests.written import written

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def organizer(course: Event) -> User:
    return make_member(course.organization)


def press(course: Event, user: User, now: datetime = LONG_AFTER, **fields: str) -> str:
    """Press the button of the page; where that leads."""
    with time_machine.travel(now, tick=False):
        answer = signed_in(user).post(f"/events/{course.pk}/complete/", fields)
    assert answer.status_code == HTTPStatus.FOUND
    course.refresh_from_db()
    return str(answer["Location"])


def asked(course: Event, user: User, now: datetime = LONG_AFTER) -> str:
    """The page to which the button leads if it asks."""
    path = f"/events/{course.pk}/complete/"
    assert press(course, user, now) == path
    assert course.state == EventState.SCHEDULED
    with time_machine.travel(now, tick=False):
        page = signed_in(user).get(path).content.decode()
    return page[page.index("<main") :]


def listed(page: str) -> list[str]:
    """Each sentence, with the people or sessions below it."""
    return [
        f"{text(sentence)} {text(names)}"
        for sentence, names in re.findall(
            r'<p>([^<]*)</p>\s*<ul class="names">(.*?)</ul>', page, re.DOTALL
        )
    ]


def test_where_everything_is_decided_it_is_completed_without_a_question(
    course: Event, ana: Participant, organizer: User
) -> None:
    hold(course, (ana, 60))
    led_to = press(course, organizer)
    assert led_to == f"/events/{course.pk}/attendance/"
    assert course.state == EventState.COMPLETED
    assert about_event(ana) == ("present", "livekit_auto", True)


def test_who_is_never_absent_by_default_is_no_reason_to_ask(
    course: Event, ana: Participant, organizer: User
) -> None:
    make_participant(course, name="Host", role="host")
    make_participant(course, name="Dan", registration="waitlisted")
    check_in(Place(course, None), ana, by=organizer, now=START)
    assert press(course, organizer) == f"/events/{course.pk}/attendance/"
    assert course.state == EventState.COMPLETED


def test_who_would_become_absent_is_named_and_one_button_completes(
    course: Event, ana: Participant, organizer: User
) -> None:
    """A meetup: only Ana came, a host and who waits have nothing to fear."""
    ben = make_participant(course, name="Ben")
    make_participant(course, name="Cem", registration="walk_in")
    make_participant(course, name="Host", role="host")
    make_participant(course, name="Dan", registration="waitlisted")
    check_in(Place(course, None), ana, by=organizer, now=START)
    page = asked(course, organizer)
    assert listed(page) == [
        "1 person has no decision and becomes absent: Ben",
        "1 person has no decision and stays unknown: Cem",
        "1 host has no decision and stays unknown: Host",
        "1 person on the waiting list has no decision and stays unknown: Dan",
    ]
    assert f'href="/people/{ben.person_id}/"' in page
    assert about_event(ben) is None
    [button] = re.findall(r"<button.*?</button>", page, re.DOTALL)
    assert 'name="confirmed" value="1"' in button
    press(course, organizer, confirmed="1")
    assert course.state == EventState.COMPLETED
    assert about_event(ben) == ("absent", "system_default", False)


def test_what_it_foresees_is_what_completing_does(
    course: Event, ana: Participant, organizer: User
) -> None:
    """At a course of which one session was held, and one perhaps."""
    people = [make_participant(course, name=name) for name in ("Ben", "Cem", "Dan")]
    host = make_participant(course, name="Eva", role="host")
    held, empty = hold(course, (ana, 60)), hold(course, day=1)
    mark(Place(course, empty), [Mark(people[0], "excused")], by=organizer, now=START)
    mark(Place(course, None), [Mark(people[1], "excused")], by=organizer, now=START)
    Attendance.objects.filter(participant__in=[people[2], host], session=held).delete()
    page = asked(course, organizer)
    [not_proved, absent, unknown] = listed(page)
    assert unknown == "1 host has no decision and stays unknown: Eva"
    assert absent == "1 person has no decision and becomes absent: Dan"
    assert not_proved.startswith("Nothing proves that 1 session was held.")
    assert f"{empty.title} (Tue 3 Mar 2026)" in not_proved
    assert f'href="/sessions/{empty.pk}/"' in page
    press(course, organizer, confirmed="1")
    assert about_event(people[2]) == ("absent", "system_default", False)
    assert Attendance.objects.filter(session=None, source="system_default").count() == 1


def test_nobody_becomes_absent_where_nothing_proves_that_anything_was_held(
    course: Event, ana: Participant, organizer: User
) -> None:
    hold(course)
    page = asked(course, organizer)
    assert listed(page)[1:] == ["1 person has no decision and stays unknown: Ana"]
    press(course, organizer, confirmed="1")
    assert about_event(ana) is None


def test_sessions_that_are_not_calculated_are_named(
    course: Event, ana: Participant, organizer: User
) -> None:
    session = make_session(course)
    [first, _unknown] = listed(asked(course, organizer))
    assert first.startswith("1 session is not calculated yet.")
    assert session.title in first


def test_one_thing_that_is_open_is_enough_to_ask(
    course: Event, ana: Participant, organizer: User
) -> None:
    """Everybody is decided, but one session perhaps not held; or the event not over."""
    hold(course, (ana, 60))
    perhaps = hold(course, day=1)
    [named] = listed(asked(course, organizer))
    assert perhaps.title in named
    cancel_session(session=perhaps, now=LONG_AFTER)
    Event.objects.update(ends_at=LONG_AFTER + DAY)
    course.refresh_from_db()
    page = asked(course, organizer)
    assert "The event has not ended" in text(page)
    assert listed(page) == []


@pytest.mark.parametrize("minutes", [-30, 30])
def test_what_has_not_ended_is_named_and_cannot_be_completed(
    course: Event, ana: Participant, organizer: User, minutes: int
) -> None:
    session = make_session(course)
    page = asked(course, organizer, START + minutes * MINUTE)
    [named] = listed(page)
    assert named.startswith("1 session has not ended. Wait for that, or cancel it.")
    assert f'href="/sessions/{session.pk}/"' in page
    assert "<button" not in page


# An event without sessions


def test_that_it_has_not_ended_is_said(
    course: Event, ana: Participant, organizer: User
) -> None:
    page = asked(course, organizer, START + 30 * MINUTE)
    assert "The event has not ended: it ends Mon 2 Mar 2026, 11:00 (UTC)." in text(page)
    assert listed(page) == ["1 person has no decision and becomes absent: Ana"]
    press(course, organizer, START + 30 * MINUTE, confirmed="1")
    assert course.state == EventState.COMPLETED


def test_before_it_begins_nobody_completes_it(
    course: Event, ana: Participant, organizer: User
) -> None:
    page = asked(course, organizer, START - MINUTE)
    assert "it begins Mon 2 Mar 2026, 10:00 (UTC)." in text(page)
    assert "<button" not in page
    press(course, organizer, START - MINUTE, confirmed="1")
    client = signed_in(organizer)
    with time_machine.travel(START - MINUTE, tick=False):
        refused = client.post(f"/api/events/{course.pk}/complete")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert refused.json()["type"].endswith("not_begun")
    course.refresh_from_db()
    assert course.state == EventState.SCHEDULED
    assert about_event(ana) is None
    with time_machine.travel(START, tick=False):
        done = client.post(f"/api/events/{course.pk}/complete")
    assert done.json()["state"] == "completed"


# Who asks, and what it costs


def test_looking_at_the_question_writes_nothing_and_takes_as_many_queries_for_many(
    course: Event, ana: Participant, organizer: User
) -> None:
    client, counts = signed_in(organizer), []
    for number in (2, 30):
        make_participants(course, (f"P{n}" for n in range(number)))
        hold(course, day=number)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/events/{course.pk}/complete/").status_code == 200
        assert not written(captured)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 16


def test_of_very_many_people_the_first_are_named(
    course: Event, organizer: User
) -> None:
    make_participants(course, (f"P{n:03}" for n in range(103)))
    [named] = listed(asked(course, organizer))
    assert named.startswith("103 people have no decision and become absent: P000 P001")
    assert named.endswith("P099 and 3 more")


def test_only_organizers_are_asked(course: Event, ana: Participant) -> None:
    for user, status in (
        (make_user(), HTTPStatus.NOT_FOUND),
        (make_member(course.organization, Role.VIEWER), HTTPStatus.FORBIDDEN),
    ):
        answer = signed_in(user).get(f"/events/{course.pk}/complete/")
        assert answer.status_code == status


@pytest.mark.parametrize("state", ["draft", "cancelled", "completed"])
def test_what_cannot_be_completed_asks_nothing(state: str) -> None:
    event = make_event(state=state)
    user = make_member(event.organization)
    answer = signed_in(user).get(f"/events/{event.pk}/complete/")
    assert answer["Location"] == f"/events/{event.pk}/attendance/"


def test_once_begun_rest_completes_as_it_is_told(
    course: Event, ana: Participant, organizer: User
) -> None:
    with time_machine.travel(START + DAY, tick=False):
        done = signed_in(organizer).post(f"/api/events/{course.pk}/complete")
    assert done.json()["state"] == "completed"
    assert about_event(ana) == ("absent", "system_default", False)
