"""Which sessions are to be calculated now: the query that finds the work.

A session is due when it ended over five minutes ago, within the last seven days, is
not cancelled, and was never calculated, or has facts received since, or its window,
roster or links changed since. Messages and schedules are hints; this query is what
decides, so a lost message, a missed tick or two schedulers at once change nothing.

Source: docs/rules.md 34, 35, 36.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

# Facts of the last seconds may still be on their way.
SETTLING = timedelta(minutes=5)
DAYS = 7
# A fact may be committed this much later than it says it was received.
LATE_COMMIT = timedelta(seconds=60)

SESSIONS_AT_ONCE = 50
PEOPLE_AT_ONCE = 20_000

# The facts that may say something about a session: received not long before its start,
# about something that began before its end, or that has no usable time. Their number
# tells whether any is new.
FACTS_OF_SESSION = """
    SELECT count(*) FROM sessions_app_presenceevent f
    WHERE f.room_name = s.room_name
        AND f.received_at > s.starts_at - interval '1 day'
        AND coalesce(f.joined_at, f.occurred_at, '-infinity')
            < coalesce(s.ended_at, s.ends_at)
"""

# Each mark by itself: a change that began before the other mark, and was committed
# after it was read, would not move the later of both.
_IS_DUE = f"""
    (
        k.calculated_at IS NULL
        OR (k.inputs_changed_at, k.roster_changed_at)
            IS DISTINCT FROM (s.inputs_changed_at, e.roster_changed_at)
        OR (
            EXISTS (
                SELECT FROM sessions_app_presenceevent f
                WHERE f.room_name = s.room_name
                    AND f.received_at > k.calculated_at
                    - interval '{LATE_COMMIT.total_seconds()} s'
            )
            AND k.facts_read <> ({FACTS_OF_SESSION})
        )
    )
"""

_NO_RETRY_PENDING = "(k.retry_at IS NULL OR k.retry_at <= %(now)s)"

# In the order in which they ended, as the index live_session_end has them: in that of
# their ids every session that ever was would be looked at.
_END = "coalesce(s.ended_at, s.ends_at)"

_CLAIM = f"""
    SELECT s.id, (
        SELECT count(*) FROM events_participant p WHERE p.event_id = s.event_id
    )
    FROM sessions_app_livesession s
    JOIN events_event e ON e.id = s.event_id
    LEFT JOIN attendance_sessioncalculation k ON k.session_id = s.id
    WHERE s.cancelled_at IS NULL AND {{condition}}
        AND ({_END}, s.id) > (
            coalesce(
                (
                    SELECT coalesce(l.ended_at, l.ends_at)
                    FROM sessions_app_livesession l WHERE l.id = %(after)s
                ),
                '-infinity'
            ),
            %(after)s
        )
    ORDER BY {_END}, s.id
    LIMIT %(limit)s
    FOR NO KEY UPDATE OF s {{wait}}
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which ended sessions to calculate.

    Attributes:
        now: The time that "ended" and "days" are measured by.
        session_id: This one alone, even if it ended just now.
        session_type: Those of one type.
        organization_id: Those of one organization.
        days: How far back their end may lie.
        force: Also where nothing is new.
    """

    now: datetime
    session_id: int | None = None
    session_type: str | None = None
    organization_id: int | None = None
    days: int = DAYS
    force: bool = False

    def _condition(self) -> str:
        conditions = [f"{_END} <= %(ended_by)s"]
        if self.session_id is not None:
            conditions.append("s.id = %(session_id)s")
        else:
            conditions += [
                f"{_END} > %(ended_after)s",
                _NO_RETRY_PENDING,
            ]
        if self.session_type is not None:
            conditions.append("s.session_type = %(session_type)s")
        if self.organization_id is not None:
            conditions.append("e.organization_id = %(organization_id)s")
        if not self.force:
            conditions.append(_IS_DUE)
        return " AND ".join(conditions)

    def claim(self, *, after: int, limit: int = SESSIONS_AT_ONCE) -> list[int]:
        """Lock the next sessions for this transaction and return their ids.

        What another run holds is passed over, unless one session was asked for by id:
        then its turn is waited for. At most :data:`PEOPLE_AT_ONCE` people are taken
        together, so that memory does not grow with them.

        Args:
            after: The last session that was claimed before; 0: from the first.
            limit: How many at most.
        """
        wait = "" if self.session_id is not None else "SKIP LOCKED"
        settling = timedelta() if self.session_id is not None else SETTLING
        with connection.cursor() as cursor:
            cursor.execute(
                _CLAIM.format(condition=self._condition(), wait=wait),
                {
                    "now": self.now,
                    "after": after,
                    "limit": limit,
                    "ended_by": self.now - settling,
                    "ended_after": self.now - timedelta(days=self.days),
                    "session_id": self.session_id,
                    "session_type": self.session_type,
                    "organization_id": self.organization_id,
                },
            )
            return _within_memory(cursor.fetchall())


def _within_memory(claimed: list[tuple[int, int]]) -> list[int]:
    sessions: list[int] = []
    people = 0
    for session_id, size in claimed:
        people += size
        if sessions and people > PEOPLE_AT_ONCE:
            break
        sessions.append(session_id)
    return sessions
