"""An installation after some years: a thousand organizations, and what is due there.

In bulk and in SQL, so that it takes seconds. Real are only the numbers, and how much of
it is over, runs and is still to come: most events are over, one in two hundred is a
course without an end, with a session a month for years, and one of these has four
sessions a day.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

# The constraint against two sessions in one room is of no use to these queries, and
# checking it would take longer than all the rest.
_STATEMENTS = (
    "ALTER TABLE events_participant DISABLE TRIGGER USER",
    "ALTER TABLE events_knownidentity DISABLE TRIGGER USER",
    """
    ALTER TABLE sessions_app_livesession
    DROP CONSTRAINT live_session_room_once_at_a_time
    """,
    """
    INSERT INTO events_organization (id, name, slug, time_zone, language)
    SELECT n, 'School', 'many-' || n, 'UTC', 'en'
    FROM generate_series(1, 1000) n
    """,
    """
    INSERT INTO events_event (
        id, organization_id, title, description, starts_at, ends_at, time_zone,
        location, prompt_viewers, state, reopened_at
    )
    SELECT n, 1 + n % 1000, 'Course', '', starts_at, ends_at, 'UTC', '',
        false,
        CASE WHEN n % 20 = 1 THEN 'draft' WHEN n % 20 = 2 THEN 'cancelled'
            WHEN n % 100 = 3 THEN 'scheduled'
            WHEN ends_at < now() + interval '10 min' THEN 'completed' ELSE 'scheduled'
        END,
        CASE WHEN n % 100 = 3 THEN now() END
    FROM generate_series(1, 100000) n,
        LATERAL (
            SELECT now() + interval '15 min' * (n * 7919 % 96000 - 86401)
        ) x (starts_at),
        LATERAL (
            SELECT CASE WHEN n % 200 <> 50 THEN starts_at + interval '2 hours' END
        ) y (ends_at)
    """,
    """
    INSERT INTO sessions_app_livesession (
        event_id, title, session_type, room_name, starts_at, ends_at
    )
    SELECT e.id, 'Lesson', 'general', 'many_' || e.id, at, at + interval '1 hour'
    FROM events_event e, generate_series(
        e.starts_at,
        CASE WHEN e.ends_at IS NULL THEN greatest(e.starts_at, now()) ELSE e.starts_at
        END + interval '30 days',
        CASE WHEN e.id = 50 THEN interval '6 hours' ELSE interval '30 days' END
    ) at
    WHERE e.ends_at IS NULL OR at = e.starts_at
    """,
    """
    INSERT INTO attendance_sessioncalculation (
        session_id, calculated_at, facts_read, inputs_changed_at, roster_changed_at,
        people_seen, proved, proof_changed, failures, error
    )
    SELECT s.id, now(), 4, s.inputs_changed_at, e.roster_changed_at, 1, true, false, 0,
        ''
    FROM sessions_app_livesession s JOIN events_event e ON e.id = s.event_id
    WHERE s.ends_at < now()
    """,
    # Twenty in each organization, who are on the rosters of five events each.
    """
    INSERT INTO events_person (
        id, organization_id, name, email, external_id, time_zone, language,
        show_on_leaderboard, folded_name, folded_email
    )
    SELECT n, 1 + n % 1000, 'Ana', 'ana_' || n || '@example.com', '', '', '', false,
        'ana', 'ana_' || n || '@example.com'
    FROM generate_series(1, 20000) n
    """,
    """
    INSERT INTO events_participant (
        event_id, person_id, role, registration, identity, enrolled, show_on_profile,
        show_to_other_orgs
    )
    SELECT id, 1 + (id - 1) % 20000, 'attendee', 'registered', 'ana_' || id, '{(,)}',
        true, false
    FROM events_event
    """,
    """
    INSERT INTO events_knownidentity (organization_id, identity, person_id, event_id)
    SELECT e.organization_id, 'phone_' || p.id, p.person_id, p.event_id
    FROM events_participant p JOIN events_event e ON e.id = p.event_id
    WHERE e.id % 50 = 0
    """,
    """
    INSERT INTO attendance_attendancepolicy (
        organization_id, session_id, grace_minutes, partial_from, present_over,
        present_regardless_over, updated_at
    )
    SELECT id, NULL::bigint, 10, 10, 50, 75, now() FROM events_organization
    UNION ALL
    SELECT e.organization_id, s.id, 20, 10, 50, 75, now()
    FROM sessions_app_livesession s JOIN events_event e ON e.id = s.event_id
    WHERE s.id % 20 = 0
    """,
    """
    INSERT INTO sessions_app_presenceevent (
        source, event_id, event, room_name, room_sid, identity, participant_sid,
        occurred_at, joined_at, received_at, signed_by, body_sha256, marks, payload
    )
    SELECT 'livekit', s.id || event, event, s.room_name, 'RM_' || s.id,
        'ana_' || s.event_id, 'PA_' || s.id, s.starts_at + after, s.starts_at,
        s.starts_at + after, 'key', '', '{}', '{}'
    FROM sessions_app_livesession s, (VALUES
        ('room_started', interval '0'), ('participant_joined', interval '0'),
        ('participant_left', interval '1 hour'), ('room_finished', interval '1 hour')
    ) fact (event, after)
    WHERE s.starts_at + after < now() AND s.starts_at > now() - interval '90 days'
    """,
    """
    INSERT INTO sessions_app_connection (
        source, sid, room_name, room_sid, identity, described_by, is_plain,
        is_established, joined_at, left_at
    )
    SELECT 'livekit', 'PA_' || id, room_name, 'RM_' || id, 'ana_' || event_id, '', true,
        true, starts_at, CASE WHEN ends_at < now() THEN ends_at END
    FROM sessions_app_livesession WHERE starts_at < now()
    """,
    # As calculations and completions write them, but for lengths and digests. The log
    # tells of sessions alone, for it takes the longest to make.
    """
    INSERT INTO attendance_attendance (
        organization_id, event_id, session_id, participant_id, status, source, derived,
        computed_status, computed_source
    )
    SELECT e.organization_id, e.id, place.session_id, p.id, 'present', 'livekit_auto',
        place.session_id IS NULL, place.computed, place.computed_source
    FROM events_event e JOIN events_participant p ON p.event_id = e.id
    JOIN (
        SELECT event_id, id, 'present', 'livekit_auto' FROM sessions_app_livesession
        WHERE ends_at < now()
        UNION ALL
        SELECT id, NULL, NULL, NULL FROM events_event WHERE state = 'completed'
    ) place (event_id, session_id, computed, computed_source) ON place.event_id = e.id
    """,
    """
    INSERT INTO attendance_attendancechange (
        organization_id, participant_id, session_id, from_status, to_status, source,
        batch
    )
    SELECT organization_id, participant_id, session_id, 'unknown', status, source,
        nextval('attendance_batch')
    FROM attendance_attendance WHERE session_id IS NOT NULL
    """,
    """
    INSERT INTO attendance_auditseal (
        organization_id, number, batch, previous_digest, digest
    )
    SELECT organization_id,
        row_number() OVER (PARTITION BY organization_id ORDER BY batch), batch,
        sha256(int8send(batch)), sha256(int8send(batch))
    FROM attendance_attendancechange
    """,
    """
    INSERT INTO attendance_engagemententry (
        organization_id, participant_id, session_id, change_id, points
    )
    SELECT organization_id, participant_id, session_id, id, 10
    FROM attendance_attendancechange
    """,
    # Everybody was asked about what is over; nobody who wants it has a mail to come.
    """
    INSERT INTO notifications_promptedevent (event_id, due_at, roster_changed_at)
    SELECT e.id, ended.at + interval '1 hour', e.roster_changed_at
    FROM events_event e, LATERAL (
        SELECT greatest(coalesce(e.ends_at, e.starts_at + interval '2 hours'), (
            SELECT max(s.ends_at) FROM sessions_app_livesession s
            WHERE s.event_id = e.id
        ))
    ) ended (at)
    WHERE ended.at < now()
    """,
    """
    INSERT INTO notifications_attendanceprompt (
        organization_id, participant_id, number, due_at, sent_at, not_mailed, failures
    )
    SELECT e.organization_id, p.id, 1, done.due_at, done.due_at, '', 0
    FROM notifications_promptedevent done JOIN events_event e ON e.id = done.event_id
    JOIN events_participant p ON p.event_id = e.id
    """,
    "ANALYZE",
)

_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema::regnamespace
"""

# What happened a moment ago; the statistics do not know it yet.
_DUE = (
    # Facts of twenty sessions came late, half of them of the course with the most, and
    # what they say differs from what was decided.
    """
    CREATE TEMPORARY TABLE late_facts ON COMMIT DROP AS
    SELECT id, room_name, starts_at FROM (
        SELECT *, row_number() OVER (PARTITION BY event_id = 50 ORDER BY id) AS place
        FROM sessions_app_livesession
        WHERE ends_at BETWEEN now() - interval '5 days' AND now() - interval '1 day'
    ) s
    WHERE place <= 10
    """,
    """
    INSERT INTO sessions_app_presenceevent (
        source, event_id, event, room_name, room_sid, identity, participant_sid,
        occurred_at, joined_at, received_at, signed_by, body_sha256, marks, payload
    )
    SELECT 'livekit', 'late_' || id, 'participant_joined', room_name, 'RM_' || id,
        'phone', 'PA_late_' || id, starts_at, starts_at, now(), 'key', '', '{}', '{}'
    FROM late_facts
    """,
    """
    INSERT INTO sessions_app_connection (
        source, sid, room_name, room_sid, identity, described_by, is_plain,
        is_established, joined_at
    )
    SELECT 'livekit', 'PA_late_' || id, room_name, 'RM_' || id, 'phone', '', true, true,
        starts_at
    FROM late_facts
    """,
    """
    UPDATE attendance_attendance SET status = 'absent'
    WHERE session_id IN (SELECT id FROM late_facts)
    """,
    # Ten events have just ended; five of them had sessions that nobody calculated.
    """
    CREATE TEMPORARY TABLE just_ended ON COMMIT DROP AS
    SELECT id, row_number() OVER (ORDER BY id) > 5 AS is_calculated FROM (
        SELECT id FROM events_event
        WHERE state = 'completed' AND ends_at < now() - interval '2 hours'
        ORDER BY ends_at DESC LIMIT 10
    ) e
    """,
    """
    UPDATE events_event SET state = 'scheduled' WHERE id IN (SELECT id FROM just_ended)
    """,
    """
    DELETE FROM attendance_attendance
    WHERE event_id IN (SELECT id FROM just_ended) AND session_id IS NULL
    """,
    """
    DELETE FROM attendance_sessioncalculation WHERE session_id IN (
        SELECT s.id FROM sessions_app_livesession s
        JOIN just_ended e ON e.id = s.event_id
        WHERE NOT e.is_calculated
    )
    """,
    # Nobody was asked yet about ten events; ten people snoozed until now.
    """
    DELETE FROM notifications_promptedevent WHERE event_id IN (
        SELECT id FROM events_event
        WHERE state = 'completed' AND ends_at < now() - interval '1 day'
        ORDER BY ends_at DESC LIMIT 10
    )
    """,
    """
    DELETE FROM notifications_attendanceprompt WHERE participant_id IN (
        SELECT p.id FROM events_participant p WHERE NOT EXISTS (
            SELECT FROM notifications_promptedevent done
            WHERE done.event_id = p.event_id
        )
    )
    """,
    """
    UPDATE notifications_attendanceprompt SET send_at = now(), sent_at = NULL
    WHERE id IN (
        SELECT id FROM notifications_attendanceprompt ORDER BY due_at DESC LIMIT 10
    )
    """,
    # Ten people have got a place.
    """
    INSERT INTO events_registrationmail (participant_id, news, due_at)
    SELECT id, 'moved_up', now() - interval '1 min' FROM events_participant
    ORDER BY id LIMIT 10
    """,
)


def make_many_organizations() -> None:
    """Make them in the present transaction, which can then only be rolled back."""
    with _without_foreign_keys():
        _execute(_STATEMENTS)


@contextmanager
def _without_foreign_keys() -> Iterator[None]:
    """Check them at the end, for all rows at once: row by row takes as long again."""
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN_KEYS)
        keys = cursor.fetchall()
        for table, name, _definition in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield
        for table, name, definition in keys:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def let_something_be_due() -> None:
    """Let there be work for each task, in the present transaction."""
    _execute(_DUE)


def _execute(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
