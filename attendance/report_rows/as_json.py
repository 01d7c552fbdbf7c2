"""Decisions and intervals in the shape of REST."""

from collections.abc import Iterable
from typing import Any

from attendance.models import Attendance
from attendance.rules.calculation import Interval
from attendance.rules.instants import instant
from attendance.rules.precedence import is_automatic


def decision_as_dict(decision: Attendance | None) -> dict[str, Any]:
    """Return the fields of a decision; before any, they are null or empty."""
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
    """Return intervals with aware datetimes."""
    return [
        {
            "joined_at": instant(interval.joined_at),
            "left_at": instant(interval.left_at),
            "inferred": interval.inferred,
        }
        for interval in intervals
    ]
