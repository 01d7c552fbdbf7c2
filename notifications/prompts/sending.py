"""Sends the mails of prompts that are due.

A batch is claimed for some minutes, in one transaction with the tokens of its links;
then each mail is sent, and noted. Whoever is killed in between has one mail sent that
is not noted: it is sent again once the lease is over, with the same Message-ID.

Source: docs/rules.md 182, 198, 199.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from core.error_text import error_text
from core.mail_server import MailNotSent, MailServer, open_connection
from core.mails import message_id, send, unsubscribe_headers
from core.operations import logged
from events.people.mailboxes import mail_language, note_refused
from notifications.models import AttendancePrompt, NotMailed, PromptToken
from notifications.prompts.claiming import ToSend, claim, is_any_due
from notifications.prompts.links import unsubscribe_url
from notifications.prompts.mails import prompt_mail
from notifications.prompts.pauses import pause_after

logger = logging.getLogger(__name__)

# A task each minute: the next one begins when this one has ended.
SECONDS_AT_MOST = 40

# Without waiting for the disk, which would take as long as the mail. Only if the whole
# database server crashes are the mails of its last moment sent again.
_NOTE_SENT = """
    UPDATE notifications_attendanceprompt
    SET send_at = NULL, claimed_until = NULL, sent_at = %(now)s, failures = 0
    WHERE id = %(prompt)s AND sent_at IS NULL
        AND set_config('synchronous_commit', 'off', true) = 'off'
"""


@dataclass(slots=True)
class Sent:
    """What became of the mails that were due.

    Attributes:
        sent: How many were taken.
        refused: How many have an address that takes no mail.
        later: How many were not taken, and are tried again.
        failed: Why mails could not be made, by id of the prompt.
        is_away: The mail server does not answer, or breaks off.
    """

    sent: int = 0
    refused: int = 0
    later: int = 0
    failed: dict[int, str] = field(default_factory=dict)
    is_away: bool = False


Clock = Callable[[], datetime]


def send_due_prompts(*, now: datetime | None = None) -> Sent:
    """Send the mails that are due, until the time of a run is over.

    Args:
        now: The time, which then stands still; None: what the clock says, each time
            that it matters.
    """
    done, clock = Sent(), timezone.now if now is None else lambda: now
    if not is_any_due(clock()):
        return done
    with logged(logger, "send_prompts", "Mails of prompts were sent.") as fields:
        try:
            with open_connection(seconds=SECONDS_AT_MOST) as server:
                while not server.gives_up and ((batch := claim(clock())) is not None):
                    _send_batch(batch, server, clock, done)
        except MailNotSent:
            done.is_away = True
        fields |= {"sent": done.sent, "refused": done.refused, "later": done.later}
    return done


def _send_batch(
    batch: Sequence[ToSend], server: MailServer, clock: Clock, done: Sent
) -> None:
    for number, each in enumerate(batch):
        if server.gives_up:
            return _give_back(batch[number:])
        try:
            _send(each, server)
        except MailNotSent as failed:
            _note_failed(each, failed, clock(), done)
        except Exception as error:  # Whatever is wrong with one, the others are due.
            logger.exception("A mail failed.", extra={"op": "send_prompts"})
            done.failed[each.prompt.pk] = error_text(error)
            _send_later(each, clock())
        else:
            _note_sent(each, clock())
            done.sent += 1
    return None


def _send(each: ToSend, server: MailServer) -> None:
    place = each.prompt.participant
    unsubscribe = unsubscribe_url(each.token.secret)
    headers = {"Message-ID": message_id("prompt", each.prompt.pk)}
    send(
        lambda: prompt_mail(place, each.question, each.token.secret, until=each.until),
        to=place.email,
        language=mail_language(place),
        headers=headers | unsubscribe_headers(unsubscribe),
        server=server,
    )


def _note_sent(each: ToSend, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_SENT, {"prompt": each.prompt.pk, "now": now})


def _note_failed(each: ToSend, why: MailNotSent, now: datetime, done: Sent) -> None:
    if why.is_refused:
        done.refused += _note_refused(each)
        return
    done.later += 1
    done.is_away |= why.is_away
    _send_later(each, now)


@transaction.atomic
def _note_refused(each: ToSend) -> bool:
    """Note that an address takes no mail; return whether it still is theirs.

    If it was mended meanwhile, the mail is due at once.
    """
    prompt, is_theirs = _held(each), note_refused(each.prompt.participant.person)
    if is_theirs:
        prompt.update(send_at=None, claimed_until=None, not_mailed=NotMailed.REFUSED)
    else:
        prompt.update(claimed_until=None)
    return is_theirs


def _send_later(each: ToSend, now: datetime) -> None:
    pause = pause_after(each.prompt.failures)
    _held(each).update(
        send_at=now + pause, claimed_until=None, failures=F("failures") + 1
    )


@transaction.atomic
def _give_back(batch: Sequence[ToSend]) -> None:
    """Let others send what was claimed, and was not sent."""
    PromptToken.objects.filter(pk__in=[each.token.row.pk for each in batch]).delete()
    prompts = _held(*batch).locked()
    prompts.update(claimed_until=None)


def _held(*claimed: ToSend) -> Any:
    """Return the rows that are still to be sent, and that nobody else has claimed."""
    return AttendancePrompt.objects.filter(
        pk__in=[each.prompt.pk for each in claimed],
        claimed_until__in={each.prompt.claimed_until for each in claimed},
        send_at__isnull=False,
        sent_at=None,
    )
