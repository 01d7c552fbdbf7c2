"""Sends the mails of prompts that are due.

A batch is claimed by moving its ``send_at`` on, in one transaction with the tokens of
its links; then each mail is sent, and noted. Whoever is killed in between has one mail
sent that is not noted: it is sent again once the lease is over, with the same
Message-ID.

Source: docs/rules.md 182, 198, 199.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet

from core.error_text import error_text
from core.mail_server import MailNotSent, MailServer, open_connection
from core.mails import message_id, send, unsubscribe_headers
from core.operations import logged
from events.people.mailboxes import mail_language, note_refused
from notifications.models import AttendancePrompt, NotMailed, PromptToken
from notifications.prompts.claiming import ToSend, claim, is_any_due
from notifications.prompts.links import unsubscribe_url
from notifications.prompts.mails import prompt_mail

logger = logging.getLogger(__name__)

# A task each minute: the next one begins when this one has ended.
SECONDS_AT_MOST = 40
# How long a mail waits that was not taken: twice as long after each try.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)

# Without waiting for the disk, which would take as long as the mail. Only if the whole
# database server crashes are the mails of its last moment sent again.
_NOTE_SENT = """
    UPDATE notifications_attendanceprompt
    SET send_at = NULL, sent_at = %(now)s, failures = 0
    WHERE id = %(prompt)s AND set_config('synchronous_commit', 'off', true) = 'off'
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


def send_due_prompts(*, now: datetime) -> Sent:
    """Send the mails that are due, until the time of a run is over."""
    done = Sent()
    if not is_any_due(now):
        return done
    with logged(logger, "send_prompts", "Mails of prompts were sent.") as fields:
        try:
            with open_connection(seconds=SECONDS_AT_MOST) as server:
                while not server.gives_up and (batch := claim(now)):
                    _send_batch(batch, server, now, done)
        except MailNotSent:
            done.is_away = True
        fields |= {"sent": done.sent, "refused": done.refused, "later": done.later}
    return done


def _send_batch(
    batch: Sequence[ToSend], server: MailServer, now: datetime, done: Sent
) -> None:
    for number, each in enumerate(batch):
        if server.gives_up:
            return _give_back(batch[number:], now)
        try:
            _send(each, server)
        except MailNotSent as failed:
            _note_failed(each, failed, now, done)
        except Exception as error:  # Whatever is wrong with one, the others are due.
            logger.exception("A mail failed.", extra={"op": "send_prompts"})
            done.failed[each.prompt.pk] = error_text(error)
            _send_later(each, now)
        else:
            _note_sent(each, now)
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
        done.refused += 1
        with transaction.atomic():
            note_refused(each.prompt.participant.person)
            _row_of(each).update(send_at=None, not_mailed=NotMailed.REFUSED)
        return
    done.later += 1
    done.is_away |= why.is_away
    _send_later(each, now)


def _send_later(each: ToSend, now: datetime) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(each.prompt.failures, 10), LONGEST_PAUSE)
    _row_of(each).update(send_at=now + pause, failures=F("failures") + 1)


@transaction.atomic
def _give_back(batch: Sequence[ToSend], now: datetime) -> None:
    """Let others send what was claimed, and was not sent."""
    PromptToken.objects.filter(pk__in=[each.token.row.pk for each in batch]).delete()
    prompts = AttendancePrompt.objects.filter(pk__in=[each.prompt.pk for each in batch])
    prompts.exclude(send_at=None).update(send_at=now)


def _row_of(each: ToSend) -> QuerySet[AttendancePrompt]:
    return AttendancePrompt.objects.filter(pk=each.prompt.pk)
