"""The sentence of a stored decision."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from attendance.models import Attendance
from attendance.rules.calculation import Interval, Policy
from attendance.rules.event_result import Credit
from attendance.wording.explanation import explain
from attendance.wording.parts import ExplainedDecision
from events.models import User

# What a sentence takes from the row as it is.
_AS_STORED = (
    "status",
    "computed_status",
    "source",
    "attended_seconds",
    "window_seconds",
    "percentage",
    "first_seen_at",
    "last_seen_at",
    "late_seconds",
    "first_attempt_at",
    "last_attempt_at",
    "marked_at",
    "notes",
    "checked_in_at",
    "check_in_received_at",
    "check_in_method",
    "self_attended",
)


def sentence_of(
    parts: Attendance,
    *,
    starts_at: datetime,
    zone: tzinfo,
    calculated: bool,
    nobody_seen: bool = False,
    intervals: Sequence[Interval] = (),
    follows: Credit | None = None,
    policy: Policy | None = None,
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
        policy: The thresholds by which it does; else those of the decision itself.
    """
    stored = {name: getattr(parts, name) for name in _AS_STORED}
    decision = ExplainedDecision(
        **stored,
        window_starts_at=starts_at,
        is_late=bool(parts.is_late),
        interval_count=len(intervals),
        end_inferred=bool(intervals) and intervals[-1].inferred,
        failed_attempts=parts.failed_attempts or 0,
        marked_by_name=name_of(parts.marked_by),
        nobody_seen=nobody_seen,
        calculated=calculated,
        follows=follows,
        policy=policy or parts.policy,
    )
    return explain(decision, zone)


def name_of(user: User | None) -> str:
    """Return how people know somebody who has an account; empty for nobody."""
    return (user.get_full_name() or user.get_username()) if user else ""
