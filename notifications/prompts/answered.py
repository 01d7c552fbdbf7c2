"""Notes on prompts that people have answered.

Source: docs/rules.md 180.
"""

from datetime import datetime

from events.models import Participant
from notifications.models import AttendancePrompt


def note_answered(
    sender: object, participant: Participant, now: datetime, **kwargs: object
) -> None:
    """Note that somebody answered, so that they are not asked any more.

    A receiver of ``own_answer_given``, in the transaction of the answer.
    """
    open_ones = AttendancePrompt.objects.filter(
        participant=participant, answered_at=None, snoozed_at=None
    )
    open_ones.update(answered_at=now)
