"""Locks and writes the rows of decisions that people change.

The row of the session, or of the event, is locked first, then the decisions, so that
people who decide at the same time do so one after the other.

Source: docs/rules.md 42.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from attendance.audit.changes import Change
from attendance.decisions.place import Place
from attendance.locks import lock_event_results
from attendance.models import Attendance
from core.errors import Conflict
from events.locks import lock_event
from events.models import EventState, Participant
from sessions_app.locks import lock_session

# Fields that people change; calculated results are not among them.
WRITTEN = (
    "status",
    "source",
    "marked_by",
    "marked_at",
    "notes",
    "derived",
    "checked_in_at",
    "check_in_received_at",
    "check_in_method",
    "checked_in_by",
    "self_attended",
    "self_answered_at",
    "self_answered_twice",
    "updated_at",
)


class DecisionBefore(NamedTuple):
    """Status and source of a decision before it was changed, for the log."""

    status: str
    source: str | None


def lock_decisions(
    place: Place, people: Sequence[Participant]
) -> dict[int, Attendance]:
    """Lock the place, then the decisions about these people.

    Returns:
        The decisions by participant id; unsaved ones for people without any.

    Raises:
        Conflict: The session, or the event, is cancelled.
    """
    _lock_place(place)
    rows = (
        Attendance.objects.filter(session=place.session, participant__in=people)
        .select_for_update(of=("self",), no_key=True)
        .select_related("marked_by", "checked_in_by")
        .order_by("participant")
    )
    decisions = {row.participant_id: row for row in rows}
    for person in people:
        decisions.setdefault(
            person.pk,
            Attendance(
                organization_id=place.event.organization_id,
                event=place.event,
                session=place.session,
                participant=person,
                notes="",
            ),
        )
    return decisions


def _lock_place(place: Place) -> None:
    if place.session is None:
        event = lock_event(place.event.pk)
        if event.state == EventState.CANCELLED:
            raise Conflict("event_cancelled", _("The event is cancelled."))
        lock_event_results([event.pk])
        return
    session = lock_session(place.session.pk)
    if session.cancelled_at is not None:
        raise Conflict(
            "session_cancelled",
            _("The session is cancelled. Restore it first."),
        )


def write_rows(rows: Iterable[Attendance]) -> None:
    """Write the fields that people change, and leave calculated results as they are."""
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["participant", "session"],
        update_fields=WRITTEN,
    )


def change_of(row: Attendance, before: DecisionBefore, reason: str) -> Change:
    """Return the change to log for a row that was written."""
    return Change(
        row.organization_id,
        row.participant_id,
        row.session_id,
        before.status,
        row.status,
        before.source,
        row.source,
        reason=reason,
    )
