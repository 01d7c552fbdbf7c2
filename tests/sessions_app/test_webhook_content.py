"""Whatever is in a validly signed body: never an error, and kept exactly once."""

import hashlib
import json
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from livekit.api import TokenVerifier, WebhookReceiver
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.webhook import WebhookEvent

from sessions_app.livekit import Signature, read_webhook, verify_webhook
from sessions_app.models import Connection, PresenceEvent
from tests.factories import START
from tests.sessions_app.odd_bodies import ANYTHING, BODIES
from tests.webhooks import (
    KEY,
    RECORDINGS,
    SECRET,
    as_bytes,
    deliver,
    load_recording,
    make_participant_body,
    sign,
    unix_ms,
)

JOINED = make_participant_body(
    "participant_joined", START, "room", sid="PA_1", identity="ana", joined_at=START
)


def kept(body: dict[str, Any] | bytes) -> PresenceEvent:
    """Deliver a body and return what is kept of it."""
    assert deliver(body).status_code == 204
    return PresenceEvent.objects.get(
        body_sha256=hashlib.sha256(as_bytes(body)).digest()
    )


# By name


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"0",
        b'"text"',
        b"\xff\xfe\x00",
        b"\x00",
        b'{"id": NaN}',
        b'{"createdAt": 1e400000}',
        b'{"createdAt": ' + b"9" * 4000 + b"}",
        b'{"createdAt": ' + b"9" * 5000 + b"}",
        b'{"a": 1e308, "b": 5e-324, "c": -0.0}',
        b"[" * 200 + b"]" * 200,
        b"[" * 201 + b"]" * 201,
        b"[" * 100_000,
        b'{"participant": {"identity": "a\\u0000b"}}',
        b'{"room": {"name": "\\ud800"}}',
        b'{"\\u0000": {"\\udfff": "\\u0000"}}',
        b'{"a": "\xed\xa0\x80"}',
    ],
)
def test_odd_bodies_are_kept(body: bytes) -> None:
    kept(body)


@pytest.mark.django_db
def test_an_identity_with_nul_finds_its_way_into_a_connection() -> None:
    kept(JOINED | {"participant": JOINED["participant"] | {"identity": "a\x00b"}})
    assert Connection.objects.get().identity == r"a\u0000b"


@pytest.mark.django_db
@pytest.mark.parametrize("length", [1, 256])
def test_every_text_may_be_as_long_as_its_column_in_any_script(length: int) -> None:
    text = "😀" * length
    names = ("sid", "identity", "name", "kind", "disconnectReason")
    fact = kept(
        {
            "id": text,
            "event": "participant_left",
            "room": {"name": text, "sid": text},
            "participant": dict.fromkeys(names, text),
        }
    )
    assert (fact.event_id, fact.identity, fact.marks) == (text, text, [])
    assert Connection.objects.get().end_reason == text


@pytest.mark.django_db
def test_texts_that_are_too_long_for_their_columns_are_kept_in_the_payload() -> None:
    text = "x" * 300
    names = ("sid", "identity", "name", "kind")
    fact = kept(
        {
            "id": text,
            "event": text,
            "room": {"name": text},
            "participant": dict.fromkeys(names, text),
        }
    )
    assert fact.event_id == bytes(fact.body_sha256).hex()
    assert (fact.event, fact.room_name, fact.identity) == (None, None, None)
    assert set(fact.marks) == {
        "id",
        "event",
        "room.name",
        "participant.identity",
        "participant.sid",
    }
    assert fact.payload["participant"]["identity"] == text


@pytest.mark.django_db
def test_two_bodies_without_an_id_are_two_facts_and_their_copies_none() -> None:
    for body in (b'{"event":"a"}', b'{"event":"b"}', b'{"event":"a"}'):
        kept(body)
    assert PresenceEvent.objects.count() == 2


@pytest.mark.django_db
def test_facts_of_rooms_and_people_that_nobody_knows_are_kept() -> None:
    fact = kept(JOINED)
    assert (fact.room_name, fact.identity, fact.marks) == ("room", "ana", [])


@pytest.mark.django_db
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_no_turn_password_of_a_recording_is_anywhere_in_the_database(
    path: Any,
) -> None:
    sent = [one["body"] for one in load_recording(path)["deliveries"]]
    for body in sent:
        assert deliver(body.encode()).status_code == 204
        assert deliver(body.encode()[:-1]).status_code == 204
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(f::text, '') FROM sessions_app_presenceevent f"
        )
        [everything] = cursor.fetchone()
    secrets = {json.loads(body)["room"].get("turnPassword") for body in sent} - {None}
    assert secrets
    assert not any(secret in everything for secret in secrets)


# Whatever comes


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=ANYTHING)
def test_whatever_is_signed_is_kept_exactly_once(body: bytes) -> None:
    """Also by what a crowded table holds by then; a 5xx would be raised here."""
    digest = hashlib.sha256(body).digest()
    fact = read_webhook(body, Signature(KEY, digest))
    was_there = PresenceEvent.objects.filter(event_id=fact.event_id).exists()
    for _ in range(2):
        assert deliver(body).status_code == 204
    [stored] = PresenceEvent.objects.filter(event_id=fact.event_id)
    if not was_there:
        assert bytes(stored.body_sha256) == digest
        assert _numbers_as_floats(stored.payload) == _numbers_as_floats(
            fact.payload.value
        )
    # Of a body whose id was taken by another one nothing is folded.
    if fact.presence and bytes(stored.body_sha256) == digest:
        assert Connection.objects.filter(sid=fact.participant_sid).exists()


def _numbers_as_floats(value: Any) -> Any:
    """Postgres writes 1e22 without an exponent."""
    return json.loads(json.dumps(value), parse_int=float)


# Against LiveKit's own library


def test_all_recorded_bodies_are_verified_as_by_livekits_library() -> None:
    verifier = TokenVerifier(KEY, SECRET)
    for body in BODIES:
        token = sign(body)
        WebhookReceiver(verifier).receive(body.decode(), token)
        signature = verify_webhook(body, token, {KEY: SECRET})
        assert signature == Signature(KEY, hashlib.sha256(body).digest())


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_recorded_tokens_are_believed_but_for_their_age(path: Any) -> None:
    for delivery in load_recording(path)["deliveries"]:
        token = delivery["headers"]["Authorization"]
        body = delivery["body"].encode()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sessions_app.livekit.LEEWAY_SECONDS", 10**9)
            assert verify_webhook(body, token, {KEY: SECRET}).key == KEY


def test_all_recorded_bodies_are_read_as_by_livekits_library() -> None:
    verifier = TokenVerifier(KEY, SECRET)
    for body in BODIES:
        theirs = WebhookReceiver(verifier).receive(body.decode(), sign(body))
        ours = read_webhook(body, Signature(KEY, b""))
        assert ours.marks == []
        assert (ours.event, ours.event_id) == (theirs.event, theirs.id)
        assert (ours.room_name or "") == theirs.room.name
        assert (ours.room_sid or "") == theirs.room.sid
        assert (ours.identity or "") == theirs.participant.identity
        assert (ours.participant_sid or "") == theirs.participant.sid
        assert ours.occurred_at
        assert unix_ms(ours.occurred_at) // 1000 == theirs.created_at
        assert _joined_ms(ours) == theirs.participant.joined_at_ms
        _assert_same_presence(ours, theirs)


def _joined_ms(ours: Any) -> int:
    return unix_ms(ours.joined_at) if ours.joined_at else 0


def _assert_same_presence(ours: Any, theirs: WebhookEvent) -> None:
    if ours.presence is None:
        assert not theirs.event.startswith("participant_")
        return
    person = theirs.participant
    permission = person.permission
    assert (ours.presence.name or "") == person.name
    assert ours.presence.kind == ParticipantInfo.Kind.Name(person.kind)
    assert ours.presence.is_plain == (
        not (permission.agent or permission.recorder or permission.hidden)
    )
    assert ours.presence.ends == (theirs.event != "participant_joined")
    if ours.presence.ends:
        assert ours.presence.left_at == ours.occurred_at
        assert ours.presence.end_reason is not None
