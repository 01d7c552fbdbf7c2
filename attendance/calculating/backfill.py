"""Writes an ``unknown`` course result for people who have none.

Usually the row is written with the first decision; people whose rosters are older than
Rollcall get theirs here. No decision changes, so nothing is written to the log.
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
    """The number of people who got a row, and of batches so far."""

    people: int = 0
    batches: int = 0


def backfill_attendance(
    *, progress: Callable[[Backfilled], None] = lambda done: None
) -> Backfilled:
    """Give everybody in reports who has no course result an ``unknown`` one.

    Each batch is a transaction of its own, so an interrupted run can be repeated.
    Existing rows are left alone.

    Args:
        progress: Called after each batch with the numbers so far.
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
