"""Rules of sessions that hold also when people act at the same time."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Conflict
from events.models import Event, EventState
from sessions_app.models import LiveSession
from sessions_app.services import (
    cancel_event,
    restore_session,
    schedule_session,
    take_back_end,
)
from tests.factories import START, make_event, make_session

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
A_LESSON: dict[str, Any] = {
    "title": "Lesson",
    "starts_at": START,
    "ends_at": START.replace(hour=11),
}


def test_an_event_cancelled_since_it_was_read_gets_no_session() -> None:
    event = make_event()
    cancel_event(event=Event.objects.get(pk=event.pk), now=START)
    assert event.state == EventState.SCHEDULED
    with pytest.raises(Conflict) as refused:
        schedule_session(event=event, **A_LESSON)
    assert refused.value.code == "event_cancelled"


def schedule(session: LiveSession) -> None:
    schedule_session(event=session.event, **A_LESSON)


def restore(session: LiveSession) -> None:
    restore_session(session=session)


def cancel(session: LiveSession) -> None:
    cancel_event(event=session.event, now=START)


@pytest.mark.parametrize(
    ("write", "locked"),
    [
        (schedule, ["events_event"]),
        (restore, ["events_event", "sessions_app_livesession"]),
        (cancel, ["events_event", "sessions_app_livesession"]),
    ],
)
def test_the_event_is_locked_before_its_sessions(
    write: Callable[[LiveSession], None], locked: list[str]
) -> None:
    session = make_session()
    with CaptureQueriesContext(connection) as queries:
        write(session)
    statements = [query["sql"] for query in queries]
    locks = [sql for sql in statements if "FOR NO KEY UPDATE" in sql]
    assert [_table(sql) for sql in locks] == locked
    assert not [sql for sql in statements if "FOR UPDATE" in sql]


def test_a_session_whose_room_was_taken_meanwhile_does_not_run_again() -> None:
    session = make_session(ended_at=START + 20 * MINUTE)
    make_session(
        session.event, room_name=session.room_name, starts_at=START + 30 * MINUTE
    )
    with pytest.raises(Conflict) as refused:
        take_back_end(session=session, now=START + 25 * MINUTE)
    assert refused.value.code == "room_taken"
    session.refresh_from_db()
    assert session.ended_at


def test_a_cancelled_session_does_not_run_again() -> None:
    at = START + 20 * MINUTE
    session = make_session(ended_at=at, cancelled_at=at)
    with pytest.raises(Conflict) as refused:
        take_back_end(session=session, now=START + 25 * MINUTE)
    assert refused.value.code == "session_cancelled"


def _table(statement: str) -> str:
    found = re.search(r'FROM "(\w+)"', statement)
    assert found
    return found[1]
