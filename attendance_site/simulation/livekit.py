"""A simulated LiveKit server, which sends signed webhooks about rooms over HTTP.

The bodies have the form of those that a real server sent (docs/architecture.md).
"""

import http.client
import json
import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from sessions_app.livekit import sign_webhook

TIMEOUT_SECONDS = 10
ROOMS_AT_ONCE = 4


class NotDelivered(Exception):
    """The endpoint could not be reached, or refused; the text says why."""


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """Somebody who joins rooms; ``kind`` is LiveKit's kind of participant."""

    identity: str
    name: str
    kind: str = "STANDARD"


@dataclass(slots=True)
class SimulatedRoom:
    """One room; its methods add webhooks to ``deliveries``, the bodies to send.

    They may be sent in any order.
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
        """Add a join and a leave; without ``left_at`` there is no leave."""
        participant = self._participant(person, joined_at)
        self._send("participant_joined", joined_at, participant | {"state": "ACTIVE"})
        if left_at:
            self._leave(participant, left_at, reason)

    def leave_alone(
        self, person: SimulatedPerson, joined_at: datetime, left_at: datetime
    ) -> None:
        """Add only the leave of a stay, as if the join was lost."""
        participant = self._participant(person, joined_at)
        self._leave(participant, left_at, "CLIENT_INITIATED")

    def failed_attempt(
        self, person: SimulatedPerson, began_at: datetime, given_up_at: datetime
    ) -> None:
        """Add an attempt to connect that never got through."""
        participant = self._participant(person, began_at)
        self._send(
            "participant_connection_aborted",
            given_up_at,
            participant | {"state": "DISCONNECTED", "disconnectReason": "JOIN_FAILURE"},
        )

    def finish(self, finished_at: datetime) -> None:
        """Add the room's finish."""
        self._send("room_finished", finished_at)

    def _leave(
        self, participant: dict[str, Any], left_at: datetime, reason: str
    ) -> None:
        gone = {"state": "DISCONNECTED", "disconnectReason": reason}
        self._send("participant_left", left_at, participant | gone)

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


class WebhookSender:
    """Signs and sends bodies over one connection.

    Args:
        url: The endpoint.
        key: The API key to sign with.
        secret: Its secret.
    """

    def __init__(self, url: str, *, key: str, secret: str) -> None:
        self.url, self.key, self.secret = url, key, secret
        address = urlsplit(url)
        if address.scheme == "https":
            kind: type[http.client.HTTPConnection] = http.client.HTTPSConnection
        else:
            kind = http.client.HTTPConnection
        self._path = address.path
        self._connection = kind(address.netloc, timeout=TIMEOUT_SECONDS)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def send(self, delivery: dict[str, Any]) -> None:
        """Send one body.

        Raises:
            NotDelivered: the answer was not 2xx.
        """
        body = json.dumps(delivery).encode()
        headers = {
            "Authorization": sign_webhook(body, key=self.key, secret=self.secret),
            "Content-Type": "application/webhook+json",
        }
        status, reason = self._answer("POST", self._path, body, headers)
        if not 200 <= status < 300:
            raise NotDelivered(f"{self.url}: HTTP {status} {reason}")

    def must_be_there(self, path: str) -> None:
        """Check that the server answers, without sending a webhook.

        Args:
            path: A path that is answered with 200 if all is well.

        Raises:
            NotDelivered: the answer was not 200.
        """
        status, reason = self._answer("GET", path)
        if status != HTTPStatus.OK:
            raise NotDelivered(f"{path}: HTTP {status} {reason}")

    def _answer(self, *request: Any) -> tuple[int, str]:
        try:
            try:
                return self._try(*request)
            except ConnectionError:
                # The idle connection was closed. If the body arrives twice, no harm.
                return self._try(*request)
        except (OSError, http.client.HTTPException) as error:
            raise NotDelivered(
                f"{self.url}: {str(error) or type(error).__name__}"
            ) from error

    def _try(self, *request: Any) -> tuple[int, str]:
        try:
            self._connection.request(*request)
            response = self._connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        return response.status, response.reason


def send_rooms(
    url: str, rooms: Iterable[Iterable[dict[str, Any]]], *, key: str, secret: str
) -> None:
    """Send the bodies of many rooms, some rooms in parallel, each in its own order.

    Args:
        url: The endpoint.
        rooms: The bodies of each room, in the order of sending.
        key: The API key to sign with.
        secret: Its secret.

    Raises:
        NotDelivered: an answer was not 2xx; other bodies may have been sent.
    """

    def send(deliveries: Iterable[dict[str, Any]]) -> None:
        with closing(WebhookSender(url, key=key, secret=secret)) as sender:
            for delivery in deliveries:
                sender.send(delivery)

    with ThreadPoolExecutor(ROOMS_AT_ONCE) as pool:
        list(pool.map(send, rooms))
