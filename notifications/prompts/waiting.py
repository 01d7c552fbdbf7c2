"""How many mails of prompts wait, and why."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q

from attendance.decisions.answering import ANSWERS_COUNT_FOR
from notifications.models import AttendancePrompt, NotMailed, PromptedEvent

# A worker that runs has tried a mail by then.
MAILS_ARE_LATE = timedelta(minutes=15)


class WaitingMails(NamedTuple):
    """Numbers of mails of prompts.

    Attributes:
        late: Nobody has tried to send them, and somebody should have.
        delayed: They were not taken, and are tried again.
        ahead: They are to be sent later, or soon.
        refused: In the last 14 days, their address turned out to take no mail.
        failing: Events whose people could not be looked at, which is tried again.
    """

    late: int
    delayed: int
    ahead: int
    refused: int
    failing: int


def waiting_mails(now: datetime) -> WaitingMails:
    """Return how many mails wait for what; three queries."""
    is_free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    late = Q(send_at__lte=now - MAILS_ARE_LATE) & is_free
    waiting = AttendancePrompt.objects.filter(send_at__isnull=False).aggregate(
        late=Count("pk", filter=late),
        delayed=Count("pk", filter=~late & Q(failures__gt=0)),
        ahead=Count("pk", filter=~late & Q(failures=0)),
    )
    refused = AttendancePrompt.objects.filter(
        not_mailed=NotMailed.REFUSED, due_at__gt=now - ANSWERS_COUNT_FOR
    )
    failing = PromptedEvent.objects.filter(
        failures__gt=0, due_at__gt=now - ANSWERS_COUNT_FOR
    )
    return WaitingMails(**waiting, refused=refused.count(), failing=failing.count())
