"""The explanation of a stored decision."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from attendance.models import Attendance
from attendance.rules.calculation import Interval, Policy
from attendance.rules.event_result import Credit, SoFar
from attendance.wording.explanation import explain
from attendance.wording.parts import ExplainedDecision
from events.models import User

# Fields of the row that ``ExplainedDecision`` takes unchanged.
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
    "self_answered_twice",
)


def sentence_of(
    parts: Attendance,
    *,
    starts_at: datetime,
    zone: tzinfo,
    calculated: bool,
    mode: str | None = None,
    nobody_seen: bool = False,
    proved: bool = False,
    said_held: bool = False,
    intervals: Sequence[Interval] = (),
    follows: Credit | None = None,
    so_far: SoFar | None = None,
    policy: Policy | None = None,
) -> str:
    """Return the explanation of a decision in the active language.

    Args:
        parts: The decision, with ``marked_by`` already loaded.
        starts_at: Start of the session, or of the event.
        zone: The time zone in which times are shown.
        calculated: The session has been calculated.
        mode: Where the session is held; None for a course result.
        nobody_seen: The calculation found that nobody was seen.
        proved: Something proves that the session was held.
        said_held: An organizer said that it was held.
        intervals: When the person was there.
        follows: The sums behind a course result that follows from the sessions.
        so_far: What the sessions have decided, where nothing stands about the event.
        policy: The policy that the course result follows; None: that of the decision.
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
        mode=mode,
        nobody_seen=nobody_seen,
        proved=proved,
        said_held=said_held,
        calculated=calculated,
        follows=follows,
        so_far=so_far,
        policy=policy or parts.policy,
    )
    return explain(decision, zone)


def name_of(user: User | None) -> str:
    """Return the full name of a user, or else the username; empty for None."""
    return (user.get_full_name() or user.get_username()) if user else ""
