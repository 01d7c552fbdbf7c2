"""The sentence of a stored decision."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from attendance.models import Attendance
from attendance.rules.calculation import Interval
from attendance.rules.event_result import Credit
from attendance.wording.explanation import explain
from attendance.wording.parts import Decision
from events.models import User


def sentence_of(
    parts: Attendance,
    *,
    starts_at: datetime,
    zone: tzinfo,
    calculated: bool,
    nobody_seen: bool = False,
    intervals: Sequence[Interval] = (),
    follows: Credit | None = None,
) -> str:
    """Say in the active language how a decision came about.

    Args:
        parts: The decision, with whoever made it at hand.
        starts_at: When the session, or the event, began.
        zone: The zone of the reader's clock.
        calculated: The session has been calculated.
        nobody_seen: It saw no person at all.
        intervals: When the person was there.
        follows: What the sessions amount to, if the decision follows from them.
    """
    decision = Decision(
        status=parts.status,
        computed_status=parts.computed_status,
        source=parts.source,
        attended_seconds=parts.attended_seconds,
        window_seconds=parts.window_seconds,
        percentage=parts.percentage,
        window_starts_at=starts_at,
        first_seen_at=parts.first_seen_at,
        last_seen_at=parts.last_seen_at,
        late_seconds=parts.late_seconds,
        is_late=bool(parts.is_late),
        interval_count=len(intervals),
        end_inferred=bool(intervals) and intervals[-1].inferred,
        policy=parts.policy,
        failed_attempts=parts.failed_attempts or 0,
        first_attempt_at=parts.first_attempt_at,
        last_attempt_at=parts.last_attempt_at,
        marked_by_name=name_of(parts.marked_by),
        marked_at=parts.marked_at,
        notes=parts.notes,
        nobody_seen=nobody_seen,
        calculated=calculated,
        checked_in_at=parts.checked_in_at,
        check_in_received_at=parts.check_in_received_at,
        check_in_method=parts.check_in_method,
        self_attended=parts.self_attended,
        follows=follows,
    )
    return explain(decision, zone)


def name_of(user: User | None) -> str:
    """Return how people know somebody who has an account; empty for nobody."""
    return (user.get_full_name() or user.get_username()) if user else ""
