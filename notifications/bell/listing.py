"""The notifications of an account: all of them, and how many are new.

Only those count as new that can still be answered: answering, snoozing, and the end of
the time for it take one out.

Source: docs/rules.md 204.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Value
from django.db.models.functions import Greatest
from django.http import Http404

from events.models import User
from notifications.models import AttendancePrompt, Notification, PromptState
from notifications.own_prompts.listing import OwnPrompt, prompts_of, read_prompts
from notifications.prompts.asking import read_asked


class Told(NamedTuple):
    """A notification, with the prompt that it is about."""

    notification: Notification
    prompt: OwnPrompt

    @property
    def is_new(self) -> bool:
        """Whether it is counted."""
        return self.prompt.is_open and self.notification.read_at is None


def notifications_of(user: User) -> Any:
    """Return an account's notifications, newest first.

    Those about people for whom it no longer stands are left out.
    """
    return Notification.objects.filter(
        user=user, prompt__participant__person__user=user
    ).order_by("-pk")


def read_notifications(
    notifications: Iterable[Notification], user: User, *, now: datetime
) -> list[Told]:
    """Return notifications with their prompts, in the same order."""
    found = list(notifications)
    prompts = prompts_of(user, now=now).filter(pk__in=[n.prompt_id for n in found])
    by_id = {own.prompt.pk: own for own in read_prompts(prompts)}
    return [
        Told(each, by_id[each.prompt_id]) for each in found if each.prompt_id in by_id
    ]


def _new(user: User, now: datetime) -> Any:
    prompts: Any = AttendancePrompt.objects.with_state(now)
    pending = prompts.filter(state=PromptState.PENDING, participant__person__user=user)
    return Notification.objects.filter(
        user=user, read_at=None, prompt__in=pending.values("pk")
    )


def number_new(user: User, *, now: datetime) -> int:
    """Return how many notifications are new: by one query, and by a second if any may.

    The second leaves out those of which nothing is asked any more, such as of who was
    marked as absent since.
    """
    people = list(_new(user, now).values_list("prompt__participant", flat=True))
    if not people:
        return 0
    return sum(one.question is not None for one in read_asked(people))


def read_one(user: User, pk: int, *, now: datetime) -> Told:
    """Note that an account has read a notification; twice is once.

    Raises:
        Http404: It has none with this id.
    """
    mine = notifications_of(user).filter(pk=pk)
    for told in read_notifications(mine, user, now=now):
        if told.notification.read_at is None:
            _note_read(mine, now)
            told.notification.refresh_from_db(fields=["read_at"])
        return told
    raise Http404


def read_all(user: User, *, now: datetime) -> None:
    """Note that an account has read all its notifications."""
    _note_read(notifications_of(user), now)


def _note_read(notifications: Any, now: datetime) -> None:
    """Note it of those that are not read; the database's clock may be ahead."""
    read_at = Greatest("created_at", Value(now))
    notifications.filter(read_at=None).update(read_at=read_at)
