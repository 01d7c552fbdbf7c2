"""What connections amount to, against an oracle that follows the rules one by one.

A history of a room is generated; the oracle reads its bodies and never the database.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.calculating.sessions import calculate_sessions
from attendance.evidence.due import Selection
from attendance.models import Attendance, SessionCalculation
from events.models import Participant
from sessions_app.facts import store_fact
from sessions_app.livekit import Signature, read_webhook
from sessions_app.models import LiveSession
from sessions_app.sources import stays
from tests.factories import START, make_event, make_participant, make_session
from tests.webhooks import KEY, Room, as_bytes

pytestmark = pytest.mark.django_db

# The session; all times here are seconds after its start.
WINDOW = 600
# So long before the start failed attempts are told.
EARLY = 3600
IDENTITIES = ("ana", "ben")
ROOMS = ("RM_1", "RM_2")
MACHINES = {"AGENT", "EGRESS", "INGRESS"}

SECONDS = st.sampled_from(
    [-3700.0, -100.0, 0.0, 40.0, 100.0, 300.0, 540.0, 600.0, 700.0]
)
OFFSETS = st.sampled_from([0.0, 0.25, 1.0, 1.75, 2.0, 3.0, 19.5])


@dataclass(frozen=True)
class Told:
    """One connection as it is told: which facts come of it, and when it ended."""

    sid: str
    identity: str
    room: str
    kind: str
    joined: float
    is_join_told: bool
    lefts: tuple[float, ...]
    aborts: tuple[float, ...]
    hidden_in: frozenset[int]

    def bodies(self, rooms: dict[str, Room]) -> list[dict[str, Any]]:
        room = rooms[self.room]
        joined = self.joined / 60
        person = {"sid": self.sid, "kind": self.kind}
        made = [room.joined(self.identity, joined, **person)] * self.is_join_told
        made += [
            room.left(self.identity, joined, at / 60, **person) for at in self.lefts
        ]
        made += [
            room.aborted(self.identity, joined, at / 60, **person) for at in self.aborts
        ]
        for number in self.hidden_in:
            if number < len(made):
                made[number]["participant"]["permission"] = {"hidden": True}
        return made

    @property
    def is_person(self) -> bool:
        facts = self.is_join_told + len(self.lefts) + len(self.aborts)
        plain = [number for number in range(facts) if number not in self.hidden_in]
        return self.kind not in MACHINES and bool(plain)

    @property
    def end(self) -> float | None:
        """The earliest that a fact tells; facts have whole seconds."""
        return min((at // 1 for at in self.lefts + self.aborts), default=None)

    @property
    def is_attempt(self) -> bool:
        only_aborted = not self.is_join_told and not self.lefts
        return only_aborted and self.end is not None and self.end - self.joined <= 61


@st.composite
def connections(draw: st.DrawFn, instants: st.SearchStrategy[float]) -> Told:
    joined = draw(instants)
    lengths = st.sampled_from([-0.5, 0.0, 30.0, 60.0, 61.0, 62.0, 63.0, 200.0, 900.0])
    ends = st.lists(lengths.map(lambda length: joined + length), max_size=2).map(tuple)
    told = Told(
        sid=f"PA_{draw(st.uuids())}",
        identity=draw(st.sampled_from(("ana", *IDENTITIES))),
        room=draw(st.sampled_from(ROOMS)),
        kind=draw(st.sampled_from(["STANDARD", "STANDARD", "SIP", "AGENT"])),
        joined=joined,
        is_join_told=draw(st.booleans()),
        lefts=draw(st.just(()) | ends),
        aborts=draw(st.just(()) | ends),
        hidden_in=frozenset(draw(st.sampled_from([(), (), (0,), (1,), (0, 1, 2, 3)]))),
    )
    if told.is_join_told or told.lefts or told.aborts:
        return told
    return Told(**{**vars(told), "is_join_told": True})


@dataclass(frozen=True)
class History:
    """All that is told of a room."""

    connections: tuple[Told, ...]
    starts: tuple[tuple[str, float], ...]
    finishes: tuple[tuple[str, float], ...]

    def bodies(self, session: LiveSession) -> list[dict[str, Any]]:
        rooms = {sid: Room(session, sid) for sid in ROOMS}
        return [
            *(body for one in self.connections for body in one.bodies(rooms)),
            *(rooms[sid].started(at / 60) for sid, at in self.starts),
            *(rooms[sid].finished(at / 60) for sid, at in self.finishes),
        ]

    def inferred_end(self, one: Told) -> float | None:
        """The first of: its room's finish, the next start, the next join."""
        ends = [
            at // 1
            for sid, at in self.finishes
            if sid == one.room and at // 1 >= one.joined // 1
        ]
        for sid, at in self.starts:
            # What comes within two seconds of the join is the room's own start.
            own = 2 if sid == one.room else 0
            if at // 1 > one.joined + own:
                ends.append(at // 1)
        ends += [
            other.joined
            for other in self.connections
            if other.identity == one.identity
            and other.joined > one.joined
            and not other.is_attempt
        ]
        return min(ends, default=None)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """What is told, much of it on the same or the next second."""
    moments = draw(st.lists(SECONDS, min_size=1, max_size=3))
    instants = st.tuples(st.sampled_from(moments), OFFSETS).map(sum)
    events = st.lists(st.tuples(st.sampled_from(ROOMS), instants), max_size=3)
    told = st.lists(connections(instants), min_size=1, max_size=5)
    return History(
        *(tuple(draw(some)) for some in (told, events, events))  # type: ignore[arg-type]
    )


def told_stays(history: History) -> dict[str, tuple[float, float | None, bool, bool]]:
    """By SID: beginning, end, whether that is inferred, whether it is an attempt."""
    stays = {}
    for one in history.connections:
        if not one.is_person:
            continue
        end, inferred = one.end, False
        if end is None:
            end, inferred = history.inferred_end(one), True
        stays[one.sid] = (one.joined, end, inferred, one.is_attempt)
    return stays


def presence(history: History, identity: str) -> list[tuple[float, float]]:
    """What of somebody's stays lies in the window and has a length."""
    sids = {one.sid for one in history.connections if one.identity == identity}
    inside = []
    for sid, (joined, left, _, is_attempt) in told_stays(history).items():
        if sid in sids and not is_attempt:
            start, end = max(joined, 0), min(WINDOW if left is None else left, WINDOW)
            if start < end:
                inside.append((start, end))
    return inside


def painted_seconds(history: History, identity: str) -> int:
    """Whole seconds of presence: paint quarters, count them."""
    painted = {
        quarter
        for start, end in presence(history, identity)
        for quarter in range(round(start * 4), round(end * 4))
    }
    return len(painted) // 4


def attempts(history: History, identity: str) -> int:
    """Failed attempts before the window's end, from an hour before its start on."""
    return sum(
        one.identity == identity
        and one.is_person
        and one.is_attempt
        and one.joined < WINDOW
        and (one.joined if one.end is None else one.end) > -EARLY
        for one in history.connections
    )


@pytest.fixture
def session() -> LiveSession:
    lesson = make_session(
        make_event(), starts_at=START, ends_at=START + timedelta(seconds=WINDOW)
    )
    for identity in IDENTITIES:
        make_participant(lesson.event, identity=identity)
    return lesson


@contextmanager
def happened(history: History, session: LiveSession) -> Iterator[None]:
    """Store what is told, and forget it afterwards."""
    with transaction.atomic():
        for body in history.bodies(session):
            raw = as_bytes(body)
            digest = hashlib.sha256(raw).digest()
            store_fact(read_webhook(raw, Signature(KEY, digest)), raw)
        yield
        transaction.set_rollback(True)


def stored_stays(
    session: LiveSession,
) -> dict[str, tuple[float, float | None, bool, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(stays("s.id = %s"), [session.pk])
        return {
            sid: (
                (joined - START).total_seconds(),
                (left - START).total_seconds() if left else None,
                inferred,
                is_attempt,
            )
            for *_, sid, joined, left, inferred, is_attempt in cursor.fetchall()
        }


@settings(
    max_examples=75,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories())
def test_stays_and_reports_are_what_the_rules_say_of_any_history(
    history: History, session: LiveSession
) -> None:
    with happened(history, session):
        stored = stored_stays(session)
        expected = told_stays(history)
        assert stored.items() <= expected.items()
        # What the query leaves out has no length in the window.
        for sid in expected.keys() - stored.keys():
            joined, left, *_ = expected[sid]
            assert joined >= WINDOW or (left is not None and left <= 0)
        assert_report(history, session)


def assert_report(history: History, session: LiveSession) -> None:
    selection = Selection(now=session.ends_at, session_id=session.pk)
    assert not calculate_sessions(selection).failed
    anybody = any(presence(history, identity) for identity in IDENTITIES)
    assert SessionCalculation.objects.get().proved == anybody
    if not anybody:
        assert not Attendance.objects.exists()
        return
    for identity in IDENTITIES:
        person = Participant.objects.get(identity=identity)
        row = Attendance.objects.get(participant=person)
        seconds = painted_seconds(history, identity)
        assert row.attended_seconds == seconds
        assert row.join_count == len(presence(history, identity))
        assert row.failed_attempts == attempts(history, identity)
        assert (row.status == "absent") == (seconds * 100 < 10 * WINDOW)
        assert row.window_seconds == WINDOW


def test_other_sessions_rooms_and_cancelled_sessions_change_nothing(
    session: LiveSession,
) -> None:
    one = Told("PA_1", "ana", "RM_1", "STANDARD", 0, True, (300.0,), (), frozenset())
    history = History((one,), (), ())
    with happened(history, session):
        before = stored_stays(session)
        other = make_session(session.event)
        make_session(session.event, room_name=session.room_name, cancelled_at=START)
        make_session(make_event(), room_name="elsewhere_room")
        assert stored_stays(session) == before == {"PA_1": (0, 300, False, False)}
        assert stored_stays(other) == {}
