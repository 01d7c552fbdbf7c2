"""Checking people in: who came, when, and whether that was late.

Every path (the door, REST, attendees themselves) uses this service. Decisions are
written in the same way as marks (``marking.py``).

Source: docs/rules.md 48, 49, 50, 51, 52.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.decisions.locked_rows import DecisionBefore, lock_decisions
from attendance.decisions.place import Place
from attendance.decisions.written_decisions import decide, may_replace, write_and_log
from attendance.evidence.enrolled import has_left
from attendance.models import Attendance, CheckInMethod, Status
from attendance.policies import effective
from attendance.rules.calculation import came_late
from attendance.rules.instants import microseconds
from attendance.rules.precedence import CHECK_IN
from core.errors import Invalid
from core.spans import Span
from events.locks import lock_event
from events.models import EXPECTED, Participant, Registration, User
from events.roster.places import rejoin
from sessions_app.models import LiveSession

# How long ago a check-in from an offline queue may have happened.
OLDEST_CHECK_IN = timedelta(hours=24)
# How far ahead the clock of a phone may be.
MAX_CLOCK_SKEW = timedelta(minutes=1)


class CheckedIn(NamedTuple):
    """The decision after a check-in.

    ``already``: the person was checked in before; at most the time was corrected.
    """

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
    """Check somebody in; of several check-ins the earliest counts, in whatever order.

    They become present, or late if the grace period of the session is over. If a
    decision of higher rank stands, it stays, and the check-in is kept with it. Staff
    vouch for who checked in by themselves, earlier or later; else a later check-in than
    the one that stands changes nothing.

    Args:
        place: The session, or the event. If the event has exactly one session, that
            session is meant.
        participant: The person who came. Somebody on the waiting list, who had
            cancelled, or is an onlooker becomes a walk-in.
        method: A value of ``CheckInMethod``.
        at: When they came, if an offline queue sends it later; None: ``now``.
        notes: The note of the staff.
        by: The user who checked them in: staff, or they themselves.
        now: When the check-in arrives here.

    Raises:
        Invalid: ``at`` is in the future, or more than 24 hours ago.
        Conflict: The session, or the event, is cancelled.
    """
    at = _time_of_check_in(at, now)
    place = place_of_check_in(place)
    if _joins(place, participant, at):
        # Joining the roster changes the event's row, which is locked before sessions.
        lock_event(place.event.pk)
        participant = Participant.objects.get(pk=participant.pk)
    joins = _joins(place, participant, at)
    decision = lock_decisions(place, [participant])[participant.pk]
    if place.session is not None:
        # It may have been moved while this waited for the lock.
        place.session.refresh_from_db(fields=["starts_at", "ends_at", "ended_at"])
    already = decision.checked_in_at is not None
    if not _adds_anything(decision, at, method):
        return CheckedIn(decision, place, already)
    if joins and not already:
        decision.participant = _join(place, participant, by)
    _write(place, decision, at, notes, method=method, by=by, now=now)
    return CheckedIn(decision, place, already)


def _write(
    place: Place,
    decision: Attendance,
    at: datetime,
    notes: str,
    *,
    method: str,
    by: User,
    now: datetime,
) -> None:
    """Write the check-in, and the decision if none of higher rank stands.

    Of two that stand for one, the earlier time and the word of staff are kept. It is
    logged if it changes the status.
    """
    person = decision.participant_id
    before = DecisionBefore(decision.status, decision.source)
    is_second = decision.checked_in_at is not None
    if decision.checked_in_at is None or at < decision.checked_in_at:
        decision.checked_in_at, decision.check_in_received_at = at, now
    if not is_second or method != CheckInMethod.SELF:
        decision.check_in_method, decision.checked_in_by = method, by
    decision.updated_at = now
    reasons = {}
    if may_replace(decision, CHECK_IN):
        status = status_of_check_in(place, decision.checked_in_at)
        kept = notes or (decision.notes if is_second else "")
        vouched_by = decision.checked_in_by
        decide(decision, status, CHECK_IN, notes=kept, by=vouched_by, now=now)
        if not is_second or status != before.status:
            reasons[person] = notes
    write_and_log(place, {person: decision}, {person: before}, reasons, by=by)


def _adds_anything(decision: Attendance, at: datetime, method: str) -> bool:
    """Return whether a check-in is the first or the earliest, or the first by staff."""
    if decision.checked_in_at is None or at < decision.checked_in_at:
        return True
    is_by_themselves = decision.check_in_method == CheckInMethod.SELF
    return is_by_themselves and method != CheckInMethod.SELF


def _joins(place: Place, participant: Participant, at: datetime) -> bool:
    """Return whether a check-in makes somebody a walk-in.

    One from before they cancelled does not, however late it arrives.
    """
    if participant.registration in EXPECTED:
        return False
    if participant.cancelled_at is None:
        return True
    if place.session is not None and not has_left(participant, place.session):
        return False
    return at >= participant.cancelled_at


def _join(place: Place, participant: Participant, by: User) -> Participant:
    """Put somebody on the roster as a walk-in, for this session or the whole event."""
    session = place.session
    during = Span(session.starts_at, session.end) if session else None
    return rejoin(participant, Registration.WALK_IN, during=during, by=by)


def place_of_check_in(place: Place) -> Place:
    """Return the only session of an event that has exactly one; else ``place``.

    Cancelled sessions are ignored.
    """
    if place.session is None:
        sessions = place.event.sessions.filter(cancelled_at=None)[:2]
        if len(sessions) == 1:
            return Place(place.event, sessions[0])
    return place


def _time_of_check_in(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at > now + MAX_CLOCK_SKEW:
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
    """Return late if the place is a session whose grace period was over, else present.

    Args:
        place: The session, or the event.
        at: When the person came.
        grace_minutes: The grace period of the session; None: read it.
    """
    if place.session is None:
        return Status.PRESENT
    if grace_minutes is None:
        grace_minutes = grace_of(place.session)
    start = microseconds(place.session.starts_at)
    is_late = came_late(start, microseconds(at), grace_minutes)
    return Status.LATE if is_late else Status.PRESENT


def grace_of(session: LiveSession) -> int:
    """Return the grace period of a session, in minutes."""
    scope = effective.PolicyScope(session.event.organization, session=session)
    return effective.policy_at(scope).policy.grace_minutes


# What ``status_of_check_in`` can return.
GIVEN_BY_CHECK_IN = (Status.PRESENT, Status.LATE)
