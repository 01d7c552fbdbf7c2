"""Since when somebody is taken as left whom no fact ever says to have left."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from sessions_app.models import Connection, LiveSession
from sessions_app.rebuild import rebuild_connections
from sessions_app.reconciliation import reconcile_connections
from sessions_app.tasks import reconcile_connections as task
from tests.factories import START, make_connection, make_event, make_presence_event
from tests.factories import make_session as make_any_session
from tests.webhooks import deliver_all, make_participant_body

pytestmark = pytest.mark.django_db

ROOM = "school_room"
LONG_AFTER = START + timedelta(days=30)


def minutes(number: float) -> datetime:
    return START + timedelta(minutes=number)


@pytest.fixture
def event() -> Event:
    return make_event()


@pytest.fixture
def lesson(event: Event) -> LiveSession:
    """10:00 to 11:00."""
    return session(event, 0, 60)


def session(event: Event, start: float, end: float, **fields: Any) -> LiveSession:
    fields |= {"starts_at": minutes(start), "ends_at": minutes(end)}
    return make_any_session(event, room_name=ROOM, **fields)


def joined(lesson: LiveSession, minute: float = 0, **fields: Any) -> Connection:
    fields.setdefault("joined_at", minutes(minute))
    return make_connection(lesson, **fields)


def taken_as_left(connection: Connection, now: datetime = LONG_AFTER) -> float | None:
    """Reconcile; return the minute since which the connection is taken as left."""
    reconcile_connections(now=now)
    connection.refresh_from_db()
    if connection.inferred_left_at is None:
        return None
    return (connection.inferred_left_at - START) / timedelta(minutes=1)


def test_an_hour_after_the_sessions_end_and_not_before(lesson: LiveSession) -> None:
    person = joined(lesson)
    assert taken_as_left(person, minutes(119.9)) is None
    assert taken_as_left(person, minutes(120)) == 120


def test_who_came_before_the_start_reaches_the_session(lesson: LiveSession) -> None:
    assert taken_as_left(joined(lesson, -300)) == 120


def test_who_came_after_the_end_does_not(lesson: LiveSession) -> None:
    assert taken_as_left(joined(lesson, 61)) == 61 + 24 * 60


def test_without_any_session_after_a_day(lesson: LiveSession) -> None:
    person = joined(lesson, room_name="another_room")
    assert taken_as_left(person, minutes(24 * 60 - 1)) is None
    assert taken_as_left(person, minutes(24 * 60)) == 24 * 60


def test_without_a_room_after_a_day(lesson: LiveSession) -> None:
    assert taken_as_left(joined(lesson, room_name=None)) == 24 * 60


def test_when_it_really_ended_counts(lesson: LiveSession) -> None:
    lesson.ended_at = minutes(90)
    lesson.save()
    assert taken_as_left(joined(lesson)) == 150


def test_a_cancelled_session_does_not_count(event: Event, lesson: LiveSession) -> None:
    session(event, 60, 120, cancelled_at=START)
    assert taken_as_left(joined(lesson)) == 120


def test_sessions_one_after_the_other_are_all_reached(
    event: Event, lesson: LiveSession
) -> None:
    session(event, 60, 120)
    session(event, 175, 200)
    assert taken_as_left(joined(lesson), minutes(259)) is None
    assert taken_as_left(joined(lesson)) == 260


def test_a_session_over_an_hour_later_is_not(event: Event, lesson: LiveSession) -> None:
    session(event, 121, 200)
    assert taken_as_left(joined(lesson)) == 120


def test_tomorrows_lesson_in_the_same_room_is_not(
    event: Event, lesson: LiveSession
) -> None:
    session(event, 23 * 60, 25 * 60)
    assert taken_as_left(joined(lesson), minutes(125)) == 120


def test_a_first_session_more_than_a_day_later_is_not(event: Event) -> None:
    next_week = session(event, 7 * 24 * 60, 7 * 24 * 60 + 60)
    assert taken_as_left(joined(next_week)) == 24 * 60


def test_no_session_after_the_rooms_next_start_is(
    event: Event, lesson: LiveSession
) -> None:
    session(event, 60, 120)
    make_presence_event(
        lesson, event="room_started", room_sid="RM_2", occurred_at=minutes(30)
    )
    assert taken_as_left(joined(lesson, room_sid="RM_1")) == 120
    assert taken_as_left(joined(lesson, 31, room_sid="RM_2")) == 180


def test_no_session_after_the_rooms_finish_is(
    event: Event, lesson: LiveSession
) -> None:
    session(event, 60, 120)
    make_presence_event(
        lesson, event="room_finished", room_sid="RM_1", occurred_at=minutes(59)
    )
    assert taken_as_left(joined(lesson, room_sid="RM_1")) == 120


def test_no_session_after_the_same_identity_came_back_is(
    event: Event, lesson: LiveSession
) -> None:
    session(event, 60, 120)
    first = joined(lesson, identity="ana")
    second = joined(lesson, 45, identity="ana")
    assert (taken_as_left(first), taken_as_left(second)) == (120, 180)


@pytest.mark.parametrize("end", ["left_at", "aborted_at"])
def test_whose_end_a_fact_gives_is_left_alone(lesson: LiveSession, end: str) -> None:
    ended: dict[str, Any] = {end: minutes(5)}
    assert taken_as_left(joined(lesson, **ended)) is None


def test_who_was_taken_as_left_stays_so(event: Event, lesson: LiveSession) -> None:
    person = joined(lesson)
    assert taken_as_left(person) == 120
    session(event, 60, 120)
    assert taken_as_left(person) == 120
    assert reconcile_connections(now=LONG_AFTER) == 0


def test_a_connection_that_nobody_knows_the_beginning_of_is_left_alone(
    lesson: LiveSession,
) -> None:
    assert taken_as_left(joined(lesson, joined_at=None)) is None


def test_a_real_end_that_comes_later_stands_beside_it(lesson: LiveSession) -> None:
    def body(event: str, minute: float) -> dict[str, Any]:
        return make_participant_body(
            event,
            minutes(minute),
            ROOM,
            sid="PA_1",
            identity="ana",
            joined_at=START,
        )

    deliver_all(body("participant_joined", 0))
    reconcile_connections(now=LONG_AFTER)
    deliver_all(body("participant_left", 50))
    assert rebuild_connections().differing == {}
    person = Connection.objects.get()
    assert (person.left_at, person.inferred_left_at) == (minutes(50), minutes(120))


def test_it_is_one_statement_however_many_there_are(lesson: LiveSession) -> None:
    for _ in range(20):
        joined(lesson)
    with CaptureQueriesContext(connection) as queries:
        assert reconcile_connections(now=LONG_AFTER) == 20
    assert len(queries) == 1


def test_the_command_and_the_task_do_it_now(
    lesson: LiveSession, capsys: pytest.CaptureFixture[str]
) -> None:
    first = joined(lesson)
    call_command("reconcile_connections")
    assert capsys.readouterr().out == "Connections taken as left: 1.\n"
    first.refresh_from_db()
    assert first.inferred_left_at == minutes(120)
    second = joined(lesson)
    task()
    second.refresh_from_db()
    assert second.inferred_left_at == minutes(120)


def test_beat_knows_the_task_by_its_name(settings: Any) -> None:
    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert task.name == "sessions_app.tasks.reconcile_connections"
    assert task.name in names
