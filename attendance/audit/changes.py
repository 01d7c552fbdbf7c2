"""Writes the log of decisions: one row for each change of a status or source.

Code that changes a decision calls :func:`record_changes` in the same transaction. The
database refuses UPDATE, DELETE and TRUNCATE on the log (``core/append_only.py``).

Source: docs/rules.md 65.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection, transaction

from attendance.audit.seals import seal_batch
from attendance.locks import lock_heads
from attendance.points.ledger import give_points
from attendance.signals import attendance_changed
from core.sql import as_array


class Change(NamedTuple):
    """One decision before and after a change.

    Attributes:
        session_id: None for a course result.
        undoes_id: The change that this one undoes.
        follows: The change follows from other changes, so it has no actor.
        reason: The text that the person gave for the change; may be empty.
    """

    organization_id: int
    participant_id: int
    session_id: int | None
    from_status: str
    to_status: str
    from_source: str | None
    source: str | None
    undoes_id: int | None = None
    follows: bool = False
    reason: str = ""


_RECORD = """
    WITH batch AS (SELECT nextval('attendance_batch') AS number),
    written AS (
        INSERT INTO attendance_attendancechange (
            organization_id, participant_id, session_id,
            from_status, to_status, from_source, source, undoes_id, actor_id,
            reason_digest, batch
        )
        SELECT c.*, batch.number
        FROM unnest(
            %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
            %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bytea[]
        ) c, batch
    )
    SELECT number FROM batch
"""

# Digests are unique, because each has a random salt: they tell to which change a reason
# belongs.
_WRITE_REASONS = """
    INSERT INTO attendance_changereason (change_id, salt, text)
    SELECT c.id, r.salt, r.text
    FROM unnest(%s::bytea[], %s::bytea[], %s::text[]) r (digest, salt, text)
    JOIN attendance_attendancechange c ON c.reason_digest = r.digest
    WHERE c.organization_id = ANY(%s) AND c.batch = %s
"""


class _Reason(NamedTuple):
    digest: bytes
    salt: bytes
    text: str


@transaction.atomic(savepoint=False)
def record_changes(changes: Sequence[Change], *, actor_id: int | None = None) -> None:
    """Write ``changes`` as one sealed batch, write its points, and send the signal.

    Call this once per transaction, as its last step. It does nothing if there are no
    changes. Other transactions that write to the logs of the same organizations wait
    until this one ends.

    Args:
        changes: All changes of this transaction.
        actor_id: The user who made them; None if no person did.
    """
    if not changes:
        return
    reasons = [_reason(change.reason) for change in changes]
    *columns, follows, _texts = zip(*changes, strict=True)
    columns.append(
        tuple(None if is_consequence else actor_id for is_consequence in follows)
    )
    digests = [reason and reason.digest for reason in reasons]
    organizations = sorted({change.organization_id for change in changes})
    lock_heads(organizations)
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [*map(as_array, columns), digests])
        [batch] = cursor.fetchone()
        if given := [reason for reason in reasons if reason]:
            texts = [list(column) for column in zip(*given, strict=True)]
            cursor.execute(_WRITE_REASONS, [*texts, organizations, batch])
    give_points(batch, organizations)
    seal_batch(batch, organizations)
    attendance_changed.send(Change, changes=changes)


def _reason(text: str) -> _Reason | None:
    if not text:
        return None
    salt = secrets.token_bytes(16)
    return _Reason(hashlib.sha256(salt + text.encode()).digest(), salt, text)
