"""Carries own answers along when the sessions of an event change.

People are asked about an event. Their answer stands at its only session, or at the
event itself; once that place is another one, because a session was added, cancelled or
restored, it is carried there, so that nobody who said that they were there becomes
absent by default.

Source: docs/rules.md 177.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from attendance.audit.changes import record_changes
from attendance.decisions.answering import answer_decides, let_answer_decide
from attendance.decisions.checking_in import place_of_check_in
from attendance.decisions.locked_rows import (
    DecisionBefore,
    change_of,
    lock_decisions,
    write_rows,
)
from attendance.decisions.marking import has_place
from attendance.decisions.place import Place
from attendance.decisions.written_decisions import write_and_log
from attendance.locks import lock_event_results
from attendance.models import Attendance, OwnAnswer, Status
from attendance.rules.precedence import SELF_REPORTED
from events.models import Event, EventState, Participant


def follow_sessions(sender: object, event: Event, **kwargs: object) -> None:
    """Carry answers after sessions of an event were added, cancelled or restored.

    A receiver of ``sessions_changed``, in the transaction that changed the sessions.
    """
    carry_answers(event)


def carry_answers(event: Event) -> None:
    """Let the newest answers stand where people would answer now.

    An answer that stands at one of several sessions stays there. One from before the
    only session began is not about that, nor one of somebody who had left by then.

    The caller is in a transaction, and has locked the event.
    """
    answers = _answers(event)
    if not answers or not _may_be_carried(event):
        return
    place = place_of_check_in(Place(event, None))
    if place.session is not None:
        begins_at = place.session.starts_at
        answers = [one for one in answers if one.at >= begins_at]
    else:
        standing = set(_standing(event).values_list("participant", flat=True))
        answers = [one for one in answers if one.participant_id not in standing]
    answers = [one for one in answers if has_place(place, one.participant)]
    if answers:
        _carry(place, answers)


def _answers(event: Event) -> list[OwnAnswer]:
    """Return the newest answer of each person but onlookers."""
    newest = OwnAnswer.objects.filter(
        participant__in=Participant.objects.in_reports().filter(event=event)
    )
    distinct = newest.order_by("participant_id", "-pk").distinct("participant_id")
    return list(distinct.select_related("participant"))


def _may_be_carried(event: Event) -> bool:
    uncancelled = Event.objects.exclude(state=EventState.CANCELLED)
    return uncancelled.filter(pk=event.pk).exists()


def _standing(event: Event) -> QuerySet[Attendance]:
    """Return the rows at which answers stand that are not void."""
    at_place = Q(session=None) | Q(session__cancelled_at=None)
    return Attendance.objects.filter(at_place, event=event).exclude(self_attended=None)


def _carry(place: Place, answers: Sequence[OwnAnswer]) -> None:
    decisions = lock_decisions(place, [one.participant for one in answers])
    twice = _answered_twice(place.event)
    moved, before = {}, {}
    for one in answers:
        row = decisions[one.participant_id]
        if row.self_attended is one.attended:
            continue
        before[row.participant_id] = DecisionBefore(row.status, row.source)
        row.self_attended, row.self_answered_at = one.attended, one.at
        row.self_answered_twice = (one.participant_id, one.at) in twice
        row.updated_at = one.at
        moved[row.participant_id] = row
    if place.session is not None:
        _clear_course_results(place.event, [one.participant_id for one in answers])
    reasons = {}
    for person, row in moved.items():
        if answer_decides(row):
            let_answer_decide(row)
            reasons[person] = ""
    if moved:
        write_and_log(place, moved, before, reasons, by=None)


def _answered_twice(event: Event) -> set[tuple[int, datetime | None]]:
    """Return who answered twice within seconds, and when last."""
    rows = Attendance.objects.filter(event=event, self_answered_twice=True)
    return set(rows.values_list("participant", "self_answered_at"))


def _clear_course_results(event: Event, people: Sequence[int]) -> None:
    """Take answers off the course results: they stand at the only session now."""
    lock_event_results([event.pk])
    rows = list(
        Attendance.objects.filter(session=None, participant__in=people)
        .exclude(self_attended=None)
        .select_for_update(of=("self",), no_key=True)
        .order_by("participant")
    )
    changes = []
    for row in rows:
        before = DecisionBefore(row.status, row.source)
        row.self_attended, row.self_answered_at = None, None
        row.self_answered_twice = False
        if row.source == SELF_REPORTED and not row.derived:
            row.status, row.source, row.marked_at = Status.UNKNOWN, None, None
            changes.append(change_of(row, before, "")._replace(follows=True))
    write_rows(rows)
    record_changes(changes)
