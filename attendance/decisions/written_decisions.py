"""Writes decisions of people: the rows, their consequences, and the log."""

from collections.abc import Mapping
from datetime import datetime

from attendance.audit.changes import record_changes
from attendance.decisions.consequences import derive_and_log
from attendance.decisions.locked_rows import DecisionBefore, change_of, write_rows
from attendance.decisions.place import Place
from attendance.evidence.proof import note_changed_proof
from attendance.models import Attendance
from attendance.rules.precedence import mark_replaces
from events.models import User


def may_replace(decision: Attendance, source: str) -> bool:
    """Return whether a person's decision may replace the one that stands.

    A derived course result gives way to every decision about the event itself.

    Args:
        decision: The decision that stands.
        source: The source of the person's decision.
    """
    return decision.derived or mark_replaces(
        decision.source, source, marked=decision.is_marked
    )


def decide(
    decision: Attendance,
    status: str,
    source: str,
    *,
    notes: str,
    by: User | None,
    now: datetime,
) -> None:
    """Set the fields of a person's decision on its row, without saving it.

    ``by`` is None if their account has been erased since.
    """
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
    by: User | None,
) -> None:
    """Write rows that a person changed, their consequences, and the log.

    Args:
        place: The session, or the event, that the decisions are about.
        decisions: The rows to write, by participant id.
        before: What stood before, by participant id.
        reasons: The reason of each new decision, by participant id; people whose
            decision did not change are left out.
        by: The user who decided; None if somebody answered by a link.
    """
    actor_id = by.pk if by else None
    write_rows(decisions.values())
    if place.session is not None:
        note_changed_proof(place.session.pk)
    changes = [
        change_of(decisions[person], before[person], reason)
        for person, reason in reasons.items()
    ]
    if place.session is None:
        record_changes(changes, actor_id=actor_id)
    else:
        derive_and_log(changes, {place.event.pk: list(decisions)}, actor_id=actor_id)
