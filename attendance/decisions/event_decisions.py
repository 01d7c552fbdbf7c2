"""Decisions about events as a whole: derived from their sessions, else by default.

Derived when an event is completed, and again whenever a session decision of somebody
changes who has such a decision, or whose event is completed.

Source: docs/rules.md 59, 61, 62, 63.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from attendance.audit.changes import Change
from attendance.evidence.session_decisions import session_decisions
from attendance.models import AUTOMATIC_SOURCES, Status
from attendance.rules.calculation import Policy
from attendance.rules.event_result import Derived, SessionDecision, derive
from attendance.rules.precedence import (
    SELF_REPORTED,
    SYSTEM_DEFAULT,
    derivation_replaces,
)
from attendance.rules.statuses import CAME
from core.sql import as_array, sql_values
from events.models import EventState, ParticipantRole, Registration

# An event all of whose sessions were cancelled, or saw nobody, and of which nobody has
# said that it was held: nobody is absent there by default. To say so is to count the
# missing as absent, or to have somebody come; that one is excused says nothing of all,
# nor does an answer about oneself.
_SAYS_THAT_IT_WAS_HELD = f"""
    d.marked_at IS NOT NULL AND d.source <> '{SELF_REPORTED}'
    AND d.status IN ({sql_values(CAME)})
"""
_IS_HELD_UNSAID = f"""
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
            AND (d.source = '{SYSTEM_DEFAULT}' OR {_SAYS_THAT_IT_WAS_HELD})
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
_EVENT_DECISIONS = f"""
    WITH event AS MATERIALIZED (
        SELECT e.id, e.organization_id, e.state, {_IS_HELD_UNSAID} AS is_held_unsaid,
            {_ANSWERED_BY} AS answered_by
        FROM events_event e
        WHERE e.id IN (
            SELECT event_id FROM events_participant WHERE id = ANY(%(people)s)
        )
    )
    SELECT p.id, p.event_id, e.organization_id, p.role, p.registration,
        e.state, e.is_held_unsaid AND array_remove(e.answered_by, p.id) = '{{}}',
        a.id IS NOT NULL, coalesce(a.status, '{Status.UNKNOWN}'), a.source,
        a.marked_at IS NOT NULL,
        coalesce(a.derived, false),
        y.grace_minutes, y.partial_from, y.present_over, y.present_regardless_over
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


class EventDecision(NamedTuple):
    """One person of an event, and the event-level decision that stands."""

    participant_id: int
    event_id: int
    organization_id: int
    role: str
    registration: str
    event_state: str
    is_held_unsaid: bool
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
            and not self.is_held_unsaid
        )


class _Derived(NamedTuple):
    status: str
    source: str | None
    is_derived: bool


class ProspectiveDecision(NamedTuple):
    """A decision about an event that would stand, before anything follows."""

    status: str
    source: str | None
    is_marked: bool


def derive_event_decisions(
    people: Sequence[int], *, completing: bool = False
) -> list[Change]:
    """Write what follows for the event-level decisions of ``people``; return changes.

    Their events are locked (``lock_event_results``). The changes are not yet in the
    log.

    Args:
        people: Participants, of any events.
        completing: Their event is being completed: whoever then is still unknown
            becomes absent by default. Otherwise that is so in completed events, and in
            others only those are looked at who have a derived decision.
    """
    decisions = session_decisions(people)
    written = []
    for old in _event_decisions(people):
        is_complete = completing or old.event_state == EventState.COMPLETED
        if not (is_complete or old.is_derived):
            continue
        new = _new(old, decisions.get(old.participant_id, ()), is_complete)
        if new is not None and _differs(old, new):
            written.append((old, new))
    _write(written)
    return [
        _change(old, new)
        for old, new in written
        if (old.status, old.source) != (new.status, new.source)
    ]


def what_would_follow(
    people: Mapping[int, ProspectiveDecision],
) -> dict[int, ProspectiveDecision]:
    """Return, by participant, what would stand if these decisions were restored.

    Reads as :func:`derive_event_decisions` does, and writes nothing.
    """
    prospects = dict(people)
    if not people:
        return prospects
    decisions = session_decisions(list(people))
    for old in _event_decisions(list(people)):
        if old.event_state == EventState.COMPLETED:
            prospect = people[old.participant_id]
            restored = old._replace(**prospect._asdict(), is_derived=False)
            new = _new(restored, decisions.get(old.participant_id, ()), True)
            if new is not None:
                prospect = ProspectiveDecision(new.status, new.source, is_marked=False)
            prospects[old.participant_id] = prospect
    return prospects


def _new(
    old: EventDecision, decisions: Sequence[SessionDecision], is_complete: bool
) -> _Derived | None:
    """Return the decision that follows; None: what stands stays."""
    derived: Derived | None = derive(decisions, old.policy, list(AUTOMATIC_SOURCES))
    if derived is not None:
        if derivation_replaces(
            old.source, marked=old.is_marked, derived=old.is_derived
        ):
            return _Derived(derived.status, derived.source, True)
        return None
    is_default = old.source == SYSTEM_DEFAULT and not old.is_derived
    if is_default and old.is_held_unsaid:
        return _Derived(Status.UNKNOWN, None, False)
    if old.source is not None and not old.is_derived:
        return None
    if is_complete and old.may_be_absent_by_default:
        return _Derived(Status.ABSENT, SYSTEM_DEFAULT, False)
    return _Derived(Status.UNKNOWN, None, False)


def _differs(old: EventDecision, new: _Derived) -> bool:
    return new != (old.status, old.source, old.is_derived)


def _change(old: EventDecision, new: _Derived) -> Change:
    return Change(
        old.organization_id,
        old.participant_id,
        None,
        old.status,
        new.status,
        old.source,
        new.source,
        follows=True,
    )


def _event_decisions(people: Sequence[int]) -> list[EventDecision]:
    with connection.cursor() as cursor:
        cursor.execute(_EVENT_DECISIONS, {"people": list(people)})
        return [
            EventDecision._make((*row[:12], Policy.of(row[12:])))
            for row in cursor.fetchall()
        ]


def _write(written: Sequence[tuple[EventDecision, _Derived]]) -> None:
    if not written:
        return
    rows = [
        (
            old.organization_id,
            old.event_id,
            old.participant_id,
            new.status,
            new.source,
            new.is_derived,
        )
        for old, new in written
    ]
    columns = [as_array(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)
