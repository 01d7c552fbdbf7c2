"""How long the upgrade to people takes, and going back again.

It has a database of its own, in the state of before: 500 events of 200 participants, of
whom 40 % are people who come back, with accounts, links and decisions.
"""

import os
from urllib.parse import urlsplit

import psycopg

from bench.process import Run, run
from bench.table import Row, say

DATABASE = "bench_migrating"
BEFORE = {"sessions_app": "0005", "attendance": "0012", "events": "0011"}

_PREPARE = "from django.core.management import call_command"
_MIGRATE = "call_command('migrate', {}verbosity=0); result = 0"

# The first 80 of each event's 200 are of 4,000 people, each at ten events; every third
# of those has an account, which every other event does not know.
_FILL = """
    INSERT INTO events_organization (name, slug, time_zone, language)
    VALUES ('Bench', 'bench', 'UTC', 'en');
    INSERT INTO events_user (username, password, is_superuser, is_staff, is_active,
        first_name, last_name, email, date_joined, time_zone, language, wants_prompts)
    SELECT 'user' || n, '!', false, false, true, '', '', '', now(), '', '', true
    FROM generate_series(0, 3999) n;
    INSERT INTO events_event (organization_id, title, description, starts_at, time_zone,
        location, prompt_viewers, state)
    SELECT o.id, 'Course ' || n, '', now() - interval '3 days', 'UTC', '', false,
        'scheduled'
    FROM events_organization o, generate_series(1, 500) n;
    INSERT INTO sessions_app_livesession (event_id, title, session_type, room_name,
        starts_at, ends_at)
    SELECT id, 'Lesson', 'general', 'bench_' || id || '_' || n,
        starts_at + n * interval '2 h', starts_at + n * interval '2 h' + interval '1 h'
    FROM events_event, generate_series(1, 3) n;
    INSERT INTO events_participant (event_id, name, email, user_id, role, registration,
        identity, time_zone, language, show_on_profile, show_to_other_orgs)
    SELECT e.id, (ARRAY['Zoë Person ', 'ZOE PERSON '])[1 + e.id % 2] || who,
        'p' || who || '@example.com', u.id, 'attendee',
        CASE WHEN n % 20 = 0 THEN 'cancelled' ELSE 'registered' END, e.id || '-' || n,
        CASE WHEN e.id % 3 = 0 THEN 'Asia/Gaza' ELSE '' END, '', true, false
    FROM events_event e CROSS JOIN generate_series(0, 199) n
    CROSS JOIN LATERAL (
        SELECT CASE WHEN n < 80 THEN (e.id * 80 + n) % 4000 ELSE e.id * 1000 + n END
    ) person (who)
    LEFT JOIN events_user u
        ON u.username = 'user' || who AND who % 3 = 0 AND e.id % 2 = 0
    ORDER BY e.id, n;
    ANALYZE;
    INSERT INTO events_knownidentity (organization_id, identity, participant_id)
    SELECT e.organization_id, 'device-' || p.id % 10000, p.id
    FROM events_participant p JOIN events_event e ON e.id = p.event_id
    WHERE p.id % 5 = 0;
    INSERT INTO attendance_attendance (organization_id, event_id, session_id,
        participant_id, status, source)
    SELECT e.organization_id, e.id, s.id, p.id, 'present', 'livekit_auto'
    FROM events_event e JOIN sessions_app_livesession s ON s.event_id = e.id
    JOIN events_participant p ON p.event_id = e.id
"""


def measure() -> list[Row]:
    """Return the seconds forwards and back, and the peak memory forwards."""
    url = urlsplit(os.environ["DATABASE_OWNER_URL"])
    own = url._replace(path=f"/{DATABASE}").geturl()
    usual = dict(os.environ)
    with psycopg.connect(url.geturl(), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        server.execute(f"CREATE DATABASE {DATABASE}")
        os.environ.update(
            DATABASE_URL=own, DATABASE_OWNER_URL=own, ROLLCALL_AS_OWNER="1"
        )
        try:
            return _measure(own)
        finally:
            os.environ.clear()
            os.environ.update(usual)
            server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def _measure(url: str) -> list[Row]:
    for app, name in BEFORE.items():
        _migrate(app, name)
    with psycopg.connect(url, autocommit=True) as owner:
        # Each link would look for its person in the whole organization.
        owner.execute("ALTER TABLE events_knownidentity DISABLE TRIGGER links_insert")
        owner.execute(_FILL)
        owner.execute("ALTER TABLE events_knownidentity ENABLE TRIGGER links_insert")
        owner.execute("VACUUM ANALYZE")
    forwards, back = _migrate(), _migrate("events", BEFORE["events"])
    say(f"  back: {back.seconds:.1f} s, {back.megabytes:.0f} MB")
    detail = f"{forwards.megabytes:.0f} MB"
    return [
        Row("people of 100,000 participants", forwards.seconds, 60, "s", detail=detail),
        Row("and back", back.seconds, 60, "s", detail=f"{back.megabytes:.0f} MB"),
    ]


def _migrate(*target: str) -> Run:
    arguments = "".join(f"{one!r}, " for one in target)
    return run(_MIGRATE.format(arguments), prepare=_PREPARE)
