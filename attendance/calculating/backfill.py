"""A row for each person about whom nothing was decided: unknown, of their event.

Rows come by themselves once something is decided; people of a roster that is older than
Rollcall get theirs here. Nothing changes by it, so nothing is written to the log.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from attendance.rules.statuses import Status
from core.operations import logged

logger = logging.getLogger(__name__)

PEOPLE_AT_ONCE = 1000

_BACKFILL = f"""
    WITH people AS (
        SELECT p.id, p.event_id, e.organization_id
        FROM events_participant p JOIN events_event e ON e.id = p.event_id
        WHERE p.id > %(after)s AND p.registration NOT IN ('cancelled', 'viewed')
            AND NOT EXISTS (
                SELECT FROM attendance_attendance a
                WHERE a.participant_id = p.id AND a.session_id IS NULL
            )
        ORDER BY p.id LIMIT %(limit)s
    ), written AS (
        INSERT INTO attendance_attendance (
            organization_id, event_id, participant_id, status, derived
        )
        SELECT organization_id, event_id, id, '{Status.UNKNOWN}', false
        FROM people ORDER BY id
        ON CONFLICT (participant_id, session_id) DO NOTHING
        RETURNING 1
    )
    SELECT (SELECT max(id) FROM people), (SELECT count(*) FROM written)
"""


@dataclass(slots=True)
class Backfilled:
    """How many people got a row, in how many batches."""

    people: int = 0
    batches: int = 0


def backfill_attendance(
    *, progress: Callable[[Backfilled], None] = lambda done: None
) -> Backfilled:
    """Give everybody in reports who has no event-level row one that says unknown.

    Each batch is a transaction of its own: broken off, it goes on where it was. Who has
    a row, whatever it says, is left alone.

    Args:
        progress: Called after each batch with what is done so far.
    """
    done = Backfilled()
    after = 0
    with logged(logger, "backfill_attendance", "Missing rows were written.") as line:
        while True:
            with connection.cursor() as cursor:
                cursor.execute(_BACKFILL, {"after": after, "limit": PEOPLE_AT_ONCE})
                last, written = cursor.fetchone()
            if last is None:
                break
            after = last
            done.people += written
            done.batches += 1
            progress(done)
        line |= {"people": done.people, "batches": done.batches}
    return done
