"""Writing what a person decided: the rows, what follows, and the log."""

from collections.abc import Mapping
from datetime import datetime

from attendance.audit.changes import record_changes
from attendance.decisions.consequences import derive_and_log
from attendance.decisions.locked_rows import DecisionBefore, change_of, write_rows
from attendance.decisions.place import Place
from attendance.models import Attendance
from attendance.rules.precedence import mark_replaces
from events.models import User


def may_replace(decision: Attendance, source: str) -> bool:
    """What only follows from sessions gives way to whatever is said of the event."""
    return decision.derived or mark_replaces(
        decision.source, source, marked=decision.is_marked
    )


def decide(
    decision: Attendance,
    status: str,
    source: str,
    *,
    notes: str,
    by: User,
    now: datetime,
) -> None:
    """Put a person's decision into its row, which is not yet written."""
    decision.status, decision.source = status, source
    decision.marked_by, decision.marked_at = by, now
    decision.notes, decision.derived = notes, False
    decision.updated_at = now


def write_and_log(
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
