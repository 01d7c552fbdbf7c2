"""LiveKit's side of the webhook for tests: bodies, signatures, deliveries."""

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias, cast

import jwt
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.client import ClientHandler

from events.models import Participant
from sessions_app.models import LiveSession

Person: TypeAlias = Participant | str

# Of the throwaway server that the recordings were made with.
KEY, SECRET = "testkey", "rollcall-recordings-secret-0123456789abc"
URL = "/webhooks/livekit"
RECORDINGS = sorted((Path(__file__).parent / "livekit_recordings").glob("*.json"))

_numbers = count(1)
# Middleware is loaded once.
_handler = ClientHandler(enforce_csrf_checks=False)


def unix(time: datetime) -> int:
    """Whole seconds, as LiveKit cuts them."""
    return int(time.timestamp())


def unix_ms(time: datetime) -> int:
    return round(time.timestamp() * 1000)


def at_ms(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def make_body(
    event: str, at: datetime, room_name: str, **fields: Any
) -> dict[str, Any]:
    """A webhook about a room; ``fields`` replace or add to those of the body."""
    room = {"sid": "RM_1", "name": room_name, "turnPassword": "hunter2"}
    return {
        "event": event,
        "room": room | fields.pop("room", {}),
        "id": f"EV_{next(_numbers)}",
        "createdAt": str(unix(at)),
        **fields,
    }


def make_participant_body(
    event: str,
    at: datetime,
    room_name: str,
    *,
    sid: str,
    identity: str,
    joined_at: datetime,
    participant: Mapping[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """A webhook about somebody's connection."""
    person = {
        "sid": sid,
        "identity": identity,
        "name": identity.title(),
        "joinedAt": str(unix(joined_at)),
        "joinedAtMs": str(unix_ms(joined_at)),
        **(participant or {}),
    }
    return make_body(event, at, room_name, participant=person, **fields)


def sign(
    body: bytes,
    *,
    key: str | None = KEY,
    secret: str = SECRET,
    expires_in: float | None = 300,
    algorithm: str = "HS256",
    **claims: Any,
) -> str:
    """The token that LiveKit sends with ``body``; None leaves a claim out."""
    now = int(time.time())
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    everything = {
        "iss": key,
        "nbf": now,
        "iat": now,
        "exp": None if expires_in is None else now + int(expires_in),
        "sha256": digest,
        **claims,
    }
    kept = {name: value for name, value in everything.items() if value is not None}
    return jwt.encode(kept, secret, algorithm=algorithm)


def as_bytes(body: Mapping[str, Any] | bytes) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def deliver(
    body: Mapping[str, Any] | bytes,
    token: str | None = None,
    *,
    keys: Mapping[str, str] | None = None,
    method: str = "POST",
    url: str = URL,
    environ: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Send a body through the real URL; signed, unless a token is given."""
    raw = as_bytes(body)
    extra: Any = {
        "CONTENT_LENGTH": str(len(raw)),
        "HTTP_AUTHORIZATION": sign(raw) if token is None else token,
        "wsgi.input": BytesIO(raw),
        **(environ or {}),
    }
    client = Client()
    client.handler = _handler
    with override_settings(LIVEKIT_WEBHOOK_KEYS=keys or {KEY: SECRET}):
        answer = client.generic(method, url, raw, "application/webhook+json", **extra)
    return cast("HttpResponse", answer)


def deliver_all(*bodies: Mapping[str, Any] | bytes) -> None:
    """Send bodies one after the other; each must be taken."""
    for body in bodies:
        answer = deliver(body)
        assert answer.status_code == 204, answer.content


@dataclass(frozen=True, slots=True)
class Room:
    """Webhooks of a session's room; times are minutes after the session's start."""

    session: LiveSession
    sid: str = "RM_1"

    def at(self, minute: float) -> datetime:
        return self.session.starts_at + timedelta(minutes=minute)

    def started(self, minute: float) -> dict[str, Any]:
        return self._about("room_started", minute)

    def finished(self, minute: float) -> dict[str, Any]:
        return self._about("room_finished", minute)

    def _about(self, event: str, minute: float) -> dict[str, Any]:
        return make_body(
            event, self.at(minute), self.session.room_name, room={"sid": self.sid}
        )

    def joined(self, who: Person, minute: float, **participant: Any) -> dict[str, Any]:
        return self._person("joined", who, minute, minute, participant)

    def left(
        self, who: Person, joined: float, minute: float, **participant: Any
    ) -> dict[str, Any]:
        return self._person("left", who, joined, minute, participant)

    def aborted(
        self, who: Person, joined: float, minute: float, **participant: Any
    ) -> dict[str, Any]:
        return self._person("connection_aborted", who, joined, minute, participant)

    def _person(
        self,
        event: str,
        who: Person,
        joined: float,
        minute: float,
        participant: dict[str, Any],
    ) -> dict[str, Any]:
        identity = who if isinstance(who, str) else who.identity
        return make_participant_body(
            f"participant_{event}",
            self.at(minute),
            self.session.room_name,
            # One connection for each moment at which somebody joined.
            sid=participant.pop("sid", f"PA_{identity}_{joined}"),
            identity=identity,
            joined_at=self.at(joined),
            participant=participant,
            room={"sid": self.sid},
        )

    def stay(
        self, who: Person, joined: float, left: float, **participant: Any
    ) -> list[dict[str, Any]]:
        return [
            self.joined(who, joined, **participant),
            self.left(who, joined, left, **participant),
        ]


def load_recording(path: Path) -> dict[str, Any]:
    recording: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return recording
