"""What people decide: marks and check-ins.

One way for every path (REST, pages, admin): rows are locked and written by
``locked_rows.py``, who wins is asked of ``rules/precedence.py``; status, evidence and
log are written in one transaction. Who may do it is asked before (``rights.py``).

Source: design.md §4, "Who wins"; edges.md 15 to 17.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.audit.changes import record_changes
from attendance.decisions.consequences import derive_and_log
from attendance.decisions.locked_rows import (
    DecisionBefore,
    change_of,
    lock_decisions,
    write_rows,
)
from attendance.decisions.place import Place
from attendance.models import (
    Attendance,
    CheckInMethod,
    Status,
)
from attendance.policies import effective
from attendance.rules.calculation import came_late
from attendance.rules.instants import microseconds
from attendance.rules.precedence import CHECK_IN, MANUAL, mark_replaces
from core.errors import Conflict, Invalid
from events.locks import lock_event
from events.models import (
    EXPECTED,
    NOT_IN_REPORTS,
    Participant,
    Registration,
    User,
)

# How long ago a check-in from an offline queue may have happened.
OLDEST_CHECK_IN = timedelta(hours=24)
# What a check-in gives (``status_of_check_in``).
GIVEN_BY_CHECK_IN = (Status.PRESENT, Status.LATE)
# Clocks of phones are a little fast.
CLOCKS_APART = timedelta(minutes=1)


class Mark(NamedTuple):
    """What a person says of another."""

    participant: Participant
    status: str
    notes: str = ""


class CheckedIn(NamedTuple):
    """The decision after a check-in; ``already``: there had been one before."""

    decision: Attendance
    place: Place
    already: bool


# --- Marks ----------------------------------------------------------------------------


@transaction.atomic
def mark(
    place: Place,
    marks: Sequence[Mark],
    *,
    source: str = MANUAL,
    by: User,
    now: datetime,
) -> list[Attendance]:
    """Write what a person says of some people; all or nothing.

    Where a person has said the same already, another reason is written, and told in the
    log; without one there is nothing new, and what stands stays.

    Args:
        place: The session, or the event as a whole.
        marks: Each about another person on the event's roster.
        source: ``manual``, ``parent_reported`` or ``admin_override``.
        by: Who says so.
        now: When.

    Returns:
        The decisions that now stand, in the order of ``marks``.

    Raises:
        Invalid: a status or person that cannot be marked, or the same person twice.
        Conflict: the session is cancelled, or an admin's override stands.
    """
    _must_be_markable(place, marks)
    decisions = lock_decisions(place, [one.participant for one in marks])
    before = {
        pk: DecisionBefore(row.status, row.source) for pk, row in decisions.items()
    }
    reasons = {}
    for index, one in enumerate(marks):
        decision = decisions[one.participant.pk]
        if not _may_replace(decision, source):
            raise Conflict(
                "overridden",
                _("An admin has decided about %(name)s: only admins change that.")
                % {"name": one.participant.name},
                field=f"marks[{index}].status" if len(marks) > 1 else "status",
                participant=one.participant.pk,
            )
        if _is_new(one, decision, source):
            _decide(decision, one.status, source, notes=one.notes, by=by, now=now)
            reasons[one.participant.pk] = one.notes
    _write(place, decisions, before, reasons, by=by)
    return [decisions[one.participant.pk] for one in marks]


def _may_replace(decision: Attendance, source: str) -> bool:
    """What only follows from sessions gives way to whatever is said of the event."""
    return decision.derived or mark_replaces(
        decision.source, source, marked=decision.is_marked
    )


def _is_new(said: Mark, decision: Attendance, source: str) -> bool:
    """Whether it says anything that a person has not said already."""
    if not decision.is_marked or (said.status, source) != (
        decision.status,
        decision.source,
    ):
        return True
    return said.notes not in ("", decision.notes)


def _must_be_markable(place: Place, marks: Sequence[Mark]) -> None:
    seen: set[int] = set()
    for index, one in enumerate(marks):
        field = f"marks[{index}].participant" if len(marks) > 1 else "participant"
        if one.participant.event_id != place.event.pk:
            raise Invalid(
                "of_another_event",
                _("This person is not on the roster of the event."),
                field=field,
            )
        if one.participant.registration in NOT_IN_REPORTS:
            raise Conflict(
                "not_registered",
                _("%(name)s is not registered for this event.")
                % {"name": one.participant.name},
                field=field,
            )
        if one.participant.pk in seen:
            raise Invalid(
                "twice", _("This person is marked twice in one go."), field=field
            )
        seen.add(one.participant.pk)


# --- Check-ins ------------------------------------------------------------------------


@transaction.atomic
def check_in(
    place: Place,
    participant: Participant,
    *,
    method: str = CheckInMethod.STAFF,
    at: datetime | None = None,
    notes: str = "",
    by: User,
    now: datetime,
) -> CheckedIn:
    """Take somebody as come; a second time changes nothing.

    Present; late at a session, if later than its grace. Where something of higher rank
    stands the check-in is kept beside it.

    Args:
        place: The session, or the event; an event of exactly one session is that.
        participant: Who came. Somebody waitlisted, who had cancelled or only looked
            becomes a walk-in.
        method: How they were checked in.
        at: When they came, from an offline queue; None: now.
        notes: What the staff wrote.
        by: Who checked them in: staff, or they themselves.
        now: When it is heard of.

    Raises:
        Invalid: ``at`` lies in the future, or over a day back.
        Conflict: the session, or the event, is cancelled.
    """
    at = _time_of_check_in(at, now)
    place = place_of_check_in(place)
    if participant.registration not in EXPECTED:
        # Whoever joins the roster changes the event's row: before its sessions'.
        lock_event(place.event.pk)
    decisions = lock_decisions(place, [participant])
    decision = decisions[participant.pk]
    if decision.checked_in_at is not None:
        return CheckedIn(decision, place, already=True)
    if participant.registration not in EXPECTED:
        participant.registration = Registration.WALK_IN
        participant.save(update_fields=["registration"])
    before = {participant.pk: DecisionBefore(decision.status, decision.source)}
    decision.checked_in_at, decision.check_in_received_at = at, now
    decision.check_in_method, decision.checked_in_by = method, by
    decision.updated_at = now
    reasons = {}
    if _may_replace(decision, CHECK_IN):
        status = status_of_check_in(place, at)
        _decide(decision, status, CHECK_IN, notes=notes, by=by, now=now)
        reasons[participant.pk] = notes
    _write(place, decisions, before, reasons, by=by)
    return CheckedIn(decision, place, already=False)


def place_of_check_in(place: Place) -> Place:
    """Return the only session of the event, if it has exactly one and none is named."""
    if place.session is None:
        sessions = place.event.sessions.filter(cancelled_at=None)[:2]
        if len(sessions) == 1:
            return Place(place.event, sessions[0])
    return place


def _time_of_check_in(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at > now + CLOCKS_APART:
        raise Invalid(
            "in_the_future",
            _("The check-in lies in the future: is the clock right?"),
            field="checked_in_at",
        )
    if at < now - OLDEST_CHECK_IN:
        raise Invalid(
            "too_old",
            _("A check-in may be sent up to 24 hours later: mark them by hand."),
            field="checked_in_at",
        )
    return min(at, now)


def status_of_check_in(
    place: Place, at: datetime, *, grace_minutes: int | None = None
) -> str:
    """Return present, or late if it is a session and its grace was over.

    ``grace_minutes`` is read where it is not given.
    """
    if place.session is None:
        return Status.PRESENT
    if grace_minutes is None:
        policy = effective.policy_at(
            effective.PolicyScope(place.event.organization, session=place.session)
        )
        grace_minutes = policy.policy.grace_minutes
    start = microseconds(place.session.starts_at)
    is_late = came_late(start, microseconds(at), grace_minutes)
    return Status.LATE if is_late else Status.PRESENT


def _decide(
    decision: Attendance,
    status: str,
    source: str,
    *,
    notes: str,
    by: User,
    now: datetime,
) -> None:
    decision.status, decision.source = status, source
    decision.marked_by, decision.marked_at = by, now
    decision.notes, decision.derived = notes, False
    decision.updated_at = now


def _write(
    place: Place,
    decisions: Mapping[int, Attendance],
    before: Mapping[int, DecisionBefore],
    reasons: Mapping[int, str],
    *,
    by: User,
) -> None:
    """Write rows that a person changed, what follows, and the log.

    Args:
        place: Where.
        decisions: The rows, by participant.
        before: What stood.
        reasons: Why, by participant; those about whom nothing was decided are missing.
        by: Who decided.
    """
    write_rows(decisions.values())
    changes = [
        change_of(decisions[person], before[person], reason)
        for person, reason in reasons.items()
    ]
    if place.session is None:
        record_changes(changes, actor_id=by.pk)
    else:
        derive_and_log(changes, {place.event.pk: list(decisions)}, actor_id=by.pk)
