"""A LiveKit server that is played: it sends genuinely signed webhooks of a room.

What it sends has the form of what a real server sent (docs/architecture.md), and goes
through the real endpoint over HTTP.
"""

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sessions_app.livekit import sign_webhook

TIMEOUT_SECONDS = 10


class NotDelivered(Exception):
    """The endpoint could not be reached, or refused; the text says which."""


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """Somebody who joins rooms; ``kind`` as LiveKit calls it, absent for people."""

    identity: str
    name: str
    kind: str = "STANDARD"


@dataclass(slots=True)
class SimulatedRoom:
    """The webhooks of one room, in the order in which they happen.

    ``deliveries`` are the bodies to send; they may be sent in another order too.
    """

    name: str
    started_at: datetime
    sid: str = field(default_factory=lambda: f"RM_{secrets.token_hex(6)}")
    deliveries: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._send("room_started", self.started_at)

    def stay(
        self,
        person: SimulatedPerson,
        joined_at: datetime,
        left_at: datetime | None,
        reason: str = "CLIENT_INITIATED",
    ) -> None:
        """Let somebody come and go; without ``left_at`` no leave is ever sent."""
        participant = self._participant(person, joined_at)
        self._send("participant_joined", joined_at, participant | {"state": "ACTIVE"})
        if left_at:
            gone = {"state": "DISCONNECTED", "disconnectReason": reason}
            self._send("participant_left", left_at, participant | gone)

    def failed_attempt(
        self, person: SimulatedPerson, began_at: datetime, given_up_at: datetime
    ) -> None:
        """Let somebody try to connect and never get through."""
        participant = self._participant(person, began_at)
        self._send(
            "participant_connection_aborted",
            given_up_at,
            participant | {"state": "DISCONNECTED", "disconnectReason": "JOIN_FAILURE"},
        )

    def finish(self, finished_at: datetime) -> None:
        """Close the room."""
        self._send("room_finished", finished_at)

    def _participant(
        self, person: SimulatedPerson, joined_at: datetime
    ) -> dict[str, Any]:
        participant = {
            "sid": f"PA_{secrets.token_hex(6)}",
            "identity": person.identity,
            "name": person.name,
            "joinedAt": str(int(joined_at.timestamp())),
            "joinedAtMs": str(int(joined_at.timestamp() * 1000)),
            "permission": {"canSubscribe": True, "canPublish": True},
        }
        if person.kind != "STANDARD":
            participant["kind"] = person.kind
        return participant

    def _send(
        self, event: str, at: datetime, participant: dict[str, Any] | None = None
    ) -> None:
        created = int(self.started_at.timestamp())
        body: dict[str, Any] = {
            "event": event,
            "room": {
                "sid": self.sid,
                "name": self.name,
                "emptyTimeout": 300,
                "departureTimeout": 20,
                "creationTime": str(created),
                "creationTimeMs": str(created * 1000),
                "turnPassword": secrets.token_hex(16),
            },
            "id": f"EV_{secrets.token_hex(6)}",
            "createdAt": str(int(at.timestamp())),
        }
        if participant:
            body["participant"] = participant
        self.deliveries.append(body)


def send_webhooks(
    url: str, deliveries: Iterable[dict[str, Any]], *, key: str, secret: str
) -> int:
    """Sign and send bodies one after the other, as LiveKit's queue of a room does.

    Args:
        url: The endpoint.
        deliveries: Bodies, in the order of sending.
        key: The API key to sign with.
        secret: Its secret.

    Returns:
        How many were sent.

    Raises:
        NotDelivered: one was not answered with 2xx; those before it were.
    """
    number = 0
    for delivery in deliveries:
        body = json.dumps(delivery).encode()
        request = urllib.request.Request(  # noqa: S310
            url,
            body,
            {
                "Authorization": sign_webhook(body, key=key, secret=secret),
                "Content-Type": "application/webhook+json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
                number += 1
        except (urllib.error.URLError, TimeoutError) as error:
            raise NotDelivered(f"{url}: {error}") from error
    return number
