"""Course results: derived from the sessions of an event, else absent by default.

They are derived when the event is completed. After that, and for people who have a
derived course result already, they are derived again whenever a session decision
changes.

Source: docs/rules.md 59, 61, 62, 63.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from attendance.audit.changes import Change
from attendance.evidence.enrolled import is_expected
from attendance.evidence.session_decisions import session_decisions
from attendance.models import AUTOMATIC_SOURCES, CheckInMethod, Status
from attendance.policies.effective import POLICY_OF_EVENT
from attendance.rules.calculation import Policy
from attendance.rules.event_result import Derived, SessionDecision, derive
from attendance.rules.precedence import (
    CHECK_IN,
    SELF_REPORTED,
    SYSTEM_DEFAULT,
    answer_replaces,
    derivation_replaces,
)
from attendance.rules.statuses import CAME, of_answer
from core.sql import as_array, sql_values
from events.models import EventState, ParticipantRole, Registration
from sessions_app.models import Mode

# Course results that say that the event was held, as rules/proof.py has it for
# sessions; not where all sessions are online, which check-ins and marks do not prove.
# They say so for everybody but the person themselves, because deriving asks
# what would stand without that decision: so up to two are read, or three.
_CAME = f"""
    d.session_id IS NULL AND d.marked_at IS NOT NULL
    AND d.status IN ({sql_values(CAME)})
"""
_CAME_BY_THEMSELVES = (
    f"d.source = '{CHECK_IN}' AND d.check_in_method = '{CheckInMethod.SELF}'"
)
_SAID_BY_OTHERS = f"""
    ARRAY(
        SELECT d.participant_id FROM attendance_attendance d
        WHERE d.event_id = e.id AND {_CAME}
            AND d.source <> '{SELF_REPORTED}' AND NOT ({_CAME_BY_THEMSELVES})
        LIMIT 2
    )
"""
_CHECKED_IN_BY_THEMSELVES = f"""
    ARRAY(
        SELECT d.participant_id FROM attendance_attendance d
        WHERE d.event_id = e.id AND {_CAME} AND {_CAME_BY_THEMSELVES}
        LIMIT 3
    )
"""

# Whether somebody is enrolled at any session of the event, and at one that was held.
_EXPECTED = f"""
    SELECT bool_or({is_expected()}) AS at_any,
        bool_or(k.proved AND {is_expected()}) AS at_held
    FROM sessions_app_livesession s
    LEFT JOIN attendance_sessioncalculation k ON k.session_id = s.id
    WHERE s.event_id = p.event_id AND s.cancelled_at IS NULL
"""

# Materialized, so that these conditions are evaluated once per event, not per person.
_EVENT_DECISIONS = f"""
    WITH event AS MATERIALIZED (
        SELECT e.id, e.organization_id, e.state,
            EXISTS (
                SELECT FROM sessions_app_livesession s WHERE s.event_id = e.id
            ) AS has_sessions,
            NOT EXISTS (
                SELECT FROM sessions_app_livesession s
                WHERE s.event_id = e.id AND s.cancelled_at IS NULL
                HAVING bool_and(s.mode = '{Mode.ONLINE}')
            ) AS may_be_in_person,
            {_SAID_BY_OTHERS} AS said_by,
            {_CHECKED_IN_BY_THEMSELVES} AS came_by_themselves,
            y.grace_minutes, y.partial_from, y.present_over, y.present_regardless_over
        FROM events_event e
        LEFT JOIN LATERAL ({POLICY_OF_EVENT}) y ON true
        WHERE e.id IN (
            SELECT event_id FROM events_participant WHERE id = ANY(%(people)s)
        )
    )
    SELECT p.id, p.event_id, e.organization_id, p.role, p.registration,
        coalesce(expected.at_any, true), e.state,
        e.has_sessions AND expected.at_held IS NOT TRUE AND NOT (
            e.may_be_in_person AND (
                array_remove(e.said_by, p.id) <> '{{}}'
                OR cardinality(array_remove(e.came_by_themselves, p.id)) > 1
            )
        ),
        a.id IS NOT NULL, coalesce(a.status, '{Status.UNKNOWN}'), a.source,
        a.marked_at IS NOT NULL,
        coalesce(a.derived, false), a.self_attended,
        e.grace_minutes, e.partial_from, e.present_over, e.present_regardless_over
    FROM events_participant p
    JOIN event e ON e.id = p.event_id
    CROSS JOIN LATERAL ({_EXPECTED}) expected
    LEFT JOIN attendance_attendance a
        ON a.participant_id = p.id AND a.session_id IS NULL
    WHERE p.id = ANY(%(people)s)
    ORDER BY p.id
"""

# A result of an own answer was given when that was. Checks see the row that is inserted
# even if there is one to update, so it has the answer, too.
_WRITE = f"""
    INSERT INTO attendance_attendance (
        organization_id, event_id, participant_id, status, source, derived,
        self_attended, self_answered_at, marked_at
    )
    SELECT r.*, standing.self_attended, standing.self_answered_at,
        CASE WHEN r.source = '{SELF_REPORTED}' AND NOT r.derived
            THEN standing.self_answered_at
        END
    FROM unnest(
        %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bool[]
    ) AS r(organization_id, event_id, participant_id, status, source, derived)
    LEFT JOIN attendance_attendance standing
        ON standing.participant_id = r.participant_id AND standing.session_id IS NULL
    ON CONFLICT (participant_id, session_id) DO UPDATE SET
        status = excluded.status, source = excluded.source, derived = excluded.derived,
        marked_by_id = NULL, marked_at = excluded.marked_at, notes = '',
        updated_at = now()
"""


class EventDecision(NamedTuple):
    """One person of an event, with the course result that stands, if any."""

    participant_id: int
    event_id: int
    organization_id: int
    role: str
    registration: str
    is_enrolled: bool
    event_state: str
    may_not_have_been_held: bool
    has_row: bool
    status: str
    source: str | None
    is_marked: bool
    is_derived: bool
    self_attended: bool | None
    policy: Policy

    @property
    def own_answer(self) -> "DerivedDecision | None":
        """The result that the person's own answer gives; None if they gave none."""
        if self.self_attended is None:
            return None
        return DerivedDecision(of_answer(self.self_attended), SELF_REPORTED, False)

    @property
    def may_be_absent_by_default(self) -> bool:
        """Whether this is a registered attendee of an event that was probably held,
        enrolled at one of its sessions."""
        return (
            self.role == ParticipantRole.ATTENDEE
            and self.registration == Registration.REGISTERED
            and self.is_enrolled
            and not self.may_not_have_been_held
        )


class DerivedDecision(NamedTuple):
    """A course result to write: of the sessions, of an own answer, or by default."""

    status: str
    source: str | None
    is_derived: bool


class ProspectiveDecision(NamedTuple):
    """A decision that would stand after an undo."""

    status: str
    source: str | None
    is_marked: bool


def derive_event_decisions(
    people: Sequence[int], *, completing: bool = False
) -> list[Change]:
    """Derive the course results of ``people``, write those that differ, return changes.

    The caller has locked the events (``lock_event_results``), and writes the changes
    into the log.

    Args:
        people: Ids of participants, of any events.
        completing: The events are being completed. In them, and in completed events,
            everybody is derived, and registered attendees who are still unknown become
            absent by default. In other events only people with a derived course result
            are derived again.
    """
    decisions = session_decisions(people)
    written = []
    for old in read_event_decisions(people):
        is_complete = completing or old.event_state == EventState.COMPLETED
        if not (is_complete or old.is_derived):
            continue
        new = derived_decision(old, decisions.get(old.participant_id, ()), is_complete)
        if new is not None and _differs(old, new):
            written.append((old, new))
    _write(written)
    return [
        _change(old, new)
        for old, new in written
        if (old.status, old.source) != (new.status, new.source)
    ]


def preview_event_decisions(
    people: Mapping[int, ProspectiveDecision],
) -> dict[int, ProspectiveDecision]:
    """Return the course results that would stand if these decisions were restored.

    Derives them like :func:`derive_event_decisions`, but writes nothing.

    Args:
        people: By participant id, the decision that would be restored.
    """
    prospects = dict(people)
    if not people:
        return prospects
    decisions = session_decisions(list(people))
    for old in read_event_decisions(list(people)):
        if old.event_state == EventState.COMPLETED:
            prospect = people[old.participant_id]
            restored = old._replace(**prospect._asdict(), is_derived=False)
            new = derived_decision(
                restored, decisions.get(old.participant_id, ()), True
            )
            if new is not None:
                prospect = ProspectiveDecision(new.status, new.source, is_marked=False)
            prospects[old.participant_id] = prospect
    return prospects


def derived_decision(
    old: EventDecision, decisions: Sequence[SessionDecision], is_complete: bool
) -> DerivedDecision | None:
    """Return the course result to write; None: the one that stands stays."""
    derived: Derived | None = derive(decisions, old.policy, list(AUTOMATIC_SOURCES))
    if old.own_answer and _answer_decides(old, derived):
        return old.own_answer
    if derived is not None:
        if derivation_replaces(
            old.source, marked=old.is_marked, derived=old.is_derived
        ):
            return DerivedDecision(derived.status, derived.source, True)
        return None
    is_default = old.source == SYSTEM_DEFAULT and not old.is_derived
    if is_default and old.may_not_have_been_held:
        return DerivedDecision(Status.UNKNOWN, None, False)
    if old.source is not None and not old.is_derived:
        return None
    if is_complete and old.may_be_absent_by_default:
        return DerivedDecision(Status.ABSENT, SYSTEM_DEFAULT, False)
    return DerivedDecision(Status.UNKNOWN, None, False)


def _answer_decides(old: EventDecision, derived: Derived | None) -> bool:
    """Return whether an own answer wins over what stands, and what is derived."""
    wins_over_derived = derived is None or answer_replaces(
        derived.source, marked=False, derived=True
    )
    return wins_over_derived and (
        old.is_derived
        or answer_replaces(old.source, marked=old.is_marked, derived=False)
    )


def _differs(old: EventDecision, new: DerivedDecision) -> bool:
    return new != (old.status, old.source, old.is_derived)


def _change(old: EventDecision, new: DerivedDecision) -> Change:
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


def read_event_decisions(people: Sequence[int]) -> list[EventDecision]:
    """Return what stands about participants at their events, by one query."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENT_DECISIONS, {"people": list(people)})
        return [
            EventDecision._make((*row[:14], Policy.of(row[14:])))
            for row in cursor.fetchall()
        ]


def _write(written: Sequence[tuple[EventDecision, DerivedDecision]]) -> None:
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
