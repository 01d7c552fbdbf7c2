"""Decisions of the time before there were people."""

from attendance.audit.changes import Change, record_changes
from tests.attendance.migrating_people.before_people import query
from tests.attendance.migrating_people.meaning import UNTIL_THEN

# As calculations of that time had decided, whoever was seen at all being present.
DECIDE = f"""
WITH seen AS (
    SELECT s.id AS session_id, meaning.participant_id
    FROM sessions_app_livesession s JOIN ({UNTIL_THEN}) meaning USING (event_id)
    JOIN sessions_app_connection c USING (room_name, identity)
)
INSERT INTO attendance_attendance (organization_id, event_id, session_id,
    participant_id, status, source, computed_status, computed_source)
SELECT e.organization_id, e.id, s.id, p.id, status, 'livekit_auto', status,
    'livekit_auto'
FROM sessions_app_livesession s JOIN events_event e ON e.id = s.event_id
JOIN events_participant p ON p.event_id = e.id
LEFT JOIN seen ON seen.session_id = s.id AND seen.participant_id = p.id,
LATERAL (SELECT CASE WHEN seen.session_id IS NULL THEN 'absent' ELSE 'present' END)
    decided (status)
WHERE p.registration IN ('registered', 'walk_in')
    OR p.registration = 'waitlisted' AND seen.participant_id IS NOT NULL
RETURNING organization_id, participant_id, session_id, status
"""  # noqa: S608
CALCULATED = """
INSERT INTO attendance_sessioncalculation (session_id, calculated_at, facts_read,
    inputs_changed_at, roster_changed_at, nobody_seen, failures, error)
SELECT s.id, now(), 0, s.inputs_changed_at, e.roster_changed_at, false, 0, ''
FROM sessions_app_livesession s JOIN events_event e ON e.id = s.event_id
"""


def decide_all() -> None:
    """Decide about all, and have it in the sealed log, with points."""
    decided = query(DECIDE)
    record_changes(
        [
            Change(school, place, lesson, "unknown", status, None, "livekit_auto")
            for school, place, lesson, status in decided
        ]
    )
    query(CALCULATED)
