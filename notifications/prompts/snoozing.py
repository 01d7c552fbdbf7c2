"""Asking again later: at the next 9:00 on the clocks of whoever is asked.

Source: docs/rules.md 183.
"""

from datetime import datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.decisions.answering import answers_count_until
from core.errors import Conflict
from core.times import instants_of
from events.accounts.clocks import zone_of_place
from events.locks import lock_event
from events.models import EventState, Participant
from notifications.models import AttendancePrompt

NINE = time(9)


def next_nine(now: datetime, time_zone: str) -> datetime:
    """Return the first instant after ``now`` at which clocks of a zone show 9:00. Pure.

    That is today's before 9:00, else tomorrow's; the day after that where a zone has
    crossed the date line and has no tomorrow.

    Args:
        now: Aware, in any zone.
        time_zone: The name of the zone.
    """
    today = now.astimezone(ZoneInfo(time_zone)).date()
    return next(
        instant
        for days in count()
        for instant in instants_of(
            datetime.combine(today + timedelta(days), NINE), time_zone
        )
        if instant > now
    )


def asked_again_at(place: Participant, *, now: datetime) -> datetime | None:
    """Return when somebody would be asked again; None: answers do not count then."""
    again_at = next_nine(now, zone_of_place(place))
    return again_at if again_at < answers_count_until(place) else None


@transaction.atomic
def snooze(prompt: AttendancePrompt, *, now: datetime) -> AttendancePrompt:
    """Ask again at the next 9:00 instead, which uses up the second prompt.

    Of several at once one is heard, and none after an answer.

    Args:
        prompt: The first prompt, with participant and event.
        now: The present time.

    Returns:
        The second prompt.

    Raises:
        Conflict: It is answered, was snoozed, is the second, its event is cancelled, or
            answers will not count any more at that time.
    """
    lock_event(prompt.participant.event_id)
    prompt = AttendancePrompt.objects.select_related("participant__event").get(
        pk=prompt.pk
    )
    again_at = _must_be_open(prompt, now)
    prompt.snoozed_at, prompt.send_at = now, None
    prompt.save(update_fields=["snoozed_at", "send_at"])
    return AttendancePrompt.objects.create(
        organization_id=prompt.organization_id,
        participant=prompt.participant,
        number=2,
        due_at=again_at,
        send_at=again_at,
    )


def _must_be_open(prompt: AttendancePrompt, now: datetime) -> datetime:
    if prompt.answered_at:
        raise Conflict("answered", _("You have answered already."))
    if prompt.snoozed_at or prompt.number > 1:
        raise Conflict(
            "asked_twice", _("You will not be asked a third time; answer once you can.")
        )
    place = prompt.participant
    if place.event.state == EventState.CANCELLED:
        raise Conflict("event_cancelled", _("The event is cancelled."))
    again_at = asked_again_at(place, now=now)
    if again_at is None:
        raise Conflict(
            "too_late",
            _("Answers do not count any more by then. Answer now."),
            until=answers_count_until(place),
        )
    return again_at
