"""The fold: the same facts, in any order, any number of copies, give the same row."""

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, permutations
from random import Random
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions_app.facts import Fact, store_fact
from sessions_app.folding import fold
from sessions_app.livekit import Signature, read_webhook
from sessions_app.models import Connection, PresenceEvent
from tests.factories import START
from tests.webhooks import KEY, as_bytes, deliver_all, make_participant_body, unix_ms

NOT_FOLDED = {"id", "source", "sid", "inferred_left_at"}
FOLDED = [
    field.attname
    for field in Connection._meta.concrete_fields
    if field.attname not in NOT_FOLDED
]


def seconds(number: float) -> datetime:
    return START + timedelta(seconds=number)


def told(
    event: str,
    at: float,
    *,
    joined: float | None = 0,
    fact_id: str = "",
    room: str = "room",
    **participant: Any,
) -> dict[str, Any]:
    """A participant event of the connection PA_1, in seconds after the start."""
    body = make_participant_body(
        f"participant_{event}",
        seconds(at),
        room,
        sid="PA_1",
        identity="ana",
        joined_at=seconds(joined or 0),
        participant=participant,
    )
    if joined is None:
        del body["participant"]["joinedAt"], body["participant"]["joinedAtMs"]
    if fact_id:
        body["id"] = fact_id
    return body


def without_time(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"createdAt": "never"}


def read(body: dict[str, Any]) -> Fact:
    raw = as_bytes(body)
    return read_webhook(raw, Signature(KEY, hashlib.sha256(raw).digest()))


def fold_all(orders: Iterable[Sequence[Fact]]) -> list[tuple[Any, ...]]:
    """Fold each order into a connection of its own; return the distinct rows."""
    parameters = [
        replace(fact, participant_sid=f"PA_{number}").parameters()
        for number, order in enumerate(orders)
        for fact in order
    ]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sessions_app_connection")
        cursor.executemany(fold(), parameters)
    return list(Connection.objects.order_by().values_list(*FOLDED).distinct())


HISTORIES = {
    "a join, a leave": [told("joined", 0), told("left", 50)],
    "a join, two leaves": [
        told("joined", 0),
        told("left", 50, disconnectReason="CLIENT_INITIATED"),
        told("left", 40, disconnectReason="DUPLICATE_IDENTITY"),
    ],
    "a leave before its own join": [told("joined", 0.9, joined=0.9), told("left", 0)],
    "two ends in the same second": [
        told("joined", 0),
        told("left", 50, fact_id="EV_a", disconnectReason="A"),
        told("left", 50, fact_id="EV_B", disconnectReason="B"),
        told("connection_aborted", 50, fact_id="EV_A", disconnectReason="C"),
    ],
    "hidden in the middle": [
        told("joined", 0, name="Ana", permission={"hidden": True}),
        told("joined", 20, name="Anna"),
        told("left", 50, name="Ann", permission={"hidden": True}),
    ],
    "an abort alone": [told("connection_aborted", 60)],
    "an abort with a join": [told("connection_aborted", 60), told("joined", 0)],
    "an abort with a leave": [told("connection_aborted", 60), told("left", 55)],
    "facts without times": [
        without_time(told("joined", 0, joined=None, name="A")),
        without_time(told("left", 0, joined=None, name="B", disconnectReason="X")),
        told("left", 50, name="C", disconnectReason="Y"),
        told("joined", 30, joined=None, name="D"),
    ],
    "ties by id": [
        told("joined", 0, fact_id=name, name=name, room=f"room {name}", kind=kind)
        for name, kind in zip(["a", "B", "_", "é", "😀"], [None, *"1234"], strict=True)
    ],
    "everything at once": [
        told("joined", 0.5, joined=0.5, fact_id="EV_3", name="x"),
        told("joined", 0, joined=0.7, fact_id="EV_2", name="y", kind="SIP"),
        told("left", 50, fact_id="EV_1", permission={"agent": True}),
        told("left", 49, joined=0.2, fact_id="EV_4", disconnectReason="Z"),
        told("connection_aborted", 48, fact_id="EV_5", disconnectReason="W"),
        without_time(told("left", 0, fact_id="EV_0", disconnectReason="V")),
    ],
}


@pytest.mark.django_db
@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_every_order_gives_one_row(history: list[dict[str, Any]]) -> None:
    facts = [read(body) for body in history]
    assert len(fold_all(permutations(facts))) == 1


# Against plain Python

BODIES = st.builds(
    told,
    st.sampled_from(["joined", "left", "connection_aborted"]),
    st.sampled_from([0, 1, 50, 51]),
    joined=st.sampled_from([None, 0, 0.5, 1.25]),
    fact_id=st.sampled_from(["a", "B", "aa", "_", "é", "😀", "Z"]),
    room=st.sampled_from(["room", "other", ""]),
    name=st.sampled_from(["", "Ana", "Ben"]),
    kind=st.sampled_from(["STANDARD", "AGENT", "SIP"]),
    permission=st.sampled_from([{}, {"hidden": True}, {"agent": True}]),
    disconnectReason=st.sampled_from(["", "CLIENT_INITIATED", "JOIN_FAILURE"]),
)
HISTORY = st.lists(
    BODIES | BODIES.map(without_time),
    min_size=1,
    max_size=6,
    unique_by=lambda b: b["id"],
)


def _shuffled(facts: list[Fact], seed: int) -> list[Fact]:
    return Random(seed).sample(facts, len(facts))  # noqa: S311


def earliest(times: Iterable[datetime | None]) -> datetime | None:
    return min((time for time in times if time), default=None)


def expected(history: list[dict[str, Any]]) -> dict[str, Any]:
    """What the bodies amount to, read and folded by hand."""

    def created(body: dict[str, Any]) -> datetime | None:
        at = body["createdAt"]
        return None if at == "never" else datetime.fromtimestamp(int(at), START.tzinfo)

    def order(body: dict[str, Any]) -> tuple[bool, float, bytes]:
        at = created(body)
        return at is None, at.timestamp() if at else 0, body["id"].encode()

    def joined(body: dict[str, Any]) -> datetime | None:
        if "joinedAtMs" in body["participant"]:
            ms = int(body["participant"]["joinedAtMs"])
            return START + timedelta(milliseconds=ms - unix_ms(START))
        return created(body) if body["event"] == "participant_joined" else None

    def those(event: str) -> list[dict[str, Any]]:
        return [body for body in history if body["event"] == f"participant_{event}"]

    first = min(history, key=lambda body: (not body["room"]["name"], *order(body)))
    person = first["participant"]
    ends = sorted(those("left") + those("connection_aborted"), key=order)
    return {
        "room_name": first["room"]["name"] or None,
        "room_sid": "RM_1",
        "identity": "ana",
        "name": person["name"] or None,
        "kind": person["kind"],
        "described_at": created(first),
        "described_by": first["id"],
        "is_plain": any(
            not any(b["participant"]["permission"].values()) for b in history
        ),
        "is_established": bool(those("joined") or those("left")),
        "joined_at": earliest(map(joined, history)),
        "left_at": earliest(map(created, those("left"))),
        "aborted_at": earliest(map(created, those("connection_aborted"))),
        "end_reason": (ends[0]["participant"]["disconnectReason"] or None)
        if ends
        else None,
        "ended_by_at": created(ends[0]) if ends else None,
        "ended_by": ends[0]["id"] if ends else None,
    }


@pytest.mark.django_db
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=HISTORY, seed=st.integers(0, 2**32))
def test_any_facts_in_any_order_with_copies_give_what_they_say(
    history: list[dict[str, Any]], seed: int
) -> None:
    facts = [read(body) for body in history]
    orders = [_shuffled(facts * 2, seed + number) for number in range(5)]
    [row] = fold_all([facts, facts[::-1], *orders])
    assert dict(zip(FOLDED, row, strict=True)) == expected(history)


# Through the endpoint


@pytest.mark.django_db
def test_a_copy_of_a_fact_adds_nothing() -> None:
    joined, left = told("joined", 0), told("left", 50)
    deliver_all(joined, left)
    row = Connection.objects.values().get()
    deliver_all(left, joined, joined, left)
    assert Connection.objects.values().get() == row


@pytest.mark.django_db
def test_a_leave_before_its_join_needs_no_second_try() -> None:
    deliver_all(told("left", 50, joined=None), told("joined", 0))
    row = Connection.objects.get()
    assert (row.joined_at, row.left_at) == (START, seconds(50))


@pytest.mark.django_db
def test_track_events_say_nothing_of_a_connection() -> None:
    body = told("joined", 0) | {"event": "track_published"}
    deliver_all(body)
    assert PresenceEvent.objects.get().participant_sid == "PA_1"
    assert not Connection.objects.exists()


@pytest.mark.django_db
def test_the_same_sid_from_another_source_is_another_connection() -> None:
    deliver_all(told("joined", 0))
    row = Connection.objects.get()
    row.pk, row.source = None, "whiteboard"
    row.save()
    deliver_all(told("left", 50))
    assert dict(Connection.objects.values_list("source", "left_at")) == {
        "livekit": seconds(50),
        "whiteboard": None,
    }


@pytest.mark.django_db(transaction=True)
def test_facts_that_come_at_the_same_time_give_the_row_of_those_in_turn() -> None:
    facts = [read(body) for body in chain.from_iterable(HISTORIES.values())]
    for number, fact in enumerate(facts):
        facts[number] = replace(fact, event_id=f"{fact.event_id}.{number}")
    [in_turn] = fold_all([facts])
    Connection.objects.all().delete()
    crowd = [fact for copy in range(3) for fact in _shuffled(facts, copy)]
    with ThreadPoolExecutor(8) as threads:
        new = list(threads.map(_store_in_own_connection, crowd))
    assert sum(new) == len(facts)
    assert list(Connection.objects.values_list(*FOLDED)) == [in_turn]


def _store_in_own_connection(fact: Fact) -> bool:
    try:
        return store_fact(fact, b"")
    finally:
        connection.close()
