"""Everything that is done each minute so that people are asked, step by step.

A step that fails stops no other one.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import OperationalError
from django.utils import timezone

from core.error_text import error_text
from notifications.bell.writing import write_notifications
from notifications.prompts.preparing import Prepared, prepare_due_prompts
from notifications.prompts.sending import Sent, send_due_prompts

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Done:
    """What a run has done, and what failed and why."""

    prompts: int = 0
    notifications: int = 0
    mails: Sent = field(default_factory=Sent)
    failed: list[str] = field(default_factory=list)

    def prepare(self, now: datetime | None) -> None:
        """Write the prompts that are due."""
        prepared: Prepared = prepare_due_prompts(now=now)
        self.prompts = prepared.written
        self.failed += [f"event {pk}: {why}" for pk, why in prepared.failed.items()]

    def notify(self, now: datetime | None) -> None:
        """Write their notifications."""
        self.notifications = write_notifications(now=now or timezone.now())

    def send(self, now: datetime | None) -> None:
        """Send their mails."""
        self.mails = mails = send_due_prompts(now=now)
        self.failed += [f"prompt {pk}: {why}" for pk, why in mails.failed.items()]
        if mails.is_away:
            self.failed.append("The mail server does not answer, or breaks off.")


def ask_people(*, now: datetime | None = None) -> Done:
    """Write the prompts that are due and their notifications, and send the mails.

    Args:
        now: The time, which then stands still; None: what the clock says, each time
            that it matters.
    """
    done = Done()
    steps: list[Callable[[datetime | None], None]] = [
        done.prepare,
        done.notify,
        done.send,
    ]
    for step in steps:
        try:
            step(now)
        except OperationalError:
            # Without the database there is no other step, either.
            raise
        except Exception as error:  # The others are due all the same.
            logger.exception("A step of asking people failed.", extra={"op": "ask"})
            done.failed.append(f"{step.__name__}: {error_text(error)}")
    return done
