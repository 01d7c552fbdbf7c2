"""Reads what a calculation needs, for many sessions at once.

Facts are matched to people only here, by identity (``known_people.py``). Instants are
integers, microseconds since the epoch, as the calculation expects them.

Source: docs/rules.md 8.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from attendance.evidence.due import FACTS_OF_SESSION
from attendance.evidence.enrolled import is_expected
from attendance.evidence.known_people import KNOWN_PEOPLE
from attendance.evidence.proof import PROVED_BY_PEOPLE
from attendance.models import AUTOMATIC_SOURCES
from attendance.policies.effective import POLICY_OF_SESSION
from attendance.rules.calculation import Interval, Policy, Stay, calculate_person
from attendance.rules.proof import Proof
from events.models import ParticipantRole, Registration
from sessions_app.models import LiveSession
from sessions_app.sources import SOURCES, stays


class SessionInputs(NamedTuple):
    """One session as it stood when its calculation began; the window in microseconds.

    ``facts`` (their number) and the times of changes are stored, so that a later run
    can tell whether anything is new. ``proof`` does not have the people who were seen.
    ``was_proved`` is what the last calculation found; None before any.
    """

    session_id: int
    event_id: int
    organization_id: int
    window_start: int
    window_end: int
    began_at: datetime
    facts: int
    inputs_changed_at: datetime
    roster_changed_at: datetime
    mode: str
    was_proved: bool | None
    proof: Proof
    policy: Policy

    def is_proved(self, people_seen: int) -> bool:
        """Return whether the session was held, if so many people were seen."""
        return self.proof._replace(seen=people_seen).proves(self.mode)


class Attempts(NamedTuple):
    """Attempts of somebody to connect that failed."""

    number: int
    first_at: int | None
    last_at: int | None


NO_ATTEMPTS = Attempts(0, None, None)


class Evidence(NamedTuple):
    """What was seen of one person, or one stranger, in one session.

    ``stays`` has one sequence for each of ``AUTOMATIC_SOURCES``, in that order. It is a
    tuple because a calculation makes one for each person, and dictionaries are slower.
    """

    stays: tuple[Sequence[Stay], ...]
    attempts: Attempts

    @property
    def by_source(self) -> Iterable[tuple[str, Sequence[Stay]]]:
        """Each source with its stays, the highest rank first."""
        return zip(AUTOMATIC_SOURCES, self.stays, strict=True)


_RANKS = {source.name: rank for rank, source in enumerate(SOURCES)}
_NO_STAYS: tuple[Sequence[Stay], ...] = ((),) * len(SOURCES)
NOTHING_SEEN = Evidence(_NO_STAYS, NO_ATTEMPTS)


class UnmatchedPerson(NamedTuple):
    """Somebody seen in a session who matches nobody on its roster."""

    identity: str | None
    name: str | None
    kind: str | None
    evidence: Evidence


class LinkedIdentity(NamedTuple):
    """An identity that was seen in a session and had been linked to a person."""

    session_id: int
    participant_id: int
    identity: str
    name: str | None


class SessionEvidence:
    """Everybody seen in one session: people by participant id, and strangers."""

    def __init__(self) -> None:
        self.people: dict[int, Evidence] = {}
        self.strangers: list[Evidence] = []


class RosterRow(NamedTuple):
    """One person to decide about, with the decision that stands, if any.

    ``computed`` is the result of the last calculation.
    """

    session_id: int
    participant_id: int
    is_expected: bool
    is_host: bool
    attendance_id: int | None
    status: str | None
    source: str | None
    is_marked: bool
    checked_in_at: int | None
    self_attended: bool | None
    computed: "Computed"


class Computed(NamedTuple):
    """The part of a calculated result that is compared with a new one.

    ``percentage`` is in hundredths of a percent; ``intervals`` is text as Postgres
    shows jsonb. All fields are None before any calculation.
    """

    status: str | None
    source: str | None
    window_seconds: int | None
    late_seconds: int | None
    join_count: int | None
    intervals: str | None
    failed_attempts: int | None
    first_attempt_at: int | None
    last_attempt_at: int | None
    grace_minutes: int | None
    partial_from: int | None
    present_over: int | None
    present_regardless_over: int | None
    percentage: int | None
    is_late: bool | None


def _microseconds(expression: str) -> str:
    return f"round(date_part('epoch', {expression}) * 1e6)::bigint"


# The policy by which a session was decided, which is the same for everybody in a
# report; before that the policy that is in effect now.
_POLICIES = f"""
    SELECT s.id,
        coalesce(d.grace_minutes, y.grace_minutes),
        coalesce(d.partial_from, y.partial_from),
        coalesce(d.present_over, y.present_over),
        coalesce(d.present_regardless_over, y.present_regardless_over)
    FROM sessions_app_livesession s
    JOIN events_event e ON e.id = s.event_id
    LEFT JOIN LATERAL ({POLICY_OF_SESSION}) y ON true
    LEFT JOIN LATERAL (
        SELECT a.grace_minutes, a.partial_from, a.present_over,
            a.present_regardless_over
        FROM attendance_attendance a
        JOIN events_participant p ON p.id = a.participant_id
        WHERE a.session_id = s.id AND a.grace_minutes IS NOT NULL
            AND p.registration <> '{Registration.VIEWED}'
        LIMIT 1
    ) d ON true
    WHERE s.id = ANY(%(sessions)s)
"""

_SESSIONS = f"""
    SELECT s.id, s.event_id, e.organization_id,
        {_microseconds("s.starts_at")},
        {_microseconds("coalesce(s.ended_at, s.ends_at)")},
        statement_timestamp(), ({FACTS_OF_SESSION}),
        s.inputs_changed_at, e.roster_changed_at, s.mode,
        CASE WHEN k.calculated_at IS NOT NULL THEN k.proved END,
        d.by_staff, d.by_themselves, d.marked, k.said_held_at IS NOT NULL,
        y.grace_minutes, y.partial_from, y.present_over, y.present_regardless_over
    FROM sessions_app_livesession s
    JOIN events_event e ON e.id = s.event_id
    LEFT JOIN attendance_sessioncalculation k ON k.session_id = s.id
    CROSS JOIN LATERAL ({PROVED_BY_PEOPLE}) d
    LEFT JOIN LATERAL ({POLICY_OF_SESSION}) y ON true
    WHERE s.id = ANY(%(sessions)s)
    ORDER BY s.id
"""

_SEEN = f"""
    array_agg({_microseconds("joined_at")}) FILTER (WHERE NOT is_failed_attempt),
    array_agg({_microseconds("left_at")}) FILTER (WHERE NOT is_failed_attempt),
    array_agg(is_inferred) FILTER (WHERE NOT is_failed_attempt),
    count(*) FILTER (WHERE is_failed_attempt),
    {_microseconds("min(joined_at) FILTER (WHERE is_failed_attempt)")},
    {_microseconds("max(joined_at) FILTER (WHERE is_failed_attempt)")}
"""

# Materialized: else Postgres, expecting few stays, joins people by their event alone
# and compares each with everybody in it.
_STAYS_AND_PEOPLE = f"""
    WITH stay AS MATERIALIZED ({stays("s.id = ANY(%(sessions)s)")}),
    known AS ({KNOWN_PEOPLE})
"""

_EVIDENCE = f"""
    {_STAYS_AND_PEOPLE}
    SELECT stay.session_id, known.participant_id, stay.source, {_SEEN}
    FROM stay LEFT JOIN known USING (session_id, identity)
    GROUP BY 1, 2, 3, CASE
        WHEN known.participant_id IS NULL THEN coalesce(stay.identity, stay.sid)
    END
"""


def _stays_of_people(condition: str) -> str:
    """Return SQL for the stays of ``people`` alone, without reading those of others."""
    of_wanted = """
        s.id = ANY(%(sessions)s) AND c.identity IN (SELECT identity FROM wanted)
    """
    return f"""
        WITH known AS ({KNOWN_PEOPLE}),
        wanted AS MATERIALIZED (
            SELECT session_id, identity, participant_id FROM known
            WHERE participant_id = ANY(%(people)s) AND {condition}
        ),
        stay AS MATERIALIZED ({stays(of_wanted)})
    """


_EVIDENCE_OF_PEOPLE = f"""
    {_stays_of_people("true")}
    SELECT stay.session_id, wanted.participant_id, stay.source, {_SEEN}
    FROM stay JOIN wanted USING (session_id, identity)
    GROUP BY 1, 2, 3
"""

# A connection without a usable identity is a stranger of its own.
_STRANGERS = f"""
    {_STAYS_AND_PEOPLE}
    SELECT stay.session_id, stay.identity, min(stay.name), min(stay.kind), stay.source,
        {_SEEN}
    FROM stay LEFT JOIN known USING (session_id, identity)
    WHERE known.participant_id IS NULL
    GROUP BY stay.session_id, stay.identity,
        CASE WHEN stay.identity IS NULL THEN sid END, stay.source
    ORDER BY min(joined_at), stay.identity
"""

_LINKED = f"""
    {_stays_of_people("is_linked")}
    SELECT stay.session_id, wanted.participant_id, stay.identity, min(stay.name)
    FROM stay JOIN wanted USING (session_id, identity)
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, min(joined_at), 3
"""

# The join repeats the condition on sessions: else Postgres reads, for each session, all
# decisions there are about each person.
_ROSTER = f"""
    SELECT s.id, p.id, {is_expected()}, p.role = '{ParticipantRole.HOST}',
        a.id, a.status, a.source,
        a.marked_at IS NOT NULL, {_microseconds("a.checked_in_at")}, a.self_attended,
        a.computed_status, a.computed_source, a.window_seconds, a.late_seconds,
        a.join_count, a.intervals::text, a.failed_attempts,
        {_microseconds("a.first_attempt_at")}, {_microseconds("a.last_attempt_at")},
        a.grace_minutes, a.partial_from, a.present_over, a.present_regardless_over,
        (a.percentage * 100)::int, a.is_late
    FROM sessions_app_livesession s
    JOIN events_participant p ON p.event_id = s.event_id
    LEFT JOIN attendance_attendance a ON a.participant_id = p.id AND a.session_id = s.id
        AND a.session_id = ANY(%(sessions)s)
    WHERE s.id = ANY(%(sessions)s) AND p.registration <> '{Registration.VIEWED}'
"""


def _rows(
    statement: str, sessions: Iterable[int], people: Iterable[int] = ()
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"sessions": list(sessions), "people": list(people)})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def read_sessions(sessions: Iterable[int]) -> list[SessionInputs]:
    """Return the sessions in order of id.

    The number of facts is read here, before the facts themselves: one that comes in
    between is counted next time, and so never missed.
    """
    return [
        SessionInputs._make((*row[:11], Proof(0, *row[11:15]), Policy.of(row[15:])))
        for row in _rows(_SESSIONS, sessions)
    ]


def read_policies(sessions: Iterable[int]) -> dict[int, Policy]:
    """Return, by session id, the policy it was decided by, or else the current one."""
    return {
        session_id: Policy.of(thresholds)
        for session_id, *thresholds in _rows(_POLICIES, sessions)
    }


def read_evidence(
    sessions: Iterable[int], people: Iterable[int] | None = None
) -> dict[int, SessionEvidence]:
    """Return, by session id, what was seen; sessions without evidence are missing.

    Args:
        sessions: Their ids.
        people: Read only the evidence of these participants; None: of everybody,
            strangers included.
    """
    by_session: dict[int, SessionEvidence] = defaultdict(SessionEvidence)
    if people is None:
        rows = _rows(_EVIDENCE, sessions)
    else:
        rows = _rows(_EVIDENCE_OF_PEOPLE, sessions, people)
    for session_id, participant_id, source, *seen in rows:
        evidence = _evidence(source, *seen)
        session = by_session[session_id]
        if participant_id is None:
            session.strangers.append(evidence)
        elif participant_id in session.people:
            session.people[participant_id] = _merge(
                session.people[participant_id], evidence
            )
        else:
            session.people[participant_id] = evidence
    return by_session


def read_strangers(session: int) -> list[UnmatchedPerson]:
    """Return who was seen in a session and matches nobody, in order of arrival."""
    return read_strangers_of([session])[session]


def read_strangers_of(sessions: Iterable[int]) -> dict[int, list[UnmatchedPerson]]:
    """Return, by session id, who was seen and matches nobody, in order of arrival."""
    strangers: dict[int, list[UnmatchedPerson]] = defaultdict(list)
    for session, identity, name, kind, source, *seen in _rows(_STRANGERS, sessions):
        evidence = _evidence(source, *seen)
        strangers[session].append(UnmatchedPerson(identity, name, kind, evidence))
    return strangers


def read_linked(sessions: Iterable[int], people: Iterable[int]) -> list[LinkedIdentity]:
    """Return the linked identities under which these participants were seen."""
    return [LinkedIdentity._make(row) for row in _rows(_LINKED, sessions, people)]


def read_roster(sessions: Iterable[int]) -> list[RosterRow]:
    """Return everybody on the rosters but onlookers."""
    return [
        RosterRow._make((*row[:10], Computed(*row[10:])))
        for row in _rows(_ROSTER, sessions)
    ]


def _evidence(
    source: str,
    joined: list[int] | None,
    left: list[int | None] | None,
    inferred: list[bool] | None,
    attempts: int,
    first_attempt: int | None,
    last_attempt: int | None,
) -> Evidence:
    seen = list(map(Stay, joined or (), left or (), inferred or ()))
    tries = Attempts(attempts, first_attempt, last_attempt) if attempts else NO_ATTEMPTS
    stays = list(_NO_STAYS)
    stays[_RANKS[source]] = seen
    return Evidence(tuple(stays), tries)


def _merge(left: Evidence, right: Evidence) -> Evidence:
    """Merge the evidence of two sources, with the attempts of the one that has more."""
    stays = (a or b for a, b in zip(left.stays, right.stays, strict=True))
    return Evidence(tuple(stays), max(left.attempts, right.attempts))


def shown_until(session: LiveSession, now: datetime) -> datetime:
    """Return the time up to which a session can be shown: ``now`` or its end."""
    return min(max(now, session.starts_at), session.end)


def presence(seen: Evidence, window: tuple[int, int]) -> list[Interval]:
    """Return when somebody was in the window, by the source that decides."""
    start, until = window
    if start >= until:
        return []
    _source, figures = calculate_person(start, until, seen.by_source, Policy())
    return list(figures.intervals)
