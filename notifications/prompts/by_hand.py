"""Asking people about an event by hand, before or beside what is sent by itself.

Nobody is asked by hand who would not be asked by itself, and nobody twice: the second
prompt comes only from snoozing. Whose mail could not be sent gets it now, if their
address was mended since.

Source: docs/rules.md 195.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from attendance.completion.completing import calculate_uncalculated
from attendance.decisions.answering import ANSWERS_COUNT_FOR
from core.errors import Conflict, Invalid
from events.locks import lock_event, lock_people
from events.models import Event, Organization, Participant, User
from notifications.models import AttendancePrompt, PromptOptOut
from notifications.prompts.asking import Asked, read_asked
from notifications.prompts.preparing import ASKED_ABOUT
from sessions_app.ends import end_of


class Outcome(models.TextChoices):
    """What asking by hand does about somebody, and why."""

    ASKED = "asked", _("a mail goes out")
    NOTIFIED = "notified", _("no mail: the question waits in their account")
    ALREADY_ASKED = "already_asked", _("asked before")
    ANSWERED = "answered", _("has answered")
    DECLINED = "declined", _("wants no such mails")
    NO_ADDRESS = "no_address", _("no address")
    REFUSED = "refused", _("the address takes no mail")
    NOT_TO_BE_ASKED = "not_to_be_asked", _("need not be asked")


# Who is asked, by mail or in their account.
REACHED = (Outcome.ASKED, Outcome.NOTIFIED)


class Plan(NamedTuple):
    """What asking by hand does about one place; ``prompt``: the one that stands."""

    place: Participant
    outcome: Outcome
    prompt: AttendancePrompt | None


def why_not(event: Event, now: datetime) -> Conflict | None:
    """Return why nobody can be asked by hand now; None if people can."""
    if event.state not in ASKED_ABOUT:
        return Conflict(
            "not_held", _("Nobody is asked about a draft, or about a cancelled event.")
        )
    ends_at = end_of(event)
    if now < ends_at:
        return Conflict(
            "not_ended",
            _("People are asked once the event has ended."),
            ends_at=ends_at,
        )
    until = ends_at + ANSWERS_COUNT_FOR
    if now >= until:
        return Conflict(
            "too_late",
            _("Answers count until 14 days after the end, so nobody is asked now."),
            until=until,
        )
    return None


def plan_by_hand(
    event: Event, *, chosen: Collection[int] | None = None, lock: bool = False
) -> list[Plan]:
    """Return what asking by hand would do, about each place, by name.

    Args:
        event: The event, with its organization loaded.
        chosen: Ids of participants; None: the whole roster.
        lock: Lock the prompts that stand, to change them.

    Raises:
        Invalid: A chosen one is not on the roster.
    """
    places = event.participants.select_related("event__organization", "person__user")
    if chosen is not None:
        places = places.filter(pk__in=chosen)
    found = list(places.order_by("person__name", "pk"))
    if chosen is not None and set(chosen) - {place.pk for place in found}:
        raise Invalid(
            "does_not_exist",
            _("Nobody on the roster has this ID."),
            field="participants",
        )
    ids = [place.pk for place in found]
    prompts = AttendancePrompt.objects.filter(participant__in=ids).order_by("number")
    if lock:
        prompts = prompts.select_for_update(no_key=True)
    # Of two the second, which is ordered last.
    standing = {prompt.participant_id: prompt for prompt in prompts}
    asked = {one.participant_id: one for one in read_asked(ids)}
    declined = _declined(event, found)
    return [
        Plan(
            place,
            _outcome(
                place, asked[place.pk], standing.get(place.pk), place.pk in declined
            ),
            standing.get(place.pk),
        )
        for place in found
    ]


def ask_by_hand(
    event: Event, *, chosen: Collection[int] | None = None, by: User, now: datetime
) -> list[Plan]:
    """Ask people about an event now, and return what was done about each of them.

    Sessions that were never calculated are calculated first, so that nobody who was
    seen is asked whether they came.

    Args:
        event: The event, with its organization loaded.
        chosen: Ids of participants; None: the whole roster.
        by: Who asks.
        now: The present time.

    Raises:
        Conflict: It is too early, or too late.
        Invalid: A chosen one is not on the roster.
    """
    if refusal := why_not(event, now):
        raise refusal
    calculate_uncalculated(event.pk, now)
    with transaction.atomic():
        lock_people(event.organization_id)
        event = lock_event(event.pk)
        if refusal := why_not(event, now):
            raise refusal
        plans = plan_by_hand(event, chosen=chosen, lock=True)
        reached = [plan for plan in plans if plan.outcome in REACHED]
        _write_new([p for p in reached if p.prompt is None], by, now)
        _send_again([p.prompt for p in reached if p.prompt is not None], by, now)
    return plans


def _outcome(
    place: Participant, asked: Asked, prompt: AttendancePrompt | None, declined: bool
) -> Outcome:
    if asked.has_answered or (prompt and prompt.answered_at):
        return Outcome.ANSWERED
    if asked.question is None:
        return Outcome.NOT_TO_BE_ASKED
    if prompt and _is_under_way(prompt, place.event.organization):
        return Outcome.ALREADY_ASKED
    if declined:
        return Outcome.DECLINED
    if place.person.takes_mail:
        return Outcome.ASKED
    if place.user and prompt is None:
        return Outcome.NOTIFIED
    return Outcome.REFUSED if place.person.email_refused else Outcome.NO_ADDRESS


def _is_under_way(prompt: AttendancePrompt, organization: Organization) -> bool:
    """Return whether somebody was asked, or will be without anybody's doing.

    What waits because the organization asks nobody by itself may be sent by hand.
    """
    waits = not organization.sends_prompts and prompt.asked_by_id is None
    is_first = prompt.number == 1 and prompt.snoozed_at is None
    if is_first and prompt.sent_at is None and waits:
        return False
    return bool(prompt.snoozed_at or prompt.sent_at or prompt.send_at)


def _declined(event: Event, places: Sequence[Participant]) -> set[int]:
    """Return the ids of places whose people want no such mails."""
    addresses = {place.person.folded_email for place in places}
    opted_out = set(
        PromptOptOut.objects.filter(
            Q(organization=event.organization_id) | Q(organization=None),
            folded_email__in=addresses,
        ).values_list("folded_email", flat=True)
    )
    return {
        place.pk
        for place in places
        if place.person.folded_email in opted_out
        or (place.user is not None and not place.user.wants_prompts)
    }


def _write_new(plans: Sequence[Plan], by: User, now: datetime) -> None:
    AttendancePrompt.objects.bulk_create(
        AttendancePrompt(
            organization_id=plan.place.event.organization_id,
            participant=plan.place,
            due_at=now,
            send_at=now,
            asked_by=by,
        )
        for plan in plans
    )


def _send_again(prompts: Sequence[AttendancePrompt], by: User, now: datetime) -> None:
    """Let mails go out that could not before."""
    for prompt in prompts:
        prompt.send_at, prompt.not_mailed, prompt.asked_by = now, "", by
        prompt.failures = 0
    changed = ["send_at", "not_mailed", "asked_by", "failures"]
    AttendancePrompt.objects.bulk_update(prompts, changed, batch_size=500)
