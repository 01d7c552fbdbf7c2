"""Writes the notifications of prompts that are due.

Which are missing is a query, so that accounts that come later get those of prompts that
are still open; and whoever is sent no mail gets them, too.

Source: docs/rules.md 203.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from attendance.decisions.answering import ANSWERS_COUNT_FOR
from core.operations import logged
from notifications.models import (
    AttendancePrompt,
    Notification,
    NotificationType,
    PromptState,
)
from notifications.own_prompts.listing import read_prompts

logger = logging.getLogger(__name__)

AT_ONCE = 1000


def write_notifications(*, now: datetime) -> int:
    """Write those that are missing; return their number."""
    message = "wrote notifications"
    with logged(logger, "write_notifications", message) as fields:
        missing = _without_notification(now)
        fields["written"] = sum(
            _write(missing[first : first + AT_ONCE], now)
            for first in range(0, len(missing), AT_ONCE)
        )
    return int(fields["written"])


def _without_notification(now: datetime) -> Sequence[int]:
    """Return the ids of open prompts of people whose accounts were not told yet."""
    theirs = Notification.objects.filter(
        prompt=OuterRef("pk"), user=OuterRef("participant__person__user")
    )
    # The index prompt_open has those that are not answered or snoozed.
    prompts: Any = AttendancePrompt.objects.with_state(now)
    missing = prompts.filter(
        ~Exists(theirs),
        answered_at=None,
        snoozed_at=None,
        due_at__lte=now,
        due_at__gt=now - ANSWERS_COUNT_FOR,
        state=PromptState.PENDING,
        participant__person__user__isnull=False,
    )
    return list(missing.order_by("pk").values_list("pk", flat=True))


def _write(ids: Sequence[int], now: datetime) -> int:
    """Write notifications of some prompts that still ask something."""
    prompts = AttendancePrompt.objects.with_state(now).filter(pk__in=ids)
    rows = [
        Notification(
            user_id=own.place.user_id,
            organization_id=own.prompt.organization_id,
            type=NotificationType.ATTENDANCE_PROMPT,
            prompt=own.prompt,
        )
        for own in read_prompts(prompts.select_related("participant__person"))
        if own.is_open and own.place.user_id is not None
    ]
    # Another worker may write the same.
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
