"""Taking a decision of a person back.

Source: docs/rules.md 46, 47.
"""

import copy
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.audit.changes import record_changes
from attendance.decisions.checking_in import status_of_check_in
from attendance.decisions.consequences import derive_and_log
from attendance.decisions.event_decisions import (
    ProspectiveDecision,
    derive_event_decisions,
    what_would_follow,
)
from attendance.decisions.locked_rows import (
    DecisionBefore,
    change_of,
    lock_decisions,
    write_rows,
)
from attendance.decisions.place import Place
from attendance.decisions.what_stood import Log, logs_of, maker, says_again
from attendance.models import Attendance, AttendanceChange, Status
from attendance.rules.precedence import (
    CHECK_IN,
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
    """Restore what was there before a change, as a new change that names it.

    If a machine had decided, what it computes at present counts, and what was kept
    beside the decision that is taken back counts again. If there was nothing, the
    decision is unknown.

    Raises:
        Conflict: it is not the newest change of that decision, or not a person's.
    """
    participant = change.participant
    place = Place(participant.event, change.session)
    decisions = lock_decisions(place, [participant])
    decision = decisions[participant.pk]
    log = _logs(place, [participant.pk])[participant.pk]
    _must_be_newest(change, log)
    before = DecisionBefore(decision.status, decision.source)
    _take_back(decision, place, log)
    decision.updated_at = now
    write_rows([decision])
    if place.session is None and derive_event_decisions([participant.pk]):
        decision.refresh_from_db()
    undone = change_of(decision, before, reason)._replace(undoes_id=change.pk)
    if place.session is None:
        record_changes([undone], actor_id=by.pk)
    else:
        derive_and_log([undone], {place.event.pk: [participant.pk]}, actor_id=by.pk)
    return decision


class AfterUndo(NamedTuple):
    """What would stand if the newest change of a decision were taken back.

    ``says_again``: by that change somebody said what a person had said already.
    """

    change: AttendanceChange
    status: str
    source: str | None
    says_again: bool


def undoable(
    place: Place, decisions: Mapping[int, Attendance], *, grace_minutes: int
) -> dict[int, AfterUndo]:
    """Return, by participant, whose newest change a person made, and what undoing does.

    A constant number of queries; nothing is written.

    Args:
        place: The session, or the event as a whole.
        decisions: By participant, with ``checked_in_by`` at hand.
        grace_minutes: By which a check-in at the session would be late.
    """
    logs, prospects = _logs(place, decisions), {}
    for person, log in logs.items():
        if log[-1].actor_id is not None:
            decision = copy.copy(decisions[person])
            _take_back(decision, place, log, grace_minutes=grace_minutes)
            prospects[person] = ProspectiveDecision(
                decision.status, decision.source, decision.is_marked
            )
    if place.session is None:
        prospects = what_would_follow(prospects)
    return {
        person: AfterUndo(
            change=logs[person][-1],
            status=prospect.status,
            source=prospect.source,
            says_again=says_again(logs[person]),
        )
        for person, prospect in prospects.items()
    }


def _logs(place: Place, people: Collection[int]) -> Mapping[int, Log]:
    """Return the changes of each person's decision there, the oldest first."""
    changes = AttendanceChange.objects.filter(
        session=place.session, participant__in=people
    ).select_related("actor", "reason")
    return {person: log for (person, _place), log in logs_of(changes).items()}


def _must_be_newest(change: AttendanceChange, log: Log) -> None:
    newest = log[-1]
    if newest != change:
        raise Conflict(
            "not_the_newest",
            _("There is a newer decision. Undo that first, or mark the person again."),
            change=newest.pk,
        )
    if change.actor_id is None:
        raise Conflict(
            "not_by_a_person",
            _("A calculation cannot be undone. Mark the person instead."),
        )


def _take_back(
    decision: Attendance,
    place: Place,
    log: Log,
    *,
    grace_minutes: int | None = None,
) -> None:
    """Set the decision to the best of what was there before and what is known beside.

    What a machine had decided is not restored as such: what is computed now counts.
    """
    change = log[-1]
    if change.source == CHECK_IN and change.undoes_id is None:
        decision.checked_in_at = decision.check_in_received_at = None
        decision.check_in_method = decision.checked_in_by = None
    _clear(decision)
    if change.from_source == SYSTEM_DEFAULT:
        # Whoever counted all the missing as absent marked nobody.
        decision.status, decision.source = change.from_status, change.from_source
    elif change.from_source is not None and (made_by := maker(log[:-1])):
        decision.status, decision.source = change.from_status, change.from_source
        decision.marked_by, decision.marked_at = made_by.actor, made_by.at
        decision.notes = made_by.reason.text if hasattr(made_by, "reason") else ""
    if decision.checked_in_at and _is_better(decision, CHECK_IN):
        decision.status = status_of_check_in(
            place, decision.checked_in_at, grace_minutes=grace_minutes
        )
        decision.source = CHECK_IN
        decision.marked_by = decision.checked_in_by
        decision.marked_at = decision.check_in_received_at
        decision.notes = ""
    computed_by = decision.computed_source
    if computed_by and calculation_replaces(
        decision.source, computed_by, marked=decision.is_marked
    ):
        _clear(decision)
        decision.status = decision.computed_status or Status.UNKNOWN
        decision.source = computed_by


def _clear(decision: Attendance) -> None:
    decision.status, decision.source = Status.UNKNOWN, None
    decision.marked_by = decision.marked_at = None
    decision.notes, decision.derived = "", False


def _is_better(decision: Attendance, source: str) -> bool:
    return rank(source, marked=True) > rank(decision.source, marked=decision.is_marked)
