"""Writes the prompts that are due: an hour after an event has ended.

Which events are due is a query, so that nothing is lost if no worker runs for a while.
Events that ended over 14 days ago are left alone: a first start on old data mails
nobody.

Source: docs/rules.md 180.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from attendance.completion.completing import calculate_uncalculated
from attendance.decisions.answering import ANSWERS_COUNT_FOR
from core.error_text import error_text
from core.sql import sql_values
from events.locks import lock_event, lock_people
from events.models import DEFAULT_EVENT_LENGTH, Event, EventState, Participant
from events.roster.viewers import add_viewers
from notifications.models import (
    AttendancePrompt,
    AttendancePromptQuerySet,
    NotMailed,
    PromptedEvent,
)
from notifications.prompts.asking import read_asked
from notifications.prompts.pauses import pause_after
from sessions_app.ends import END, end_of

logger = logging.getLogger(__name__)

AFTER_THE_END = timedelta(hours=1)
AT_ONCE = 1_000
# Of drafts, and of events that were cancelled, nobody is asked.
ASKED_ABOUT = (EventState.SCHEDULED, EventState.COMPLETED)

# Events that ended lately, by their own end or that of a session, and those of which
# people were asked: they may have been moved since, or have other people.
_DUE = f"""
    WITH candidate AS (
        SELECT id AS event_id FROM events_event
        WHERE state IN ({sql_values(ASKED_ABOUT)})
            AND greatest(ends_at, starts_at) <= %(now)s - %(after)s
            AND greatest(ends_at, starts_at) > %(now)s - %(within)s - %(default)s
        UNION
        SELECT event_id FROM sessions_app_livesession
        WHERE cancelled_at IS NULL
            AND coalesce(ended_at, ends_at) <= %(now)s - %(after)s
            AND coalesce(ended_at, ends_at) > %(now)s - %(within)s
        UNION
        SELECT event_id FROM notifications_promptedevent
        WHERE due_at > %(now)s - %(within)s
    )
    SELECT event.id, event.organization_id, event.end_at FROM candidate
    -- One by one: few of all events are candidates.
    CROSS JOIN LATERAL (
        SELECT e.*, {END} AS end_at, done.due_at, done.retry_at,
            done.roster_changed_at AS looked_at
        FROM events_event e
        LEFT JOIN notifications_promptedevent done ON done.event_id = e.id
        WHERE e.id = candidate.event_id OFFSET 0
    ) event
    JOIN events_organization o ON o.id = event.organization_id
    WHERE event.state IN ({sql_values(ASKED_ABOUT)}) AND o.sends_prompts
        AND event.end_at > %(now)s - %(within)s
        AND (event.retry_at IS NULL OR event.retry_at <= %(now)s)
        AND (
            event.due_at <> event.end_at + %(after)s
            OR event.end_at <= %(now)s - %(after)s
            AND event.looked_at IS DISTINCT FROM event.roster_changed_at
        )
    ORDER BY event.end_at, event.id
"""


@dataclass(slots=True)
class Prepared:
    """How many prompts were written, and why it failed, by event."""

    written: int = 0
    failed: dict[int, str] = field(default_factory=dict)


def prepare_due_prompts(*, now: datetime | None = None) -> Prepared:
    """Write the first prompts of events that ended an hour ago.

    Sessions that were never calculated are calculated first, so that nobody who was
    seen is asked whether they came. An event that fails does not stop the others, and
    is tried again after a pause, which grows.

    Args:
        now: The time, which then stands still; None: what the clock says, each time
            that it matters.
    """
    done, clock = Prepared(), timezone.now if now is None else lambda: now
    for event_id, organization_id, ended_at in _due(clock()):
        try:
            calculate_uncalculated(event_id, clock())
            done.written += _prepare(event_id, organization_id, clock())
        except Exception as error:
            logger.exception(
                "The prompts of an event could not be written.",
                extra={"op": "prepare_prompts", "event": event_id},
            )
            done.failed[event_id] = error_text(error)
            _try_later(event_id, ended_at, clock())
    return done


def _due(now: datetime) -> list[tuple[int, int, datetime]]:
    values: dict[str, Any] = {
        "now": now,
        "after": AFTER_THE_END,
        "within": ANSWERS_COUNT_FOR,
        "default": DEFAULT_EVENT_LENGTH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, values)
        return [(event, organization, at) for event, organization, at in cursor]


def _try_later(event_id: int, ended_at: datetime, now: datetime) -> None:
    # It may have been deleted meanwhile.
    with suppress(IntegrityError), transaction.atomic():
        prompted, _is_new = PromptedEvent.objects.select_for_update().get_or_create(
            event_id=event_id, defaults={"due_at": ended_at + AFTER_THE_END}
        )
        prompted.retry_at = now + pause_after(prompted.failures)
        prompted.failures += 1
        prompted.save(update_fields=["retry_at", "failures"])


@transaction.atomic
def _prepare(event_id: int, organization_id: int, now: datetime) -> int:
    """Write the prompts of an event that are missing, and move those that are there."""
    lock_people(organization_id)
    event = lock_event(event_id)
    if event.state not in ASKED_ABOUT:
        return 0
    due_at = end_of(event) + AFTER_THE_END
    is_due = due_at <= now
    if is_due and event.prompt_viewers:
        add_viewers(event, before=end_of(event))
    # Locked before people are looked at: marks that are undone meanwhile come after.
    done = PromptedEvent.objects.select_for_update().filter(event=event).first()
    if done and done.due_at != due_at:
        _move(event, done.due_at, due_at, now)
    written = _write(event, due_at, now) if is_due else 0
    PromptedEvent.objects.update_or_create(
        event=event,
        defaults={
            "due_at": due_at,
            "roster_changed_at": event.roster_changed_at if is_due else None,
            "failures": 0,
            "retry_at": None,
        },
    )
    return written


def _move(event: Event, before: datetime, due_at: datetime, now: datetime) -> None:
    """Let the prompts of an event that are not sent be due when it ends now.

    Those due then are due now; others, by hand or after snoozing, not before. What a
    mail server has not taken yet keeps its pause.
    """
    unsent = _unsent(event).locked()
    moved = Case(
        When(due_at=before, then=Value(due_at)),
        default=Greatest(F("due_at"), Value(due_at)),
    )
    unsent.update(due_at=moved)
    unsent.update(
        send_at=Case(
            When(failures__gt=0, then=Greatest(F("due_at"), F("send_at"), Value(now))),
            default=Greatest(F("due_at"), Value(now)),
        ),
        not_mailed="",
    )


def _unsent(event: Event) -> AttendancePromptQuerySet:
    return AttendancePrompt.objects.filter(
        participant__event=event, sent_at=None, answered_at=None, snoozed_at=None
    )


def _write(event: Event, due_at: datetime, now: datetime) -> int:
    places = Participant.everybody.filter(event=event).order_by("pk")
    new = places.filter(prompts=None).values_list("pk", flat=True)
    asked = read_asked(list(new))
    prompts = [
        AttendancePrompt(
            organization_id=event.organization_id,
            participant_id=one.participant_id,
            due_at=due_at,
            send_at=due_at,
        )
        for one in asked
        if one.question and not one.has_answered
    ]
    AttendancePrompt.objects.bulk_create(
        prompts, batch_size=AT_ONCE, ignore_conflicts=True
    )
    # Who did not need to be asked may have come back to the roster.
    needless = _unsent(event).filter(not_mailed=NotMailed.NEEDLESS)
    needless.locked().update(send_at=Greatest(F("due_at"), Value(now)), not_mailed="")
    return len(prompts)
