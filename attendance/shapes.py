"""Decisions in the shape of REST and in words: of a session or of a whole event."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from attendance.calculation import Interval
from attendance.decision_parts import Decision
from attendance.derivation import Credit
from attendance.explanation import explain
from attendance.models import Attendance
from attendance.precedence import is_automatic
from events.models import User

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decision_as_dict(decision: Attendance | None) -> dict[str, Any]:
    """Return the fields of a decision; all empty before any."""
    if decision is None:
        decision = Attendance(notes="")
    seconds, late = decision.attended_seconds, decision.late_seconds
    percentage = decision.percentage
    marked_by = decision.marked_by
    return {
        "computed_status": decision.computed_status,
        "source": decision.source,
        "attended_seconds": seconds,
        "attended_minutes": None if seconds is None else seconds // 60,
        "percentage": None if percentage is None else float(percentage),
        "meeting_enter_time": decision.first_seen_at,
        "meeting_leave_time": decision.last_seen_at,
        "is_late": decision.is_late,
        "late_minutes": None if late is None else late // 60,
        "join_count": decision.join_count,
        "failed_attempts": decision.failed_attempts or 0,
        "is_auto_calculated": is_automatic(decision.source) and not decision.is_marked,
        "self_reported": None
        if decision.self_attended is None
        else {
            "attended": decision.self_attended,
            "answered_at": decision.self_answered_at,
        },
        "checked_in_at": decision.checked_in_at,
        "check_in_received_at": decision.check_in_received_at,
        "check_in_method": decision.check_in_method,
        "marked_by": marked_by
        and {"id": marked_by.pk, "username": marked_by.get_username()},
        "marked_at": decision.marked_at,
        "notes": decision.notes,
        "updated_at": decision.updated_at if decision.pk else None,
        "derived": decision.derived,
    }


def intervals_as_dicts(intervals: Iterable[Interval]) -> list[dict[str, Any]]:
    """Return presences with their ends as aware times."""
    return [
        {
            "joined_at": instant(interval.joined_at),
            "left_at": instant(interval.left_at),
            "inferred": interval.inferred,
        }
        for interval in intervals
    ]


def instant(microseconds: int) -> datetime:
    """Return microseconds since the epoch as an aware time in UTC, exactly."""
    return EPOCH + timedelta(microseconds=microseconds)


def microseconds(time: datetime) -> int:
    """Return an aware time as microseconds since the epoch, exactly."""
    return (time - EPOCH) // timedelta(microseconds=1)


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
