"""Asking those after all who were marked as absent or excused, once that is undone.

Source: docs/rules.md 180.
"""

from collections.abc import Sequence

from django.utils import timezone

from attendance.audit.changes import Change
from attendance.decisions.answering import ANSWERS_COUNT_FOR
from attendance.rules.precedence import ADMIN_OVERRIDE, MANUAL, PARENT_REPORTED
from attendance.rules.statuses import MARKED_AWAY
from events.models import Participant
from notifications.models import PromptedEvent

_MARKS = (MANUAL, PARENT_REPORTED, ADMIN_OVERRIDE)


def look_again(sender: object, changes: Sequence[Change], **kwargs: object) -> None:
    """Let people of events be looked at again by the next run.

    A receiver of ``attendance_changed``.
    """
    freed = {
        change.participant_id
        for change in changes
        if change.from_status in MARKED_AWAY
        # A person may have applied what was calculated, which can be undone.
        and (change.from_source in _MARKS or change.undoes_id is not None)
        and not (change.to_status in MARKED_AWAY and change.source in _MARKS)
    }
    if not freed:
        return
    places = Participant.everybody.filter(pk__in=freed)
    looked_at = PromptedEvent.objects.filter(
        event__in=places.values("event"),
        due_at__gt=timezone.now() - ANSWERS_COUNT_FOR,
        roster_changed_at__isnull=False,
    ).order_by("pk")
    # Locked in order, since undoing may free people of many events.
    in_order = looked_at.select_for_update(no_key=True).values("pk")
    PromptedEvent.objects.filter(pk__in=in_order).update(roster_changed_at=None)
