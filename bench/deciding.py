"""How long it takes to mark a class, import a roster, and complete a large event."""

import os
import statistics

import psycopg

from bench.process import Run, run
from bench.table import Row, say

ROUNDS = 3
MARKED, LINES, SMALL, LARGE = 1_000, 10_000, 1_000, 10_000

_CLEAR = "TRUNCATE events_organization, events_user CASCADE"
# One event with one calculated session, at which three quarters were present.
_FILL = """
    WITH organization AS (
        INSERT INTO events_organization (name, slug, time_zone, language)
        VALUES ('Bench', 'bench', 'UTC', 'en') RETURNING id
    ), event AS (
        INSERT INTO events_event (
            organization_id, title, description, starts_at, time_zone, location,
            prompt_viewers, state
        )
        SELECT id, 'Course', '', now() - interval '3 h', 'UTC', '', false, 'scheduled'
        FROM organization RETURNING id, organization_id, starts_at
    ), session AS (
        INSERT INTO sessions_app_livesession (
            event_id, title, session_type, room_name, starts_at, ends_at
        )
        SELECT id, 'Lesson', 'general', 'bench_x', starts_at, starts_at + interval '1 h'
        FROM event RETURNING id, event_id
    ), calculation AS (
        INSERT INTO attendance_sessioncalculation (
            session_id, calculated_at, facts_read, people_seen, proved,
            proof_changed, failures, error
        )
        SELECT id, now(), 0, 1, true, false, 0, '' FROM session
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
        SELECT event.id, person.id, 'attendee', 'registered', 'i' || person.id,
            '{(,)}', true, false
        FROM event, person RETURNING id, event_id
    )
    INSERT INTO attendance_attendance (
        organization_id, event_id, session_id, participant_id, status, source,
        attended_seconds
    )
    SELECT event.organization_id, event.id, session.id, place.id,
        CASE place.id %% 4 WHEN 0 THEN 'absent' ELSE 'present' END, 'livekit_auto',
        CASE place.id %% 4 WHEN 0 THEN 0 ELSE 3600 END
    FROM event, session, place
"""

_THE_EVENT = """
from events.models import *
from sessions_app.models import LiveSession
event = Event.objects.select_related("organization").get()
"""
_PREPARE_MARKS = f"""
{_THE_EVENT}
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
place = Place(event, LiveSession.objects.get())
by = User.objects.create(username="bench", password="!")
marks = [Mark(person, "excused", "On a trip") for person in event.participants.all()]
"""
_MARK = "result = len(mark(place, marks, by=by, now=timezone.now()))"
_PREPARE_IMPORT = f"""
{_THE_EVENT}
from events.roster.importing import import_roster
people = "".join(
    f"Person {{n}};new{{n}}@example.com;attendee;Asia/Riyadh\\n" for n in range({LINES})
)
content = ("name;email;role;time_zone\\n" + people).encode()
"""
_IMPORT = "result = len(import_roster(event=event, content=content).results)"
_COMPLETE = (
    "result = sum(done.people for done in complete_due_events(now=timezone.now()))"
)
_PREPARE_COMPLETION = "from attendance.completion.completing import complete_due_events"


def measure() -> list[Row]:
    """Return seconds to mark and to import, and the memory of completing."""
    marks = _several(_MARK, _PREPARE_MARKS, MARKED, MARKED)
    new = _several(_IMPORT, _PREPARE_IMPORT, 0, LINES)
    small = _several(_COMPLETE, _PREPARE_COMPLETION, SMALL, SMALL)
    large = _several(_COMPLETE, _PREPARE_COMPLETION, LARGE, LARGE)
    more = large.megabytes - small.megabytes
    of_large = f"{large.seconds:.1f} s, {large.megabytes:.0f} MB"
    return [
        Row(f"mark {MARKED:,} people at once", marks.seconds, 1, "s"),
        Row(f"import of {LINES:,} lines", new.seconds, 10, "s"),
        Row(
            f"completion, {LARGE:,} beside {SMALL:,} people",
            more,
            50,
            "MB",
            detail=of_large,
        ),
    ]


def _several(measured: str, prepare: str, people: int, expected: int) -> Run:
    """Return the medians of several runs, each on a new event with ``people``.

    Raises:
        RuntimeError: a run's result is not ``expected``.
    """
    runs = []
    for _ in range(ROUNDS):
        _fill(people)
        timed = run(measured, prepare=prepare)
        if timed.result != expected:
            raise RuntimeError(f"{timed.result} instead of {expected}: {measured}")
        say(
            f"  {expected:,}: {timed.seconds:.2f} s, {timed.megabytes:.0f} MB: "
            f"{measured}"
        )
        runs.append(timed)
    return Run(
        statistics.median(timed.seconds for timed in runs),
        statistics.median(timed.megabytes for timed in runs),
        expected,
    )


def _fill(people: int) -> None:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("SET rollcall.maintenance = 'benchmark'")
        owner.execute(_CLEAR)
        owner.execute(_FILL, {"people": people})
        owner.execute("VACUUM ANALYZE")
