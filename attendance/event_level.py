"""Decisions about events as a whole: derived from their sessions, else by default.

Derived when an event is completed, and again whenever a session decision of somebody
changes who has such a decision, or whose event is completed.

Source: edges.md 17 and 18.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from attendance.arrays import as_array
from attendance.audit import Change
from attendance.calculation import Policy
from attendance.derivation import Derived, SessionDecision, derive
from attendance.models import DecisionSource, Status
from attendance.precedence import derivation_replaces
from events.models import EventState, ParticipantRole, Registration

# The first of the two numbers of our advisory locks; the second is the event.
_LOCK_OF_EVENTS = 0xE7E1
_LOCK = "SELECT pg_advisory_xact_lock(%s, e::int) FROM unnest(%s::bigint[]) e"

# Sessions in which nobody was seen decide nothing, but for whom a person marked there.
_SESSION_DECISIONS = """
    SELECT a.participant_id, a.status, a.source,
        a.marked_at IS NOT NULL,
        extract(epoch FROM coalesce(s.ended_at, s.ends_at) - s.starts_at)::bigint,
        a.attended_seconds
    FROM attendance_attendance a
    JOIN sessions_app_livesession s ON s.id = a.session_id
    LEFT JOIN attendance_sessioncalculation k ON k.session_id = s.id
    WHERE a.participant_id = ANY(%(people)s) AND s.cancelled_at IS NULL
        AND NOT (coalesce(k.nobody_seen, false) AND a.marked_at IS NULL)
    ORDER BY s.starts_at, s.id
"""

# An event all of whose sessions were cancelled, or saw nobody, and of which nobody has
# said that it was held: nobody is absent there by default. To say so is to count the
# missing as absent, or to have somebody come; that one is excused says nothing of all,
# nor does an answer about oneself.
_SAYS_THAT_IT_WAS_HELD = """
    d.marked_at IS NOT NULL AND d.source <> 'self_reported'
    AND d.status IN ('present', 'late', 'partial')
"""
_IS_ASKED = f"""
    EXISTS (SELECT FROM sessions_app_livesession s WHERE s.event_id = e.id)
    AND NOT EXISTS (
        SELECT FROM sessions_app_livesession s
        LEFT JOIN attendance_sessioncalculation k ON k.session_id = s.id
        WHERE s.event_id = e.id AND s.cancelled_at IS NULL
            AND k.nobody_seen IS DISTINCT FROM true
    )
    AND NOT EXISTS (
        SELECT FROM attendance_attendance d
        JOIN sessions_app_livesession s ON s.id = d.session_id
        WHERE d.event_id = e.id AND s.cancelled_at IS NULL
            AND (d.source = 'system_default' OR {_SAYS_THAT_IT_WAS_HELD})
    )
"""
# Of whom the event itself says that they came. Somebody's own decision is no answer
# where it is asked what would stand without it; so one is not enough, two are.
_ANSWERED_BY = f"""
    ARRAY(
        SELECT d.participant_id FROM attendance_attendance d
        WHERE d.event_id = e.id AND d.session_id IS NULL AND {_SAYS_THAT_IT_WAS_HELD}
        LIMIT 2
    )
"""

# Asked once for each event, not for each person.
_STANDING = f"""
    WITH event AS MATERIALIZED (
        SELECT e.id, e.organization_id, e.state, {_IS_ASKED} AS is_asked,
            {_ANSWERED_BY} AS answered_by
        FROM events_event e
        WHERE e.id IN (
            SELECT event_id FROM events_participant WHERE id = ANY(%(people)s)
        )
    )
    SELECT p.id, p.event_id, e.organization_id, p.role, p.registration,
        e.state, e.is_asked AND array_remove(e.answered_by, p.id) = '{{}}',
        a.id IS NOT NULL, coalesce(a.status, 'unknown'), a.source,
        a.marked_at IS NOT NULL,
        coalesce(a.derived, false),
        coalesce(y.grace_minutes, 15), coalesce(y.partial_from, 10),
        coalesce(y.present_over, 50), coalesce(y.present_regardless_over, 75)
    FROM events_participant p
    JOIN event e ON e.id = p.event_id
    LEFT JOIN attendance_attendance a
        ON a.participant_id = p.id AND a.session_id IS NULL
    LEFT JOIN attendance_attendancepolicy y
        ON y.organization_id = e.organization_id
        AND y.session_id IS NULL AND y.session_type IS NULL
    WHERE p.id = ANY(%(people)s)
    ORDER BY p.id
"""

_WRITE = """
    INSERT INTO attendance_attendance AS standing (
        organization_id, event_id, participant_id, status, source, derived
    )
    SELECT * FROM unnest(
        %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bool[]
    )
    ON CONFLICT (participant_id, session_id) DO UPDATE SET
        status = excluded.status, source = excluded.source, derived = excluded.derived,
        marked_by_id = NULL, marked_at = NULL, notes = '', updated_at = now()
"""


class Standing(NamedTuple):
    """One person of an event, and the event-level decision that stands."""

    participant_id: int
    event_id: int
    organization_id: int
    role: str
    registration: str
    event_state: str
    question_is_open: bool
    has_row: bool
    status: str
    source: str | None
    is_marked: bool
    is_derived: bool
    policy: Policy

    @property
    def may_be_absent_by_default(self) -> bool:
        """A registered attendee of an event that nobody has to say anything about."""
        return (
            self.role == ParticipantRole.ATTENDEE
            and self.registration == Registration.REGISTERED
            and not self.question_is_open
        )


class _New(NamedTuple):
    status: str
    source: str | None
    is_derived: bool


class Outlook(NamedTuple):
    """A decision about an event that would stand, before anything follows."""

    status: str
    source: str | None
    is_marked: bool


def lock_events(events: Iterable[int]) -> None:
    """Keep others from deriving in these events until the transaction ends.

    Taken after rows of sessions and events, and before decisions.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [_LOCK_OF_EVENTS, sorted(set(events))])


def derive_people(people: Sequence[int], *, completing: bool = False) -> list[Change]:
    """Write what follows for the event-level decisions of ``people``; return changes.

    Their events are locked (:func:`lock_events`). The changes are not yet in the log.

    Args:
        people: Participants, of any events.
        completing: Their event is being completed: whoever then is still unknown
            becomes absent by default. Otherwise that is so in completed events, and in
            others only those are looked at who have a derived decision.
    """
    decisions = session_decisions(people)
    written = []
    for one in _standing(people):
        is_complete = completing or one.event_state == EventState.COMPLETED
        if not (is_complete or one.is_derived):
            continue
        new = _new(one, decisions.get(one.participant_id, ()), is_complete)
        if new is not None and _differs(one, new):
            written.append((one, new))
    _write(written)
    return [
        _change(one, new)
        for one, new in written
        if (one.status, one.source) != (new.status, new.source)
    ]


def what_would_follow(people: Mapping[int, Outlook]) -> dict[int, Outlook]:
    """Return, by participant, what would stand if these decisions were restored.

    Reads as :func:`derive_people` does, and writes nothing.
    """
    outlooks = dict(people)
    if not people:
        return outlooks
    decisions = session_decisions(list(people))
    for one in _standing(list(people)):
        if one.event_state == EventState.COMPLETED:
            outlook = people[one.participant_id]
            restored = one._replace(**outlook._asdict(), is_derived=False)
            new = _new(restored, decisions.get(one.participant_id, ()), True)
            if new is not None:
                outlook = Outlook(new.status, new.source, is_marked=False)
            outlooks[one.participant_id] = outlook
    return outlooks


def _new(
    one: Standing, decisions: Sequence[SessionDecision], is_complete: bool
) -> _New | None:
    """Return the decision that follows; None: what stands stays."""
    derived: Derived | None = derive(decisions, one.policy)
    if derived is not None:
        if derivation_replaces(
            one.source, marked=one.is_marked, derived=one.is_derived
        ):
            return _New(derived.status, derived.source, True)
        return None
    is_default = one.source == DecisionSource.SYSTEM_DEFAULT and not one.is_derived
    if is_default and one.question_is_open:
        return _New(Status.UNKNOWN, None, False)
    if one.source is not None and not one.is_derived:
        return None
    if is_complete and one.may_be_absent_by_default:
        return _New(Status.ABSENT, DecisionSource.SYSTEM_DEFAULT, False)
    return _New(Status.UNKNOWN, None, False)


def _differs(one: Standing, new: _New) -> bool:
    return new != (one.status, one.source, one.is_derived)


def _change(one: Standing, new: _New) -> Change:
    return Change(
        one.organization_id,
        one.participant_id,
        None,
        one.status,
        new.status,
        one.source,
        new.source,
        follows=True,
    )


def session_decisions(people: Sequence[int]) -> Mapping[int, list[SessionDecision]]:
    """Return, by participant, what was decided at the sessions that count."""
    found: dict[int, list[SessionDecision]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SESSION_DECISIONS, {"people": list(people)})
        for participant_id, *decision in cursor.fetchall():
            found[participant_id].append(SessionDecision._make(decision))
    return found


def _standing(people: Sequence[int]) -> list[Standing]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"people": list(people)})
        return [
            Standing._make((*row[:12], Policy(*row[12:]))) for row in cursor.fetchall()
        ]


def _write(written: Sequence[tuple[Standing, _New]]) -> None:
    if not written:
        return
    rows = [
        (
            one.organization_id,
            one.event_id,
            one.participant_id,
            new.status,
            new.source,
            new.is_derived,
        )
        for one, new in written
    ]
    columns = [as_array(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)
