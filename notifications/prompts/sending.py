"""Sends the mails of prompts that are due.

Source: docs/rules.md 182.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from core.mails import MailNotSent, open_connection, send
from events.models import Person
from notifications.models import AttendancePrompt, NotMailed, PromptToken
from notifications.prompts.asking import Question, read_asked
from notifications.prompts.links import NewToken, new_token
from notifications.prompts.mails import language_of, prompt_mail

logger = logging.getLogger(__name__)

AT_ONCE = 100
# Within this time whoever claimed a mail has sent it, or is gone.
LEASE = timedelta(minutes=5)

_CLAIM = """
    UPDATE notifications_attendanceprompt SET send_at = %(until)s
    WHERE id IN (
        SELECT id FROM notifications_attendanceprompt WHERE send_at <= %(now)s
        ORDER BY send_at, id LIMIT %(number)s FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""


class ToSend(NamedTuple):
    """A claimed prompt, what it asks, and its new token."""

    prompt: AttendancePrompt
    question: Question
    token: NewToken


def send_due_prompts(*, now: datetime) -> int:
    """Send the mails that are due; return how many were sent."""
    sent = 0
    while batch := _claim(now):
        with open_connection() as server:
            for each in batch:
                sent += _send(each, server, now)
    return sent


@transaction.atomic
def _claim(now: datetime) -> Sequence[ToSend]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"until": now + LEASE, "now": now, "number": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    prompts = AttendancePrompt.objects.filter(pk__in=ids).select_related(
        "participant__event__organization", "participant__person__user"
    )
    asked = {
        one.participant_id: one
        for one in read_asked([prompt.participant_id for prompt in prompts])
    }
    batch = []
    for prompt in prompts:
        one = asked[prompt.participant_id]
        place = prompt.participant
        if one.question is None or one.has_answered:
            prompt.not_mailed = NotMailed.NEEDLESS
        elif not place.person.takes_mail:
            prompt.not_mailed = NotMailed.NO_ADDRESS
        else:
            batch.append(ToSend(prompt, one.question, new_token(place)))
            continue
        prompt.send_at = None
        prompt.save(update_fields=["send_at", "not_mailed"])
    PromptToken.objects.bulk_create(each.token.row for each in batch)
    return batch


def _send(each: ToSend, server: object, now: datetime) -> bool:
    prompt, place = each.prompt, each.prompt.participant
    try:
        send(
            lambda: prompt_mail(place, each.question, each.token.secret),
            to=place.email,
            language=language_of(place),
            connection=server,  # type: ignore[arg-type]
        )
    except MailNotSent as failed:
        if failed.is_refused:
            Person.objects.filter(pk=place.person_id).update(
                refused_email=place.person.folded_email
            )
        return False
    AttendancePrompt.objects.filter(pk=prompt.pk).update(send_at=None, sent_at=now)
    return True
