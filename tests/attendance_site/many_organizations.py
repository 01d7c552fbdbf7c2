"""An installation after some years: a thousand organizations, and nothing is due.

In bulk and in SQL, so that it takes seconds. Real are only the numbers, and how much of
it is over, runs and is still to come: most events are over, one in two hundred is a
course without an end, with a session a month for years, and one of these has four
sessions a day.
"""

from django.db import connection

# The constraint against two sessions in one room is of no use to these queries, and
# checking it would take longer than all the rest.
_STATEMENTS = (
    "ALTER TABLE events_participant DISABLE TRIGGER USER",
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
        session_id, calculated_at, facts_read, inputs_read_at, nobody_seen, failures,
        error
    )
    SELECT s.id, now(), 4,
        s.inputs_changed_at + (e.roster_changed_at - s.inputs_changed_at) / 2, false, 0,
        ''
    FROM sessions_app_livesession s JOIN events_event e ON e.id = s.event_id
    WHERE s.ends_at < now()
    """,
    """
    INSERT INTO events_participant (
        event_id, name, email, role, registration, identity, time_zone, language,
        show_on_profile, show_to_other_orgs
    )
    SELECT id, 'Ana', '', 'attendee', 'registered', 'ana_' || id, '', '', true, false
    FROM events_event
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
    "ANALYZE",
)


def make_many_organizations() -> None:
    """Make them in the present transaction, which can then only be rolled back."""
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement)
    # Else each test would have them checked at its end.
    connection.check_constraints()
