"""How fast sessions are calculated, compared with one Postgres statement.

Every run is a process of its own, so that its peak memory can be measured. The
statement was written only to compare with: it does not handle open connections, marks
by people, or failures.
"""

import os
import statistics
import time
from dataclasses import dataclass

import psycopg

from bench.process import Run, run
from bench.table import Row, say

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Size:
    """Numbers of sessions, and of people in each, with three connections a person."""

    sessions: int
    people: int

    def __str__(self) -> str:
        return f"{self.sessions:,} x {self.people}"


SMALL, LARGE = Size(100, 30), Size(1000, 300)

_CLEAR = """
    TRUNCATE attendance_attendance, attendance_attendancechange,
        attendance_sessioncalculation, attendance_changereason,
        attendance_engagemententry, attendance_auditseal
"""

_CLEAR_ALL = """
    TRUNCATE events_organization, sessions_app_connection,
        sessions_app_presenceevent CASCADE
"""

# One course per session with its own roster. A person comes a few minutes late, stays
# for a third of the hour, three times; every twentieth never comes.
_FILL = """
    WITH organization AS (
        INSERT INTO events_organization (name, slug, time_zone, language)
        VALUES ('Bench', 'bench', 'UTC', 'en') RETURNING id
    ), event AS (
        INSERT INTO events_event (
            organization_id, title, description, starts_at, ends_at, time_zone,
            location, prompt_viewers, state
        )
        SELECT id, 'Course ' || n, '', now() - interval '2 h', NULL, 'UTC', '',
            false, 'scheduled'
        FROM organization, generate_series(1, %(sessions)s) n
        RETURNING id, starts_at
    ), session AS (
        INSERT INTO sessions_app_livesession (
            event_id, title, session_type, room_name, starts_at, ends_at
        )
        SELECT id, 'Lesson', 'general', 'bench_' || id, starts_at,
            starts_at + interval '1 h'
        FROM event
    ), person AS (
        INSERT INTO events_person (
            organization_id, name, email, external_id, time_zone, language,
            show_on_leaderboard, folded_name, folded_email
        )
        SELECT id, 'Person ' || n, 'p' || n || '@example.com', '', '', '', false,
            'person ' || n, 'p' || n || '@example.com'
        FROM organization, generate_series(1, %(people)s) n
        RETURNING id
    ), place AS (
        INSERT INTO events_participant (
            event_id, person_id, role, registration, identity, enrolled,
            show_on_profile, show_to_other_orgs
        )
        SELECT event.id, person.id, 'attendee', 'registered', event.id || '-' || n,
            '{(,)}', true, false
        FROM event, (SELECT id, row_number() OVER () AS n FROM person) person
    )
    INSERT INTO sessions_app_connection (
        source, sid, room_name, room_sid, identity, name, kind, described_at,
        described_by, is_plain, is_established, joined_at, left_at
    )
    SELECT 'livekit', 'PA_' || id || '-' || n || '-' || part, 'bench_' || id,
        'RM_' || id, id || '-' || n, 'Person ' || n, 'STANDARD',
        starts_at, 'EV_' || n, true, true,
        starts_at + interval '1 s' * (n %% 17 * 60 + part * 1100),
        starts_at + interval '1 s' * (n %% 17 * 60 + part * 1100 + 700 + n %% 7 * 100)
    FROM event, generate_series(1, %(people)s) n, generate_series(0, 2) part
    WHERE n %% 20 <> 0
"""

_BY_HAND = """
WITH session AS (
    SELECT s.id, s.event_id, e.organization_id, s.room_name, s.starts_at,
        coalesce(s.ended_at, s.ends_at) AS ends_at,
        15 AS grace, 10 AS partial_from, 50 AS present_over, 75 AS regardless
    FROM sessions_app_livesession s JOIN events_event e ON e.id = s.event_id
    WHERE s.cancelled_at IS NULL
), presence AS (
    SELECT s.id AS session_id, p.id AS participant_id, count(*) AS joins,
        range_agg(tstzrange(
            greatest(c.joined_at, s.starts_at),
            least(c.left_at, c.aborted_at, s.ends_at)
        )) AS there
    FROM session s
    JOIN sessions_app_connection c ON c.room_name = s.room_name
        AND c.is_plain AND c.kind NOT IN ('AGENT', 'EGRESS', 'INGRESS')
        AND c.joined_at < s.ends_at AND least(c.left_at, c.aborted_at) > s.starts_at
    JOIN events_participant p ON p.event_id = s.event_id AND p.identity = c.identity
    GROUP BY 1, 2
), figures AS (
    SELECT s.*, p.id AS participant_id, coalesce(joins, 0) AS joins, there,
        lower(there) AS first, upper(there) AS last,
        extract(epoch FROM s.ends_at - s.starts_at) AS length,
        coalesce((
            SELECT sum(extract(epoch FROM upper(r) - lower(r))) FROM unnest(there) r
        ), 0) AS attended
    FROM session s
    JOIN events_participant p ON p.event_id = s.event_id
        AND p.registration NOT IN ('cancelled', 'viewed')
    LEFT JOIN presence ON session_id = s.id AND participant_id = p.id
), decided AS (
    SELECT *, first > starts_at + grace * interval '1 min' AS is_late,
        CASE
            WHEN attended * 100 < partial_from * length THEN 'absent'
            WHEN attended * 100 <= present_over * length THEN 'partial'
            WHEN first <= starts_at + grace * interval '1 min'
                OR attended * 100 > regardless * length THEN 'present'
            ELSE 'late'
        END AS decision
    FROM figures
), written AS (
    INSERT INTO attendance_attendance AS a (
        organization_id, event_id, session_id, participant_id, status, source,
        computed_status, computed_source, window_seconds, late_seconds, join_count,
        intervals, failed_attempts, grace_minutes, partial_from, present_over,
        present_regardless_over, attended_seconds, percentage, first_seen_at,
        last_seen_at, is_late
    )
    SELECT organization_id, event_id, id, participant_id, decision, 'livekit_auto',
        decision, 'livekit_auto', length, extract(epoch FROM first - starts_at), joins,
        coalesce((
            SELECT jsonb_agg(jsonb_build_array(
                (extract(epoch FROM lower(r)) * 1000000)::bigint,
                (extract(epoch FROM upper(r)) * 1000000)::bigint, false
            )) FROM unnest(there) r
        ), '[]'), 0, grace, partial_from, present_over, regardless, attended,
        round(attended * 100 / length, 2), first, last, coalesce(is_late, false)
    FROM decided
    ON CONFLICT (participant_id, session_id) DO UPDATE SET
        status = excluded.status, source = excluded.source,
        computed_status = excluded.computed_status,
        attended_seconds = excluded.attended_seconds,
        percentage = excluded.percentage, intervals = excluded.intervals,
        first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at
    RETURNING 1
), calculated AS (
    INSERT INTO attendance_sessioncalculation (
        session_id, calculated_at, facts_read, inputs_changed_at, roster_changed_at,
        people_seen, proved, proof_changed, failures, error
    )
    SELECT id, now(), 0, now(), now(), 1, true, false, 0, '' FROM session
)
INSERT INTO attendance_attendancechange (
    organization_id, participant_id, session_id, from_status, to_status, source, batch
)
SELECT d.organization_id, d.participant_id, d.id, 'unknown', d.decision,
    'livekit_auto', 1
FROM decided d
LEFT JOIN attendance_attendance a ON a.session_id = d.id
    AND a.participant_id = d.participant_id
WHERE a.status IS DISTINCT FROM d.decision
"""

_PREPARE = """
from attendance.evidence.due import Selection
from attendance.calculating.sessions import calculate_sessions
"""
_CALCULATE = """
outcome = calculate_sessions(Selection(now=timezone.now(), force=True))
assert not outcome.failed, outcome.failed
result = sum(session.changed for session in outcome.calculated.values())
"""


def measure() -> list[Row]:
    """Return ratios to the statement, peak memory, and the ratio without changes."""
    small, small_first, _ = _compare(SMALL)
    large, large_first, again = _compare(LARGE)
    return [
        Row(f"calculation {SMALL} / one statement", small, 2),
        Row(f"calculation {LARGE} / one statement", large, 2),
        Row(
            "peak memory, large",
            large_first.megabytes,
            200,
            "MB",
            detail=f"small: {small_first.megabytes:.0f} MB",
        ),
        Row("again without changes / first", again, 0.6),
    ]


def _compare(size: Size) -> tuple[float, Run, float]:
    """Return the median ratio to the statement, a run, and the ratio without changes.

    Raises:
        RuntimeError: not everybody was decided, or the second run changed something.
    """
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("SET rollcall.maintenance = 'benchmark'")
        owner.execute(_CLEAR_ALL)
        owner.execute(_FILL, {"sessions": size.sessions, "people": size.people})
        owner.execute("VACUUM ANALYZE")
        ratios, repeats = [], []
        for _ in range(ROUNDS):
            by_hand = _by_hand(owner)
            owner.execute(_CLEAR)
            first, again = (run(_CALCULATE, prepare=_PREPARE) for _ in range(2))
            if first.result != size.sessions * size.people or again.result:
                raise RuntimeError(f"{first.result}, then {again.result} changed")
            owner.execute(_CLEAR)
            ratios.append(first.seconds / by_hand)
            repeats.append(again.seconds / first.seconds)
            say(
                f"  {size}: {first.seconds:.2f} s, again {again.seconds:.2f} s, "
                f"one statement {by_hand:.2f} s, {first.megabytes:.0f} MB"
            )
    return statistics.median(ratios), first, statistics.median(repeats)


def _by_hand(owner: psycopg.Connection) -> float:
    started = time.perf_counter()
    owner.execute(_BY_HAND)
    return time.perf_counter() - started
