"""Check-ins: who came, when, and whether that was late.

As marks are written (``marking.py``), whichever path they take: door, REST, themselves.

Source: docs/rules.md 48, 49, 50, 51, 52.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.decisions.locked_rows import DecisionBefore, lock_decisions
from attendance.decisions.place import Place
from attendance.decisions.written_decisions import decide, may_replace, write_and_log
from attendance.models import Attendance, CheckInMethod, Status
from attendance.policies import effective
from attendance.rules.calculation import came_late
from attendance.rules.instants import microseconds
from attendance.rules.precedence import CHECK_IN
from core.errors import Invalid
from events.locks import lock_event
from events.models import EXPECTED, Participant, Registration, User

# How long ago a check-in from an offline queue may have happened.
OLDEST_CHECK_IN = timedelta(hours=24)
# Clocks of phones are a little fast.
CLOCKS_APART = timedelta(minutes=1)


class CheckedIn(NamedTuple):
    """The decision after a check-in; ``already``: there had been one before."""

    decision: Attendance
    place: Place
    already: bool


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
    decision = _lock(place, participant)
    if decision.checked_in_at is not None:
        return CheckedIn(decision, place, already=True)
    _expect(participant)
    before = DecisionBefore(decision.status, decision.source)
    decision.checked_in_at, decision.check_in_received_at = at, now
    decision.check_in_method, decision.checked_in_by = method, by
    decision.updated_at = now
    reasons = {}
    if may_replace(decision, CHECK_IN):
        status = status_of_check_in(place, at)
        decide(decision, status, CHECK_IN, notes=notes, by=by, now=now)
        reasons[participant.pk] = notes
    decisions = {participant.pk: decision}
    write_and_log(place, decisions, {participant.pk: before}, reasons, by=by)
    return CheckedIn(decision, place, already=False)


def _lock(place: Place, participant: Participant) -> Attendance:
    if participant.registration not in EXPECTED:
        # Whoever joins the roster changes the event's row: before its sessions'.
        lock_event(place.event.pk)
    return lock_decisions(place, [participant])[participant.pk]


def _expect(participant: Participant) -> None:
    if participant.registration not in EXPECTED:
        participant.registration = Registration.WALK_IN
        participant.save(update_fields=["registration"])


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
            _("The check-in is in the future. Check the clock of the device."),
            field="checked_in_at",
        )
    if at < now - OLDEST_CHECK_IN:
        raise Invalid(
            "too_old",
            _("The check-in is more than 24 hours old. Mark the person instead."),
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


# What a check-in gives (``status_of_check_in``).
GIVEN_BY_CHECK_IN = (Status.PRESENT, Status.LATE)
