"""The gateway to LiveKit: verifying and reading webhooks, tokens, listing rooms.

The only module that imports LiveKit's SDK. The SDK's webhook receiver is not used: it
takes four times as long, and treats kinds of participant that it does not know as
ordinary people. The tests compare the two.

Source: docs/rules.md 1, 2, 4, 5; docs/architecture.md, "LiveKit as it really
behaves".
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import aiohttp
import jwt
from django.conf import settings
from livekit import api

from sessions_app.facts import Fact, Presence
from sessions_app.payload import Payload, read_payload
from sessions_app.sources import LIVEKIT

LEEWAY_SECONDS = 60

EVENTS = frozenset(
    {
        "room_started",
        "room_finished",
        "participant_joined",
        "participant_left",
        "participant_connection_aborted",
        "track_published",
        "track_unpublished",
        "egress_started",
        "egress_updated",
        "egress_ended",
        "ingress_started",
        "ingress_ended",
        "agent_job_started",
        "agent_job_ended",
    }
)

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,20}\Z", re.ASCII)
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime(2101, 1, 1, tzinfo=UTC)


class Unverified(Exception):
    """The webhook's signature is missing, wrong or expired; the text says which."""


class Signature(NamedTuple):
    """A verified signature: the name of the API key, and the body's SHA-256."""

    key: str
    body_sha256: bytes


# --- Verifying ----------------------------------------------------------------------


def verify_webhook(
    body: bytes, authorization: str, keys: Mapping[str, str]
) -> Signature:
    """Check that one of ``keys`` signed exactly these bytes, and has not expired.

    Args:
        body: The raw body.
        authorization: The header: a bare JWT; ``Bearer`` before it is tolerated.
        keys: Secrets by API key.

    Raises:
        Unverified: there is no token; it is not a JWT with HS256; it lacks ``exp`` or
            ``iss``; it expired more than a minute ago; its key is unknown or its
            signature wrong; it was made for another body.
    """
    token = _token(authorization)
    key = _claimed_key(token)
    secret = keys.get(key)
    if secret is None:
        raise Unverified(f"key {key[:64]!r} is not known")
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iss"], "verify_aud": False},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise Unverified(str(error) or type(error).__name__) from error
    digest = hashlib.sha256(body).digest()
    claimed = claims.get("sha256")
    if not isinstance(claimed, str) or not hmac.compare_digest(
        claimed.encode(errors="replace"), base64.b64encode(digest)
    ):
        raise Unverified("the token was made for another body")
    return Signature(key, digest)


def names_known_key(authorization: str, keys: Container[str]) -> bool:
    """Return whether the header's token names one of ``keys``, without verifying it.

    It spares the server from reading large bodies of senders who do not even know a
    key's name.
    """
    try:
        return _claimed_key(_token(authorization)) in keys
    except Unverified:
        return False


def _token(authorization: str) -> str:
    token = authorization.removeprefix("Bearer ").strip()
    if not token:
        raise Unverified("no token")
    return token


def _claimed_key(token: str) -> str:
    """Return the issuer that the token names, not verified."""
    try:
        segment = token.split(".")[1]
        claims = json.loads(
            base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
        )
        key = claims["iss"]
    except (
        IndexError,
        KeyError,
        TypeError,
        ValueError,
        RecursionError,
        binascii.Error,
    ) as error:
        raise Unverified("no token of LiveKit's form") from error
    if not isinstance(key, str):
        raise Unverified("the token names no key")
    return key


def sign_webhook(body: bytes, *, key: str, secret: str) -> str:
    """Return the header that LiveKit would send with ``body``; for demos and tests."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    token = api.AccessToken(key, secret).with_sha256(digest)
    return token.with_ttl(timedelta(minutes=5)).to_jwt()


# --- Reading ------------------------------------------------------------------------


def read_webhook(body: bytes, signature: Signature) -> Fact:
    """Return the fact in a verified body; never raises for its content."""
    return read_fact(
        read_payload(body), key=signature.key, body_sha256=signature.body_sha256
    )


def read_fact(payload: Payload, *, key: str, body_sha256: bytes) -> Fact:
    """Return the fact in a stored payload.

    Unusable values become None, and the fact's marks name their path in the body.
    Without a usable id, the body's hash is the id.
    """
    reader = _Reader(payload)
    body = reader.object(payload.value, "body") if payload.is_parsed else {}
    room = reader.object(body.get("room"), "room")
    person = reader.object(body.get("participant"), "participant")
    event = reader.text(body, "event")
    if event is not None and event not in EVENTS:
        reader.marks.append("unknown event")
    occurred_at = reader.time(body, "createdAt", per_second=1)
    if event == "room_started":
        occurred_at = _exact_start(reader, room, occurred_at)
    sid = reader.text(person, "sid", "participant.sid")
    joined_at = _joined_at(reader, person)
    if event == "participant_joined":
        joined_at = joined_at or occurred_at
    presence = _read_presence(reader, event, person, occurred_at) if person else None
    if presence and sid is None:
        reader.marks.append("no connection")
        presence = None
    return Fact(
        source=LIVEKIT,
        event_id=reader.text(body, "id", missing_is_odd=True) or body_sha256.hex(),
        event=event,
        room_name=reader.text(room, "name", "room.name"),
        room_sid=reader.text(room, "sid", "room.sid"),
        identity=reader.text(person, "identity", "participant.identity"),
        participant_sid=sid,
        occurred_at=occurred_at,
        joined_at=joined_at,
        signed_by=key[:256],
        body_sha256=body_sha256,
        marks=reader.marks,
        payload=payload,
        presence=presence,
    )


class _Reader:
    """Reads fields of a body and collects the paths of unusable ones in ``marks``."""

    def __init__(self, payload: Payload) -> None:
        self.marks = [] if payload.is_parsed else ["unparsed"]

    def object(self, value: object, path: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        if value is not None:
            self.marks.append(path)
        return {}

    def text(
        self,
        part: dict[str, Any],
        key: str,
        path: str = "",
        *,
        missing_is_odd: bool = False,
    ) -> str | None:
        value = part.get(key)
        if isinstance(value, str) and 1 <= len(value) <= 256:
            return value
        if missing_is_odd or value not in (None, ""):
            self.marks.append(path or key)
        return None

    def time(
        self, part: dict[str, Any], key: str, path: str = "", *, per_second: int
    ) -> datetime | None:
        value = part.get(key)
        if value is None:
            return None
        if isinstance(value, str) and _WHOLE_NUMBER.match(value):
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            try:
                time = datetime.fromtimestamp(value // per_second, UTC)
            except (ValueError, OverflowError, OSError):
                time = _LAST
            if _FIRST <= time < _LAST:
                return time + timedelta(
                    milliseconds=1000 * (value % per_second) // per_second
                )
        self.marks.append(path or key)
        return None


def _joined_at(reader: _Reader, person: dict[str, Any]) -> datetime | None:
    exact = reader.time(person, "joinedAtMs", "participant.joinedAtMs", per_second=1000)
    return exact or reader.time(
        person, "joinedAt", "participant.joinedAt", per_second=1
    )


def _exact_start(
    reader: _Reader, room: dict[str, Any], started_at: datetime | None
) -> datetime | None:
    """Return the start of a room to the millisecond, if the body has it.

    It is the room's creation, if both are the same second. A room that a restarted
    server resumes keeps its first creation, so the two may differ.
    """
    created_at = reader.time(
        room, "creationTimeMs", "room.creationTimeMs", per_second=1000
    )
    if created_at and started_at and created_at.replace(microsecond=0) == started_at:
        return created_at
    return started_at


def _read_presence(
    reader: _Reader,
    event: str | None,
    person: dict[str, Any],
    occurred_at: datetime | None,
) -> Presence | None:
    """Return what a join, leave or abort says; None for all other events."""
    left = event == "participant_left"
    aborted = event == "participant_connection_aborted"
    if not (left or aborted or event == "participant_joined"):
        return None
    permission = reader.object(person.get("permission"), "participant.permission")
    ends = left or aborted
    reason = reader.text(person, "disconnectReason", "participant.disconnectReason")
    return Presence(
        name=reader.text(person, "name", "participant.name"),
        kind=_kind(reader, person),
        is_established=not aborted,
        is_plain=not any(
            permission.get(flag) is True for flag in ("agent", "recorder", "hidden")
        ),
        ends=ends,
        end_reason=reason if ends else None,
        left_at=occurred_at if left else None,
        aborted_at=occurred_at if aborted else None,
    )


def _kind(reader: _Reader, person: dict[str, Any]) -> str | None:
    """Return the kind by LiveKit's name; absent or null means the first, STANDARD."""
    kind = person.get("kind") or 0
    if isinstance(kind, int) and not isinstance(kind, bool):
        known = kind in api.ParticipantInfo.Kind.values()
        return str(api.ParticipantInfo.Kind.Name(kind)) if known else str(kind)[:256]
    return reader.text(person, "kind", "participant.kind")


# --- Joining ------------------------------------------------------------------------


def is_set_up() -> bool:
    """Return whether people can join rooms: a server and a key are set."""
    return bool(settings.LIVEKIT_URL and settings.LIVEKIT_API_KEY)


def join_token(*, room_name: str, identity: str, name: str, ttl: timedelta) -> str:
    """Return the LiveKit token with which ``identity`` may join ``room_name``.

    Raises:
        ValueError: no API key is set, or the room or identity is empty.
    """
    return (
        api.AccessToken(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET)
        .with_identity(identity)
        .with_name(name)
        .with_ttl(ttl)
        .with_grants(api.VideoGrants(room_join=True, room=room_name))
        .to_jwt()
    )


class LiveKitUnreachable(Exception):
    """The LiveKit server did not answer, or refused; the text says why."""


async def list_rooms(*, timeout_seconds: float) -> list[str]:
    """Return the names of the rooms that are open now.

    Raises:
        LiveKitUnreachable: the server did not answer in time, or refused.
    """
    timeout = aiohttp.ClientTimeout(total=timeout_seconds)
    try:
        async with api.LiveKitAPI(
            settings.LIVEKIT_URL,
            settings.LIVEKIT_API_KEY,
            settings.LIVEKIT_API_SECRET,
            timeout=timeout,
        ) as server:
            answer = await server.room.list_rooms(api.ListRoomsRequest())
    except (aiohttp.ClientError, api.TwirpError, TimeoutError, ValueError) as error:
        raise LiveKitUnreachable(str(error) or type(error).__name__) from error
    return [room.name for room in answer.rooms]
