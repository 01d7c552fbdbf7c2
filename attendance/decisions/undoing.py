"""Undoing the newest change that a person made of a decision.

Source: docs/rules.md 46, 47.
"""

import copy
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.audit.changes import record_changes
from attendance.decisions.absent_by_default import AbsentByDefault
from attendance.decisions.answering import answer_decides, let_answer_decide
from attendance.decisions.checking_in import status_of_check_in
from attendance.decisions.consequences import derive_and_log
from attendance.decisions.event_decisions import (
    ProspectiveDecision,
    derive_event_decisions,
    preview_event_decisions,
)
from attendance.decisions.locked_rows import (
    DecisionBefore,
    change_of,
    lock_decisions,
    write_rows,
)
from attendance.decisions.place import Place
from attendance.decisions.what_stood import (
    Log,
    decides_again,
    deciding_change,
    follows_check_in,
    logs_of,
)
from attendance.evidence.proof import contribution, note_changed_proof
from attendance.models import Attendance, AttendanceChange, Status
from attendance.rules.precedence import (
    CHECK_IN,
    SELF_REPORTED,
    SYSTEM_DEFAULT,
    calculation_replaces,
    rank,
)
from core.errors import Conflict
from events.models import User


@transaction.atomic
def undo(
    change: AttendanceChange, *, reason: str, by: User, now: datetime
) -> Attendance:
    """Restore the decision before a change, as a new change that refers to it.

    Of these the one of the highest rank decides: the decision before, if a person made
    it or it was the default; the check-in; the result of the last calculation; the
    person's own answer. Without any of them the status is unknown.

    Args:
        change: The newest change of a decision, made by a person.
        reason: Why it is undone; may be empty.
        by: The user who undoes it.
        now: The time of the new change.

    Raises:
        Conflict: There is a newer change, or no person made this one.
    """
    participant = change.participant
    place = Place(participant.event, change.session)
    decisions = lock_decisions(place, [participant])
    decision = decisions[participant.pk]
    log = _logs(place, [participant.pk])[participant.pk]
    _must_be_newest(change, log)
    before = DecisionBefore(decision.status, decision.source)
    absent = AbsentByDefault(place)
    _restore_before(decision, place, log, absent)
    decision.updated_at = now
    write_rows([decision])
    if place.session is not None:
        note_changed_proof(place.session.pk)
    if place.session is None and derive_event_decisions([participant.pk]):
        decision.refresh_from_db()
    undone = change_of(decision, before, reason)._replace(undoes_id=change.pk)
    if place.session is None:
        record_changes([undone], actor_id=by.pk)
    else:
        derive_and_log([undone], {place.event.pk: [participant.pk]}, actor_id=by.pk)
    return decision


class AfterUndo(NamedTuple):
    """The decision that would stand after undoing the newest change.

    ``decides_again``: that change repeated the decision of a person.
    """

    change: AttendanceChange
    status: str
    source: str | None
    decides_again: bool


def undoable(
    place: Place, decisions: Mapping[int, Attendance], *, grace_minutes: int
) -> dict[int, AfterUndo]:
    """Return what undoing would leave, by participant id.

    Only people whose newest change was made by a person are included. Takes a constant
    number of queries, and writes nothing.

    Args:
        place: The session, or the event for course results.
        decisions: By participant id, with ``checked_in_by`` already loaded.
        grace_minutes: The grace period of the session.
    """
    logs, prospects = _logs(place, decisions), {}
    absent = AbsentByDefault(place)
    for person, log in logs.items():
        if _is_undoable(log[-1]):
            decision = copy.copy(decisions[person])
            _restore_before(decision, place, log, absent, grace_minutes=grace_minutes)
            prospects[person] = ProspectiveDecision(
                decision.status, decision.source, decision.is_marked
            )
    if place.session is None:
        prospects = preview_event_decisions(prospects)
    return {
        person: AfterUndo(
            change=logs[person][-1],
            status=prospect.status,
            source=prospect.source,
            decides_again=decides_again(logs[person]),
        )
        for person, prospect in prospects.items()
    }


def _logs(place: Place, people: Collection[int]) -> Mapping[int, Log]:
    """Return the log of each person's decision at a place, by participant id."""
    changes = AttendanceChange.objects.filter(
        session=place.session, participant__in=people
    ).select_related("actor", "reason")
    return {person: log for (person, _place), log in logs_of(changes).items()}


def _must_be_newest(change: AttendanceChange, log: Log) -> None:
    """Refuse a change that is not the newest, nor follows from the newest check-in."""
    newest = log[-1]
    follows_newest = follows_check_in(change) and change.pk > newest.pk
    if newest != change and not follows_newest:
        raise Conflict(
            "not_the_newest",
            _("There is a newer decision. Undo that first, or mark the person again."),
            change=newest.pk,
        )
    if _is_about_all(newest):
        raise Conflict(
            "about_all",
            _(
                "Whether the session was held was decided for all. Undo that in "
                "its report, or mark the person instead."
            ),
        )
    if newest.source == SELF_REPORTED and newest.undoes_id is None:
        raise Conflict(
            "own_answer",
            _("This is the person's own answer. Mark the person instead."),
        )
    if not _is_undoable(newest):
        raise Conflict(
            "not_by_a_person",
            _("A calculation cannot be undone. Mark the person instead."),
        )


def _is_undoable(change: AttendanceChange) -> bool:
    """Return whether a person decided about another, and about them alone."""
    is_answer = change.source == SELF_REPORTED and change.undoes_id is None
    return change.actor_id is not None and not is_answer and not _is_about_all(change)


def _is_about_all(change: AttendanceChange) -> bool:
    """Return whether somebody said that the session was held, or took that back."""
    return (
        change.session_id is not None
        and change.actor_id is not None
        and change.undoes_id is None
        and {change.from_source, change.source} <= {None, SYSTEM_DEFAULT}
    )


def _restore_before(
    decision: Attendance,
    place: Place,
    log: Log,
    absent: AbsentByDefault,
    *,
    grace_minutes: int | None = None,
) -> None:
    """Set the decision to what wins without the newest change of its log.

    An earlier calculated decision is not restored: the last calculation decides.
    """
    change = log[-1]
    taken_back = contribution(decision)
    if change.source == CHECK_IN and change.undoes_id is None:
        decision.checked_in_at = decision.check_in_received_at = None
        decision.check_in_method = decision.checked_in_by = None
    _clear(decision)
    if change.from_source == SYSTEM_DEFAULT and place.session is None:
        # Counting everyone as absent is no mark, so nobody is restored as its maker.
        decision.status, decision.source = change.from_status, change.from_source
    elif change.from_source not in (None, SYSTEM_DEFAULT) and (
        earlier := deciding_change(log[:-1])
    ):
        decision.status, decision.source = change.from_status, change.from_source
        decision.marked_by, decision.marked_at = earlier.actor, earlier.at
        decision.notes = earlier.reason.text if hasattr(earlier, "reason") else ""
    if decision.checked_in_at and _check_in_decides(decision):
        # Also if it decided before: its time, or the session's start, may have moved.
        decision.status = status_of_check_in(
            place, decision.checked_in_at, grace_minutes=grace_minutes
        )
        decision.source = CHECK_IN
        decision.marked_by = decision.checked_in_by
        decision.marked_at = decision.check_in_received_at
        decision.notes = ""
    if answer_decides(decision):
        let_answer_decide(decision)
    computed_by = decision.computed_source
    if computed_by and calculation_replaces(
        decision.source, computed_by, marked=decision.is_marked
    ):
        _clear(decision)
        decision.status = decision.computed_status or Status.UNKNOWN
        decision.source = computed_by
    if decision.source is None and absent.includes(decision, without=taken_back):
        decision.status, decision.source = Status.ABSENT, SYSTEM_DEFAULT


def _clear(decision: Attendance) -> None:
    decision.status, decision.source = Status.UNKNOWN, None
    decision.marked_by = decision.marked_at = None
    decision.notes, decision.derived = "", False


def _check_in_decides(decision: Attendance) -> bool:
    standing = rank(decision.source, marked=decision.is_marked)
    return rank(CHECK_IN, marked=True) >= standing
