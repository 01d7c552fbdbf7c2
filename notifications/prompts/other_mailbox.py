"""What follows for prompts when people get another address: who can be mailed is.

Links that went to another mailbox end with the personal link (``links.py``).

Source: docs/rules.md 200.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Value
from django.db.models.functions import Greatest

from notifications.models import AttendancePrompt, NotMailed


def follow_mailbox(
    sender: object, people: Sequence[int], now: datetime, **kwargs: object
) -> None:
    """Mail whom no mail could reach before, if answers still count by then.

    A receiver of ``mailboxes_changed``.
    """
    AttendancePrompt.objects.filter(
        participant__person__in=people,
        not_mailed__in=[NotMailed.NO_ADDRESS, NotMailed.REFUSED],
        answered_at=None,
        snoozed_at=None,
    ).locked().update(not_mailed="", send_at=Greatest(F("due_at"), Value(now)))
