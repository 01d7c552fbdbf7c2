"""Claims the mails that are due, and says whose are not sent, and why.

Source: docs/rules.md 182, 198.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from attendance.decisions.answering import ANSWERS_COUNT_FOR
from core.sql import update_rows
from notifications.models import (
    AttendancePrompt,
    NotMailed,
    PromptOptOut,
    PromptState,
    PromptToken,
)
from notifications.prompts.asking import Asked, Question, read_asked
from notifications.prompts.links import NewToken, new_token
from notifications.prompts.preparing import ASKED_ABOUT

AT_ONCE = 100
# Within this time whoever claimed a mail has sent it, or is gone.
LEASE = timedelta(minutes=5)
# How long a mail waits while its organization asks nobody, or its event is cancelled.
WAITS_FOR_LEAVE = timedelta(hours=1)

# By the index prompt_to_send. Materialized: else Postgres may read the rows to claim
# several times, and claim others each time.
_CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id FROM notifications_attendanceprompt
        WHERE send_at <= %(now)s
            AND (claimed_until IS NULL OR claimed_until <= %(now)s)
        ORDER BY send_at, id LIMIT %(number)s FOR UPDATE SKIP LOCKED
    )
    UPDATE notifications_attendanceprompt prompt SET claimed_until = %(until)s
    FROM due WHERE prompt.id = due.id
    RETURNING prompt.id
"""


class ToSend(NamedTuple):
    """A claimed prompt, what it asks until when, and its new token."""

    prompt: AttendancePrompt
    question: Question
    token: NewToken
    until: datetime


def is_any_due(now: datetime) -> bool:
    """Return whether a mail is due that nobody has claimed."""
    is_free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return AttendancePrompt.objects.filter(is_free, send_at__lte=now).exists()


@transaction.atomic
def claim(now: datetime) -> list[ToSend] | None:
    """Claim mails that are due, with new tokens; None if there are none.

    Those that are not to be sent are noted, so a batch may be smaller than it could,
    or empty.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"until": now + LEASE, "now": now, "number": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    if not ids:
        return None
    prompts = list(_with_facts(ids, now))
    people = [prompt.participant_id for prompt in prompts]
    asked = {one.participant_id: one for one in read_asked(people)}
    claimed = []
    not_sent = []
    for prompt in prompts:
        if ready := _ready(prompt, asked[prompt.participant_id], now):
            claimed.append(ready)
        else:
            prompt.claimed_until = None
            not_sent.append(prompt)
    update_rows(not_sent, ["send_at", "claimed_until", "not_mailed"])
    PromptToken.objects.bulk_create(each.token.row for each in claimed)
    return claimed


def _with_facts(ids: Iterable[int], now: datetime) -> QuerySet[Any]:
    of_address = Q(folded_email=OuterRef("participant__person__folded_email"))
    of_organization = Q(organization=None) | Q(organization=OuterRef("organization"))
    facts: QuerySet[Any] = (
        AttendancePrompt.objects.with_state(now)
        .filter(pk__in=ids)
        .annotate(
            ends_at=F("event_ends_at"),
            opted_out=Exists(PromptOptOut.objects.filter(of_address, of_organization)),
        )
        .select_related("participant__event__organization", "participant__person__user")
        .order_by("pk")
    )
    return facts


def _ready(prompt: Any, asked: Asked, now: datetime) -> ToSend | None:
    """Return what is to be sent; else None, with the prompt saying why, and when."""
    place = prompt.participant
    if _must_wait(prompt, now):
        prompt.send_at = now + WAITS_FOR_LEAVE
        return None
    prompt.not_mailed = _why_not_mailed(prompt, asked)
    if prompt.not_mailed or asked.question is None:
        prompt.send_at = None
        return None
    until = prompt.ends_at + ANSWERS_COUNT_FOR
    return ToSend(prompt, asked.question, new_token(place), until)


def _must_wait(prompt: Any, now: datetime) -> bool:
    """Return whether nobody is asked about the event now, but may be later.

    Whom an organizer asks by hand is asked also where prompts are off.
    """
    event = prompt.participant.event
    is_off = not event.organization.sends_prompts and prompt.asked_by_id is None
    is_over = now >= prompt.ends_at + ANSWERS_COUNT_FOR
    return not is_over and (is_off or event.state not in ASKED_ABOUT)


def _why_not_mailed(prompt: Any, asked: Asked) -> str:
    person = prompt.participant.person
    if (
        prompt.state != PromptState.PENDING
        or asked.question is None
        or asked.has_answered
    ):
        return NotMailed.NEEDLESS
    if prompt.opted_out or (person.user and not person.user.wants_prompts):
        return NotMailed.DECLINED
    if not person.email:
        return NotMailed.NO_ADDRESS
    return "" if person.takes_mail else NotMailed.REFUSED
