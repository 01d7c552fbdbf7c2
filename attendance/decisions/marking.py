"""Marks: decisions that one person makes about others.

Every path (REST, pages, admin) uses this service. Rows are locked by
``locked_rows.py`` and written, with the log, by ``written_decisions.py``, in one
transaction; ``rules/precedence.py`` tells which decision wins. Callers check
permissions first (``rights.py``).

Source: docs/rules.md 39, 40, 43, 44, 45.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.decisions.locked_rows import (
    DecisionBefore,
    lock_decisions,
)
from attendance.decisions.place import Place
from attendance.decisions.written_decisions import decide, may_replace, write_and_log
from attendance.evidence.enrolled import expected_at, has_left
from attendance.models import (
    Attendance,
)
from attendance.rules.precedence import MANUAL
from core.errors import Conflict, Invalid
from events.models import (
    Participant,
    Registration,
    User,
)


class Mark(NamedTuple):
    """The status that a person gives another, and the reason."""

    participant: Participant
    status: str
    notes: str = ""


@transaction.atomic
def mark(
    place: Place,
    marks: Sequence[Mark],
    *,
    source: str = MANUAL,
    by: User,
    now: datetime,
) -> list[Attendance]:
    """Mark people; either all marks are written, or none.

    A mark that repeats a person's decision with another reason is written and logged;
    one without a new reason changes nothing.

    Args:
        place: The session, or the event for course results.
        marks: Each about another person on the event's roster.
        source: ``manual``, ``parent_reported`` or ``admin_override``.
        by: The user who marks.
        now: The time of the marks.

    Returns:
        The decisions that now stand, in the order of ``marks``.

    Raises:
        Invalid: A person is on another roster, or marked twice.
        Conflict: The session or the event is cancelled, a person had cancelled before
            or is an onlooker, or a status is locked by an admin.
    """
    _must_be_markable(place, marks)
    decisions = lock_decisions(place, [mark.participant for mark in marks])
    before = {
        pk: DecisionBefore(row.status, row.source) for pk, row in decisions.items()
    }
    reasons = {}
    for index, mark in enumerate(marks):
        decision = decisions[mark.participant.pk]
        if not may_replace(decision, source):
            raise Conflict(
                "overridden",
                _("The status of %(name)s is locked: only admins can change it.")
                % {"name": mark.participant.name},
                field=f"marks[{index}].status" if len(marks) > 1 else "status",
                participant=mark.participant.pk,
            )
        if _is_new(mark, decision, source):
            decide(decision, mark.status, source, notes=mark.notes, by=by, now=now)
            reasons[mark.participant.pk] = mark.notes
    write_and_log(place, decisions, before, reasons, by=by)
    return [decisions[mark.participant.pk] for mark in marks]


def _is_new(mark: Mark, decision: Attendance, source: str) -> bool:
    """Return whether a mark differs from what a person had already decided."""
    if not decision.is_marked or (mark.status, source) != (
        decision.status,
        decision.source,
    ):
        return True
    return mark.notes not in ("", decision.notes)


def _must_be_markable(place: Place, marks: Sequence[Mark]) -> None:
    seen: set[int] = set()
    for index, mark in enumerate(marks):
        field = f"marks[{index}].participant" if len(marks) > 1 else "participant"
        if mark.participant.event_id != place.event.pk:
            raise Invalid(
                "of_another_event",
                _("This person is not on the roster of the event."),
                field=field,
            )
        if not has_place(place, mark.participant):
            raise Conflict(
                "not_registered",
                _("%(name)s is not registered for this event.")
                % {"name": mark.participant.name},
                field=field,
            )
        if mark.participant.pk in seen:
            raise Invalid(
                "twice", _("This person is named twice in one request."), field=field
            )
        seen.add(mark.participant.pk)


def has_place(place: Place, person: Participant) -> bool:
    """Return whether somebody may be marked: not onlookers, nor after cancelling."""
    if person.registration == Registration.VIEWED:
        return False
    if person.registration != Registration.CANCELLED:
        return True
    if place.session is not None:
        return not has_left(person, place.session)
    sessions = place.event.sessions.filter(cancelled_at=None)
    return any(expected_at(person, session) for session in sessions)
