"""The log of decisions: every change of a status or source is written here, once.

Whoever changes a decision calls :func:`record_changes` in the same transaction. The
table refuses UPDATE, DELETE and TRUNCATE in the database (``events/append_only.py``).
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from attendance.arrays import as_array
from attendance.signals import attendance_changed


class Change(NamedTuple):
    """One decision before and after; ``session_id`` None is the event as a whole."""

    organization_id: int
    participant_id: int
    session_id: int | None
    from_status: str
    to_status: str
    from_source: str | None
    source: str | None


_RECORD = """
    INSERT INTO attendance_attendancechange (
        organization_id, participant_id, session_id,
        from_status, to_status, from_source, source, actor_id, batch
    )
    SELECT c.*, %s::bigint, (SELECT nextval('attendance_batch'))
    FROM unnest(
        %s::bigint[], %s::bigint[], %s::bigint[],
        %s::text[], %s::text[], %s::text[], %s::text[]
    ) c
"""


def record_changes(changes: Sequence[Change], *, actor_id: int | None = None) -> None:
    """Write ``changes`` as one batch and tell the upper apps; nothing if none.

    Args:
        changes: All changes of this transaction.
        actor_id: The user who made them; None for a machine.
    """
    if not changes:
        return
    columns = [as_array(column) for column in zip(*changes, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [actor_id, *columns])
    attendance_changed.send(Change, changes=changes)
