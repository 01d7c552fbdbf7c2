"""Facts received from a source, and the statement that stores and folds one."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
from django.db import DataError, InterfaceError, OperationalError, connection

from sessions_app.folding import fold
from sessions_app.payload import Payload, unparsed

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Presence:
    """What one fact says about its connection.

    Attributes:
        name: The person's name at that time.
        kind: LiveKit's kind of participant; ``STANDARD`` if the fact names none.
        is_established: The fact is a join or a leave.
        is_plain: The fact does not say agent, recorder or hidden.
        ends: The fact is a leave or an abort, even one without a usable time.
        end_reason: LiveKit's reason of the end, if the fact is one.
        left_at: The time of a leave.
        aborted_at: The time of an abort.
    """

    name: str | None
    kind: str | None
    is_established: bool
    is_plain: bool
    ends: bool = False
    end_reason: str | None = None
    left_at: datetime | None = None
    aborted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A message from a source, as read from its body; None where nothing was usable.

    Attributes:
        event_id: The source's own id of the fact, unique per source.
        occurred_at: When it happened, aware, in UTC; LiveKit gives whole seconds.
        joined_at: When its connection began, aware, in UTC.
        signed_by: The name of the API key that signed it.
        marks: What was odd: paths of unusable fields, or descriptions.
        presence: What it says about its connection; None if it is about none.
    """

    source: str
    event_id: str
    event: str | None
    room_name: str | None
    room_sid: str | None
    identity: str | None
    participant_sid: str | None
    occurred_at: datetime | None
    joined_at: datetime | None
    signed_by: str
    body_sha256: bytes
    marks: list[str]
    payload: Payload
    presence: Presence | None

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the SQL statements that store and fold the fact."""
        parameters: dict[str, Any] = {
            "source": self.source,
            "event_id": self.event_id,
            "event": self.event,
            "room_name": self.room_name,
            "room_sid": self.room_sid,
            "identity": self.identity,
            "participant_sid": self.participant_sid,
            "occurred_at": self.occurred_at,
            "joined_at": self.joined_at,
            "signed_by": self.signed_by,
            "body_sha256": self.body_sha256,
            "marks": self.marks,
            "payload": self.payload.text,
        }
        if presence := self.presence:
            parameters |= {
                "name": presence.name,
                "kind": presence.kind,
                "is_established": presence.is_established,
                "is_plain": presence.is_plain,
                "end_reason": presence.end_reason,
                "ended_by_at": self.occurred_at if presence.ends else None,
                "ended_by": self.event_id if presence.ends else None,
                "left_at": presence.left_at,
                "aborted_at": presence.aborted_at,
            }
        return parameters


STORE = """
    INSERT INTO sessions_app_presenceevent (
        source, event_id, event, room_name, room_sid, identity, participant_sid,
        occurred_at, joined_at, signed_by, body_sha256, marks, payload
    ) VALUES (
        %(source)s, %(event_id)s, %(event)s, %(room_name)s, %(room_sid)s,
        %(identity)s, %(participant_sid)s, %(occurred_at)s, %(joined_at)s,
        %(signed_by)s, %(body_sha256)s, %(marks)s::varchar[], %(payload)s::jsonb
    )
    ON CONFLICT (source, event_id) DO NOTHING
    RETURNING 1
"""

# A new fact and its fold are one statement, so one transaction; a copy folds nothing.
# Spaces are collapsed, because psycopg caches parsed queries of up to 4096 characters.
STORE_AND_FOLD = " ".join(
    f"""
    WITH fact AS ({STORE}),
    folded AS ({fold(where="EXISTS (SELECT FROM fact)")})
    SELECT 1 FROM fact
    """.split()
)

COUNT_CONFLICT = """
    INSERT INTO sessions_app_conflictingdelivery (source, event_id, body_sha256)
    SELECT source, event_id, %(body_sha256)s
    FROM sessions_app_presenceevent
    WHERE source = %(source)s AND event_id = %(event_id)s
        AND body_sha256 <> %(body_sha256)s
    ON CONFLICT DO NOTHING
    RETURNING 1
"""


def store_fact(fact: Fact, body: bytes) -> bool:
    """Store ``fact`` once and fold it into its connection, in one statement.

    Args:
        fact: The fact that was read from the body.
        body: The raw body. If the database refuses the fact's values, the body is
            stored as one escaped string instead.

    Returns:
        Whether the fact is new.

    Raises:
        django.db.OperationalError: the database is down; the sender should retry.
    """
    try:
        is_new = _execute(STORE_AND_FOLD if fact.presence else STORE, fact)
    except DataError:
        logger.exception(
            "A fact was refused; its body is kept as text.",
            extra={"op": "receive_webhook", "event_id": fact.event_id},
        )
        fact = _as_text(fact, body)
        is_new = _execute(STORE, fact)
    if not is_new and _execute(COUNT_CONFLICT, fact):
        logger.warning(
            "A fact's id came again with another body; the first one stays.",
            extra={
                "op": "receive_webhook",
                "event_id": fact.event_id,
                "source": fact.source,
                "signed_by": fact.signed_by,
            },
        )
    return is_new


def _execute(statement: str, fact: Fact) -> bool:
    """Run a statement; run it once more if the database connection was dead.

    Otherwise each thread would answer 503 once after a restart of Postgres, and all of
    LiveKit's few attempts might meet such a thread.
    """
    try:
        return _run(statement, fact)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return _run(statement, fact)


def _run(statement: str, fact: Fact) -> bool:
    """Run a prepared statement; return whether it returned a row.

    Parsing and planning it each time would take twice as long as running it, and
    Django's own cursor never prepares statements.
    """
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
    ):
        cursor.execute(statement, fact.parameters(), prepare=True)
        return cursor.fetchone() is not None


def _as_text(fact: Fact, body: bytes) -> Fact:
    return replace(
        fact,
        event_id=fact.body_sha256.hex(),
        event=None,
        room_name=None,
        room_sid=None,
        identity=None,
        participant_sid=None,
        occurred_at=None,
        joined_at=None,
        marks=["unparsed"],
        payload=unparsed(body),
        presence=None,
    )
