"""Writes the prompts that are due: an hour after an event has ended.

Which events are due is a query, so that nothing is lost if no worker runs for a while.
Events that ended over 14 days ago are left alone: a first start on old data mails
nobody.

Source: docs/rules.md 180.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from attendance.completion.completing import calculate_uncalculated
from attendance.decisions.answering import ANSWERS_COUNT_FOR
from events.models import Event, Participant
from notifications.models import AttendancePrompt, PromptedEvent
from notifications.prompts.asking import read_asked
from sessions_app.ends import END

AFTER_THE_END = timedelta(hours=1)

# An event is looked at again when its roster has changed.
_DUE = f"""
    SELECT e.id, {END} + %(after)s
    FROM events_event e
    JOIN events_organization o ON o.id = e.organization_id
    LEFT JOIN notifications_promptedevent done ON done.event_id = e.id
    WHERE e.state IN ('scheduled', 'completed') AND o.sends_prompts
        AND done.roster_changed_at IS DISTINCT FROM e.roster_changed_at
        AND {END} <= %(now)s - %(after)s AND {END} > %(now)s - %(within)s
    ORDER BY e.id
"""


def prepare_due_prompts(*, now: datetime) -> int:
    """Write the first prompts of events that ended an hour ago; return their number.

    Sessions that were never calculated are calculated first, so that nobody who was
    seen is asked whether they came.
    """
    values: dict[str, Any] = {
        "now": now,
        "after": AFTER_THE_END,
        "within": ANSWERS_COUNT_FOR,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, values)
        due = cursor.fetchall()
    written = 0
    for event_id, due_at in due:
        calculate_uncalculated(event_id, now)
        written += _prepare(event_id, due_at)
    return written


@transaction.atomic
def _prepare(event_id: int, due_at: datetime) -> int:
    event = Event.objects.select_for_update(no_key=True).get(pk=event_id)
    places = Participant.objects.filter(event=event, prompts=None).order_by("pk")
    asked = read_asked(list(places.values_list("pk", flat=True)))
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
    AttendancePrompt.objects.bulk_create(prompts, ignore_conflicts=True)
    PromptedEvent.objects.update_or_create(
        event=event, defaults={"roster_changed_at": event.roster_changed_at}
    )
    return len(prompts)
