"""What is read from a verified body: columns, marks, and what it says of a connection.

The reading is pure; the last tests store what was read.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from sessions_app.facts import Fact, Presence, store_fact
from sessions_app.livekit import EVENTS, Signature, read_webhook
from sessions_app.models import Connection, PresenceEvent
from tests.factories import START
from tests.webhooks import KEY, as_bytes, make_body, make_participant_body

JOINED_AT = START + timedelta(milliseconds=123)
JOINED = make_participant_body(
    "participant_joined",
    JOINED_AT,
    "school_room",
    sid="PA_1",
    identity="ana",
    joined_at=JOINED_AT,
)


def read(body: dict[str, Any] | bytes) -> Fact:
    raw = as_bytes(body)
    return read_webhook(raw, Signature(KEY, hashlib.sha256(raw).digest()))


def joined(**participant: Any) -> Fact:
    return read(JOINED | {"participant": JOINED["participant"] | participant})


def presence(fact: Fact) -> Presence:
    assert fact.presence
    return fact.presence


# Columns


def test_a_join_is_read() -> None:
    fact = read(JOINED)
    assert (fact.source, fact.event_id) == ("livekit", JOINED["id"])
    assert (fact.room_name, fact.room_sid) == ("school_room", "RM_1")
    assert (fact.identity, fact.participant_sid) == ("ana", "PA_1")
    assert (fact.occurred_at, fact.joined_at) == (START, JOINED_AT)
    assert fact.marks == []
    assert fact.presence == Presence(
        name="Ana", kind="STANDARD", is_established=True, is_plain=True
    )


def test_a_leave_is_read() -> None:
    fact = joined_then("participant_left", disconnectReason="CLIENT_INITIATED")
    assert fact.presence == Presence(
        name="Ana",
        kind="STANDARD",
        is_established=True,
        is_plain=True,
        ends=True,
        end_reason="CLIENT_INITIATED",
        left_at=START,
    )


def test_an_abort_is_read() -> None:
    fact = joined_then(
        "participant_connection_aborted", disconnectReason="JOIN_FAILURE"
    )
    assert fact.presence == Presence(
        name="Ana",
        kind="STANDARD",
        is_established=False,
        is_plain=True,
        ends=True,
        end_reason="JOIN_FAILURE",
        aborted_at=START,
    )


def joined_then(event: str, **participant: Any) -> Fact:
    person = JOINED["participant"] | participant
    return read(JOINED | {"event": event, "participant": person})


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_of_livekit_is_known(event: str) -> None:
    assert read(JOINED | {"event": event}).marks == []


@pytest.mark.parametrize(
    "event", ["track_published", "track_unpublished", "room_started", "egress_started"]
)
def test_only_participant_events_say_that_somebody_is_there(event: str) -> None:
    assert read(JOINED | {"event": event}).presence is None


def test_an_event_that_is_not_known_is_kept_and_marked() -> None:
    fact = read(JOINED | {"event": "participant_waved"})
    assert (fact.event, fact.marks) == ("participant_waved", ["unknown event"])
    assert fact.presence is None


def test_a_participant_event_without_a_connection_is_marked() -> None:
    fact = joined(sid="")
    assert (fact.participant_sid, fact.presence) == (None, None)
    assert fact.marks == ["no connection"]


@pytest.mark.parametrize("missing", ["room", "participant", "createdAt", "event"])
def test_what_is_missing_is_null_and_not_odd(missing: str) -> None:
    fact = read({key: value for key, value in JOINED.items() if key != missing})
    assert fact.marks == []


@pytest.mark.parametrize("part", ["room", "participant"])
@pytest.mark.parametrize("value", [[], "text", 5, True])
def test_a_part_that_is_no_object_is_marked(part: str, value: object) -> None:
    assert read(JOINED | {part: value}).marks == [part]


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"x"', b"", b"\xff"])
def test_what_is_no_object_at_all_is_marked_and_its_hash_is_its_id(body: bytes) -> None:
    fact = read(body)
    assert fact.event_id == hashlib.sha256(body).hexdigest()
    assert fact.marks
    assert (fact.event, fact.presence) == (None, None)


# Strings


@pytest.mark.parametrize("value", ["x", "é", "😀" * 256, " ", "x" * 256, "\n"])
def test_strings_of_1_to_256_characters_are_taken(value: str) -> None:
    assert joined(identity=value).identity == value


@pytest.mark.parametrize("value", ["x" * 257, 5, 1.5, True, [], {}, ["x"]])
def test_other_strings_are_null_and_marked(value: object) -> None:
    fact = joined(identity=value)
    assert (fact.identity, fact.marks) == (None, ["participant.identity"])


def test_an_empty_string_is_livekits_way_to_say_nothing() -> None:
    fact = joined(identity="", name="")
    assert (fact.identity, fact.marks) == (None, [])


def test_nul_and_lone_surrogates_in_an_identity_become_visible() -> None:
    assert joined(identity="a\x00b\ud800").identity == r"a\u0000b\ud800"


@pytest.mark.parametrize("value", ["", None, 5, "x" * 257, "x" * 100_000, [], {}])
def test_without_a_usable_id_the_hash_of_the_body_is_the_id(value: object) -> None:
    body = JOINED | {"id": value}
    fact = read(body)
    assert fact.event_id == hashlib.sha256(as_bytes(body)).hexdigest()
    assert fact.marks == ["id"]


# Times


@pytest.mark.parametrize("value", ["1772445600", 1772445600])
def test_times_are_read_from_strings_and_numbers(value: object) -> None:
    assert read(JOINED | {"createdAt": value}).occurred_at == START


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("946684800000", datetime(2000, 1, 1, tzinfo=UTC)),
        ("4133980799999", datetime(2100, 12, 31, 23, 59, 59, 999_000, UTC)),
        ("1772445600001", START + timedelta(milliseconds=1)),
    ],
)
def test_milliseconds_are_exact_from_2000_to_2100(value: str, time: datetime) -> None:
    assert joined(joinedAtMs=value).joined_at == time


@pytest.mark.parametrize(
    "value",
    [
        "946684799999",
        "4133980800000",
        0,
        "0",
        -1,
        "-5",
        "9" * 20,
        "9" * 400,
        "-" + "9" * 20,
        10**400,
        1.5,
        1e300,
        "1e9",
        "1 000",
        "٣",
        "0x10",
        "",
        " 5",
        "5\n",
        True,
        False,
        [],
        {},
        "now",
    ],
)
def test_impossible_times_are_null_and_marked(value: object) -> None:
    fact = joined(joinedAtMs=value, joinedAt=None)
    assert fact.marks == ["participant.joinedAtMs"]
    # What the join itself says instead.
    assert fact.joined_at == START


def test_without_milliseconds_the_seconds_are_taken() -> None:
    fact = joined(joinedAtMs=None)
    assert (fact.joined_at, fact.marks) == (START, [])


def test_a_leave_that_does_not_say_when_it_joined_knows_no_join() -> None:
    fact = joined_then("participant_left", joinedAt=None, joinedAtMs=None)
    assert (fact.joined_at, presence(fact).left_at) == (None, START)


def test_a_leave_without_a_time_ends_its_connection_all_the_same() -> None:
    person = JOINED["participant"]
    body = JOINED | {"event": "participant_left", "createdAt": "never"}
    fact = read(body | {"participant": person})
    assert (presence(fact).ends, presence(fact).left_at) == (True, None)


def test_a_rooms_start_is_exact_if_it_says_so() -> None:
    exact = START + timedelta(milliseconds=155)
    room = {"creationTime": "1772445600", "creationTimeMs": "1772445600155"}
    body = make_body("room_started", START, "school_room", room=room)
    assert read(body).occurred_at == exact


def test_a_room_taken_up_again_starts_when_the_fact_says() -> None:
    room = {"creationTime": "1772445000", "creationTimeMs": "1772445000155"}
    body = make_body("room_started", START, "school_room", room=room)
    assert read(body).occurred_at == START


# Who it is


@pytest.mark.parametrize("kind", [None, 0, "", "STANDARD", False])
def test_no_kind_means_standard(kind: object) -> None:
    assert presence(joined(kind=kind)).kind == "STANDARD"


@pytest.mark.parametrize(
    ("number", "name"), [(1, "INGRESS"), (2, "EGRESS"), (3, "SIP"), (4, "AGENT")]
)
def test_a_kind_may_be_a_number(number: int, name: str) -> None:
    assert presence(joined(kind=number)).kind == name


@pytest.mark.parametrize(
    ("kind", "kept"),
    [("ROBOT", "ROBOT"), (99, "99"), (-1, "-1"), (10**30, str(10**30))],
)
def test_a_kind_that_is_not_known_is_kept(kind: object, kept: str) -> None:
    assert presence(joined(kind=kind)).kind == kept


@pytest.mark.parametrize("kind", [True, 1.5, ["AGENT"], {"a": 1}, "x" * 257])
def test_a_kind_that_is_none_is_null_and_marked(kind: object) -> None:
    fact = joined(kind=kind)
    assert (presence(fact).kind, fact.marks) == (None, ["participant.kind"])


@pytest.mark.parametrize("flag", ["agent", "recorder", "hidden"])
def test_a_permission_may_say_that_it_is_no_plain_person(flag: str) -> None:
    assert not presence(joined(permission={flag: True})).is_plain
    assert presence(joined(permission={flag: False})).is_plain
    assert presence(joined(permission={flag: "yes"})).is_plain


@pytest.mark.parametrize("permission", [None, {}, {"canPublish": True}])
def test_other_permissions_do_not_matter(permission: object) -> None:
    assert presence(joined(permission=permission)).is_plain


def test_a_permission_that_is_no_object_is_marked() -> None:
    fact = joined(permission=["hidden"])
    assert (presence(fact).is_plain, fact.marks) == (True, ["participant.permission"])


# Storing


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_kept_as_text() -> None:
    """No body is known that does this; the next one must not hold up its room."""
    body = as_bytes(JOINED)
    fact = read(body)
    fact.marks.append("x" * 65)
    assert store_fact(fact, body)
    stored = PresenceEvent.objects.get()
    assert (stored.marks, stored.event) == (["unparsed"], None)
    assert stored.event_id == hashlib.sha256(body).hexdigest()
    assert "hunter2" not in json.dumps(stored.payload)
    assert '"identity": "ana"' in stored.payload["unparsed"]
    assert not Connection.objects.exists()
    assert not store_fact(fact, body)
    assert PresenceEvent.objects.count() == 1
    connection.close()
