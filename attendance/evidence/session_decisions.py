"""Reads the decisions about people at the sessions that a course result counts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import connection

from attendance.evidence.enrolled import is_expected
from attendance.rules.event_result import SessionDecision

# A session of which nothing proves that it was held is counted only for people about
# whom a person decided there, one outside of somebody's enrolment only if they were
# there or marked.
_SESSION_DECISIONS = f"""
    SELECT a.participant_id, a.status, a.source,
        a.marked_at IS NOT NULL,
        extract(epoch FROM coalesce(s.ended_at, s.ends_at) - s.starts_at)::bigint,
        a.attended_seconds
    FROM attendance_attendance a
    JOIN events_participant p ON p.id = a.participant_id
    JOIN sessions_app_livesession s ON s.id = a.session_id
    LEFT JOIN attendance_sessioncalculation k ON k.session_id = s.id
    WHERE a.participant_id = ANY(%(people)s) AND s.cancelled_at IS NULL
        AND (k.proved OR a.marked_at IS NOT NULL)
        AND ({is_expected()} OR a.join_count > 0 OR a.marked_at IS NOT NULL)
    ORDER BY s.starts_at, s.id
"""


def session_decisions(people: Sequence[int]) -> Mapping[int, list[SessionDecision]]:
    """Return, by participant id, the decisions at counted sessions, in order of start.

    Cancelled sessions are left out, and so are people without any decision.
    """
    decisions: dict[int, list[SessionDecision]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SESSION_DECISIONS, {"people": list(people)})
        for participant_id, *decision in cursor.fetchall():
            decisions[participant_id].append(SessionDecision._make(decision))
    return decisions
