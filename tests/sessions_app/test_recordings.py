"""What a real LiveKit server sent, through the endpoint: the report says what happened.

``truth`` is what the clients did by their own clock (tests/livekit_recordings).
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import pytest
from django.db import transaction

from attendance.calculating.sessions import calculate_sessions
from attendance.evidence.due import Selection
from attendance.models import Attendance
from events.models import Participant
from sessions_app.models import LiveSession
from tests.factories import make_event, make_participant, make_session
from tests.webhooks import RECORDINGS, at_ms, deliver_all, load_recording, unix_ms

pytestmark = pytest.mark.django_db

Interval: TypeAlias = tuple[float, float]
Recording: TypeAlias = dict[str, Any]

EVERYTHING = {path.stem: load_recording(path) for path in RECORDINGS}
MACHINES = {"transcriber", "hidden-one", "recorder-one", "EG_egress"}

WITHIN = 1.5
# A client that vanishes is noticed by LiveKit after twenty seconds.
WITHIN_AFTER_KILL = 25


def bodies(recording: Recording) -> list[dict[str, Any]]:
    """Each delivered body once: those that were retried came several times."""
    raw = dict.fromkeys(one["body"] for one in recording["deliveries"])
    return [json.loads(body) for body in raw]


def window(recording: Recording) -> tuple[datetime, datetime]:
    """From a little before the first to a little after the last thing that happened."""
    times = [unix_ms_of(body) for body in bodies(recording)]
    margin = timedelta(seconds=5)
    return at_ms(min(times)) - margin, at_ms(max(times)) + margin


def unix_ms_of(body: dict[str, Any]) -> int:
    return int(body["createdAt"]) * 1000


def action(recording: Recording, name: str) -> int:
    [at] = [one["at_ms"] for one in recording["actions"] if one["action"] == name]
    return int(at)


Order: TypeAlias = Callable[[list[Any]], list[Any]]
ORDERS: dict[str, Order] = {
    "as sent": list,
    "reversed": lambda sent: sent[::-1],
    "doubled and shuffled": lambda sent: Random(5).sample(  # noqa: S311
        sent * 2, len(sent) * 2
    ),
}


@contextmanager
def replayed(
    recording: Recording,
    order: Order = list,
    during: tuple[datetime, datetime] | None = None,
) -> Iterator[LiveSession]:
    """A calculated session in whose room all that happened; then it is undone."""
    starts_at, ends_at = during or window(recording)
    with transaction.atomic():
        session = make_session(make_event(), starts_at=starts_at, ends_at=ends_at)
        for identity in recording["truth"]:
            make_participant(session.event, name=identity, identity=identity)
        sent = bodies(recording)
        for body in sent:
            body["room"]["name"] = session.room_name
        deliver_all(*order(sent))
        selection = Selection(now=ends_at, session_id=session.pk)
        assert list(calculate_sessions(selection).calculated) == [session.pk]
        yield session
        transaction.set_rollback(True)


def rows(session: LiveSession) -> dict[str, dict[str, Any]]:
    """What is decided of each identity; without what differs between two replays."""
    own = ("id", "updated_at", "organization", "event", "session", "participant")
    names = [field.name for field in Attendance._meta.fields if field.name not in own]
    stored = Attendance.objects.filter(session=session)
    return {
        Participant.objects.get(attendances=one).identity: {
            name: getattr(one, name) for name in names
        }
        for one in stored
    }


def intervals(row: dict[str, Any]) -> list[Interval]:
    return [(joined / 1e6, left / 1e6) for joined, left, _ in row["intervals"]]


def truth(recording: Recording, identity: str, session: LiveSession) -> list[Interval]:
    """What really was, in seconds, inside the session's window; moments are nothing."""
    start, end = session.starts_at.timestamp(), session.end.timestamp()
    inside = [
        (max(joined / 1000, start), min(left / 1000, end))
        for joined, left in recording["truth"][identity]
    ]
    return [(joined, left) for joined, left in inside if left - joined > 0.1]


@pytest.mark.parametrize("recording", EVERYTHING.values(), ids=EVERYTHING.keys())
def test_the_report_agrees_with_what_happened_in_any_order(
    recording: Recording,
) -> None:
    reports = []
    for order in ORDERS.values():
        with replayed(recording, order) as session:
            reports.append(rows(session))
            for identity in recording["truth"]:
                assert_true(recording, identity, session, reports[-1][identity])
    assert all(report == reports[0] for report in reports)


def assert_true(
    recording: Recording, identity: str, session: LiveSession, row: dict[str, Any]
) -> None:
    told = intervals(row)
    if identity in MACHINES:
        assert told == []
        return
    happened = truth(recording, identity, session)
    assert len(told) == len(happened), (told, happened)
    for (joined, left), (truly_joined, truly_left) in zip(told, happened, strict=True):
        assert abs(joined - truly_joined) < WITHIN
        earliest, latest = bounds_of_end(recording, identity, truly_left)
        assert earliest <= left <= latest


def bounds_of_end(
    recording: Recording, identity: str, truly_left: float
) -> tuple[float, float]:
    for one in recording["actions"]:
        if abs(one["at_ms"] / 1000 - truly_left) > 0.1:
            continue
        if one["action"] == "server killed (SIGKILL)":
            return truly_left - WITHIN, next_room_start(recording, truly_left)
        if "client process killed" in one["action"] and one["identity"] == identity:
            return truly_left - WITHIN, truly_left + WITHIN_AFTER_KILL
    return truly_left - WITHIN, truly_left + WITHIN


def next_room_start(recording: Recording, after: float) -> float:
    starts = [
        int(body["room"]["creationTimeMs"]) / 1000
        for body in bodies(recording)
        if body["event"] == "room_started"
    ]
    return min(start for start in starts if start > after)


# What is special about some of them


def test_early_joiner_counts_from_the_start_of_class() -> None:
    recording = EVERYTHING["early_joiner"]
    starts_ms = action(recording, "class starts")
    ends_ms = action(recording, "class ends")
    with replayed(recording, during=(at_ms(starts_ms), at_ms(ends_ms))) as session:
        report = rows(session)
        for identity in recording["truth"]:
            assert_true(recording, identity, session, report[identity])
        assert intervals(report["ana"])[0][0] == starts_ms / 1000
        assert report["ana"]["late_seconds"] == 0
        assert report["ben"]["late_seconds"] in {0, 1}
        assert {row["status"] for row in report.values()} == {"present"}


def test_a_killed_clients_end_is_known_from_livekit_and_not_inferred() -> None:
    with replayed(EVERYTHING["client_killed"]) as session:
        assert [inferred for *_, inferred in rows(session)["ana"]["intervals"]] == [
            False
        ]


def test_a_killed_servers_ends_are_inferred() -> None:
    with replayed(EVERYTHING["server_killed_restarted"]) as session:
        for row in rows(session).values():
            assert [inferred for *_, inferred in row["intervals"]] == [True, False]


def test_agents_recorders_and_hidden_people_are_absent_and_callers_are_people() -> None:
    with replayed(EVERYTHING["agent_and_hidden"]) as session:
        joins = {identity: row["join_count"] for identity, row in rows(session).items()}
        assert joins == {**dict.fromkeys(MACHINES, 0), "sip-caller": 1, "ana": 1}


def test_ten_stays_of_milliseconds_are_no_presence() -> None:
    with replayed(EVERYTHING["no_media_join"]) as session:
        report = rows(session)
        assert (report["ana"]["status"], report["ana"]["join_count"]) == ("absent", 0)
        assert report["tutor"]["join_count"] == 1


def test_a_window_that_nobody_was_in_decides_nothing() -> None:
    recording = EVERYTHING["clean_join_leave"]
    end = window(recording)[1]
    with replayed(recording, during=(end, end + timedelta(hours=1))) as session:
        assert rows(session) == {}


def test_the_recordings_are_all_there() -> None:
    assert len(EVERYTHING) == 13
    for name, recording in EVERYTHING.items():
        assert recording["scenario"] == name
        assert Path(name).suffix == ""
        assert unix_ms(window(recording)[0]) > 0
