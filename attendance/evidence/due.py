"""The query that finds and locks the sessions whose calculation is due.

A session is due when it ended over five minutes ago, within the last seven days, is
not cancelled, and was never calculated, or has facts received since, or its window,
mode, roster or links changed since. It is due however old it is when decisions of
people, or its mode, changed what is known of whether it was held
(``proof.py``). Tasks and schedules only trigger the query, so a lost
task, a missed run or two schedulers at once change nothing.

Source: docs/rules.md 34, 35, 36, 121.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from sessions_app.rests import RESTS_AFTER

# How long after the end a session waits for facts that are still on their way.
SETTLING = timedelta(minutes=5)
DAYS = RESTS_AFTER.days
# A fact may be committed this much later than its ``received_at``.
LATE_COMMIT = timedelta(seconds=60)

SESSIONS_AT_ONCE = 50
PEOPLE_AT_ONCE = 20_000

# The number of facts that may concern a session: received at the earliest a day before
# its start, about something that began before its end or has no usable time. If the
# number has changed, there are new facts.
FACTS_OF_SESSION = """
    SELECT count(*) FROM sessions_app_presenceevent f
    WHERE f.room_name = s.room_name
        AND f.received_at > s.starts_at - interval '1 day'
        AND coalesce(f.joined_at, f.occurred_at, '-infinity')
            < coalesce(s.ended_at, s.ends_at)
"""

# Both times of change are compared, not only the later one: a transaction may commit
# an earlier time after a calculation has read a later one in the other column.
_IS_DUE = f"""
    (
        k.calculated_at IS NULL
        OR k.proof_changed
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

# An array, so that Postgres begins with the few of them, not with all sessions in order
# of their end.
_PROOF_CHANGED = """
    k.proof_changed AND s.id = ANY(ARRAY(
        SELECT c.session_id FROM attendance_sessioncalculation c WHERE c.proof_changed
    ))
"""

# Sessions are claimed in order of their end, by the index live_session_end: in order of
# ids Postgres would look at every session there is.
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
        now: The time that the ends of sessions are compared with.
        session_id: Only this session, even if it ended just now or long ago.
        session_type: Only sessions of this type.
        organization_id: Only sessions of this organization.
        days: How many days ago they may have ended.
        force: Also sessions for which nothing is new.
        with_changed_proof: Instead of those of the last ``days``, all whose
            ``proof_changed`` is set.
    """

    now: datetime
    session_id: int | None = None
    session_type: str | None = None
    organization_id: int | None = None
    days: int = DAYS
    force: bool = False
    with_changed_proof: bool = False

    def _condition(self) -> str:
        conditions = [f"{_END} <= %(ended_by)s"]
        if self.session_id is not None:
            conditions.append("s.id = %(session_id)s")
        elif self.with_changed_proof:
            conditions += [_PROOF_CHANGED, _NO_RETRY_PENDING]
        else:
            conditions += [f"{_END} > %(ended_after)s", _NO_RETRY_PENDING]
        if self.session_type is not None:
            conditions.append("s.session_type = %(session_type)s")
        if self.organization_id is not None:
            conditions.append("e.organization_id = %(organization_id)s")
        if not self.force:
            conditions.append(_IS_DUE)
        return " AND ".join(conditions)

    def claim(self, *, after: int, limit: int = SESSIONS_AT_ONCE) -> list[int]:
        """Lock the next sessions for this transaction and return their ids.

        Sessions that another run has locked are skipped; one that was selected by its
        id is waited for. At most :data:`PEOPLE_AT_ONCE` people are taken together, to
        bound the memory used, unless one session alone has more.

        Args:
            after: Id of the last session that was claimed before; 0: from the first.
            limit: Maximum number of sessions.
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
