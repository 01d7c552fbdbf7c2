"""Completes events, which writes the course results, and reopens them.

People are handled in batches, each in a transaction with its part of the log. Course
results are written only where they differ, so a run that is interrupted and repeated,
or runs twice at once, adds only what is missing.

Source: docs/rules.md 58, 61, 62, 64.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from attendance.audit.changes import Change, record_changes
from attendance.calculating.sessions import calculate_sessions
from attendance.decisions.answering import answer_decides, let_answer_decide
from attendance.decisions.carried_answers import carry_answers
from attendance.decisions.event_decisions import derive_event_decisions
from attendance.decisions.locked_rows import DecisionBefore, change_of, write_rows
from attendance.evidence.due import Selection
from attendance.locks import lock_event_results
from attendance.models import SOURCE_LABELS, Attendance, Status
from attendance.rules.precedence import SYSTEM_DEFAULT
from core.error_text import error_text
from core.errors import Conflict
from events.locks import lock_event, lock_people
from events.models import Event, EventState, Participant, User
from events.roster.places import let_move_up
from sessions_app.ends import END
from sessions_app.models import LiveSession

logger = logging.getLogger(__name__)

PEOPLE_AT_ONCE = 500
# How long a session that cannot be calculated delays the completion of its event.
WAITS_AT_MOST = timedelta(hours=1)

# No event ends before this; the index event_to_complete is ordered by it.
_NOT_BEFORE = "coalesce(e.ends_at, e.starts_at)"

# Scheduled events whose end has passed. That all sessions are calculated is asked by an
# aggregate: for a NOT EXISTS Postgres would read all sessions as soon as one event is
# due.
_DUE = f"""
    SELECT {_NOT_BEFORE}, e.id FROM events_event e
    WHERE e.state = 'scheduled' AND e.reopened_at IS NULL
        AND {_NOT_BEFORE} <= %(now)s AND {END} <= %(now)s
        AND (
            {END} <= %(waited)s OR (
                SELECT bool_and(k.calculated_at IS NOT NULL)
                FROM sessions_app_livesession s
                LEFT JOIN attendance_sessioncalculation k ON k.session_id = s.id
                WHERE s.event_id = e.id AND s.cancelled_at IS NULL
            ) IS NOT FALSE
        )
        AND ({_NOT_BEFORE}, e.id) > (%(after)s, %(id)s)
    ORDER BY {_NOT_BEFORE}, e.id LIMIT 1
"""


@dataclass(slots=True)
class Completed:
    """The result of completing one event.

    Attributes:
        people: Number of people who were looked at.
        changes: Number of changed course results, by new status.
        error: Why the completion failed; empty if it did not.
    """

    event_id: int
    people: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    batches: int = 0
    error: str = ""


def complete_due_events(*, now: datetime) -> list[Completed]:
    """Complete every scheduled event whose end has passed.

    An event waits until its sessions are calculated, for an hour at most; sessions
    never calculated by then (no worker ran, or the session was created later) are
    calculated first. Reopened events are left to people. An event that fails does not
    stop the others, and is retried by the next run.
    """
    completed = []
    for event_id in _due(now):
        try:
            calculate_uncalculated(event_id, now)
            completed.append(_complete(event_id))
        except Exception as error:
            logger.exception(
                "An event could not be completed.",
                extra={"op": "complete_event", "event": event_id},
            )
            completed.append(Completed(event_id, error=error_text(error)))
    return completed


def complete_event(*, event: Event, now: datetime) -> Completed:
    """Complete an event on request; sessions that are due are calculated first.

    Raises:
        Conflict: The event is a draft or cancelled, one of its sessions has not ended,
            or it has none and has not begun.
    """
    if event.state not in (EventState.SCHEDULED, EventState.COMPLETED):
        raise Conflict(
            "not_scheduled",
            _(
                "Only a published event can be completed. This one is a draft or "
                "cancelled."
            ),
        )
    sessions = list(LiveSession.objects.filter(event=event, cancelled_at=None))
    if not sessions and now < event.starts_at:
        raise Conflict(
            "not_begun",
            _("The event has not begun, so nobody can have come yet."),
            starts_at=event.starts_at,
        )
    for session in sessions:
        if session.end > now:
            raise Conflict(
                "session_running",
                _("The session “%(title)s” has not ended yet.")
                % {"title": session.title},
                session=session.pk,
            )
    _calculate(LiveSession.objects.filter(event=event), now)
    return _complete(event.pk)


@transaction.atomic
def reopen_event(*, event: Event, by: User, now: datetime) -> Event:
    """Undo the completion of an event; decisions of people stay.

    Own answers that a derived result had outranked decide again.

    If the event is not over, who waits moves up into places that became free meanwhile.

    Raises:
        Conflict: The event is not completed.
    """
    lock_people(event.organization_id)
    locked = lock_event(event.pk)
    if locked.state != EventState.COMPLETED:
        raise Conflict("not_completed", _("The event is not completed."))
    locked.state, locked.reopened_at = EventState.SCHEDULED, now
    locked.save(update_fields=["state", "reopened_at"])
    let_move_up(locked)
    lock_event_results([locked.pk])
    by_system = Attendance.objects.filter(event=locked, session=None).exclude(
        derived=False, source__in=_BY_PEOPLE
    )
    rows = list(by_system.exclude(source=None).select_for_update(no_key=True))
    before = {row.pk: DecisionBefore(row.status, row.source) for row in rows}
    for row in rows:
        row.status, row.source, row.derived = Status.UNKNOWN, None, False
        row.updated_at = now
        if answer_decides(row):
            let_answer_decide(row)
    write_rows(rows)
    changes = [change_of(row, before[row.pk], "") for row in rows]
    record_changes(changes, actor_id=by.pk)
    return locked


# Course results that no person decided are derived, or have the default's source.
_BY_PEOPLE = [source for source in SOURCE_LABELS if source != SYSTEM_DEFAULT]


def calculate_uncalculated(event_id: int, now: datetime) -> None:
    """Calculate the sessions of an event that were never calculated, and have ended.

    So nobody is absent, or asked, only for lack of a calculation. Others stay as they
    are: nobody checks the result here, and their facts may be from before this
    installation, and missing in it.
    """
    sessions = LiveSession.objects.filter(event=event_id)
    _calculate(sessions.filter(calculation__calculated_at=None), now)


def _calculate(sessions: QuerySet[LiveSession], now: datetime) -> None:
    for session in sessions.filter(cancelled_at=None):
        calculate_sessions(Selection(now=now, session_id=session.pk))


def _due(now: datetime) -> Iterator[int]:
    values = {"now": now, "waited": now - WAITS_AT_MOST}
    after: dict[str, Any] = {"after": "-infinity", "id": 0}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_DUE, values | after)
            row = cursor.fetchone()
        if row is None:
            return
        after = {"after": row[0], "id": row[1]}
        yield row[1]


def _complete(event_id: int) -> Completed:
    """Write the course results of everybody in batches, then close the event.

    If somebody cancels or reopens the event meanwhile, nothing more is written.
    """
    done = Completed(event_id)
    _carry_answers(event_id)
    reopened = Event.objects.values_list("reopened_at", flat=True).get(pk=event_id)
    started = time.monotonic()
    after = 0
    while True:
        began = time.monotonic()
        with transaction.atomic():
            if not _may_continue(event_id, reopened):
                return done
            lock_event_results([event_id])
            people = _next_people(event_id, after)
            changes = derive_event_decisions(people, completing=True)
            record_changes(changes)
            if not people:
                _close(event_id)
        if not people:
            break
        after = people[-1]
        done.people += len(people)
        done.batches += 1
        done.changes.update(change.to_status for change in changes)
        _log("complete_event_batch", event_id, len(people), changes, began)
    logger.info(
        "An event was completed.",
        extra={
            "op": "complete_event",
            "event": event_id,
            "people": done.people,
            "changed": done.changes.total(),
            "statuses": dict(done.changes),
            "batches": done.batches,
            "duration_ms": _milliseconds_since(started),
        },
    )
    return done


@transaction.atomic
def _carry_answers(event_id: int) -> None:
    """Let own answers stand where they count by now."""
    carry_answers(lock_event(event_id))


def _may_continue(event_id: int, reopened: datetime | None) -> bool:
    """Lock the event, and return whether it was neither cancelled nor reopened."""
    try:
        event = lock_event(event_id)
    except Event.DoesNotExist:
        return False
    return (
        event.state in (EventState.SCHEDULED, EventState.COMPLETED)
        # None if another run has completed it in the meantime.
        and event.reopened_at in (reopened, None)
    )


def _next_people(event_id: int, after: int) -> list[int]:
    people = Participant.objects.in_reports().filter(event=event_id, pk__gt=after)
    return list(people.order_by("pk").values_list("pk", flat=True)[:PEOPLE_AT_ONCE])


def _close(event_id: int) -> None:
    Event.objects.filter(pk=event_id, state=EventState.SCHEDULED).update(
        state=EventState.COMPLETED, reopened_at=None
    )


def _log(
    op: str, event_id: int, people: int, changes: Sequence[Change], began: float
) -> None:
    logger.info(
        "A batch of an event was decided.",
        extra={
            "op": op,
            "event": event_id,
            "people": people,
            "changed": len(changes),
            "statuses": dict(Counter(change.to_status for change in changes)),
            "duration_ms": _milliseconds_since(began),
        },
    )


def _milliseconds_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
