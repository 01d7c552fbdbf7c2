"""Rows of decisions as people change them: locked, written, and told as changes.

The session's row is locked first, or the event's, then the decisions: who decides at
once does it one after the other.

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
    "updated_at",
)


class DecisionBefore(NamedTuple):
    """What stood before: the change is told from it."""

    status: str
    source: str | None


def lock_decisions(
    place: Place, people: Sequence[Participant]
) -> dict[int, Attendance]:
    """Lock the place, then the decisions of these people; return them, new ones too.

    Raises:
        Conflict: the session, or the event, is cancelled.
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
    """Write the columns that people change; what was computed stays as it is."""
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["participant", "session"],
        update_fields=WRITTEN,
    )


def change_of(row: Attendance, before: DecisionBefore, reason: str) -> Change:
    """Return the entry of the log for a row that was written."""
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
