"""The prompts of an account's own people, and what they ask.

Source: docs/rules.md 190.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import Http404

from events.models import Event, Participant, User
from notifications.models import AttendancePrompt, PromptState
from notifications.prompts.asking import Question, read_asked


class OwnPrompt(NamedTuple):
    """A prompt with its place and event.

    ``question`` is what is asked; None if nothing is, any more.
    """

    prompt: AttendancePrompt
    state: str
    question: Question | None

    @property
    def place(self) -> Participant:
        """Whose prompt it is."""
        return self.prompt.participant

    @property
    def event(self) -> Event:
        """What is asked about."""
        return self.place.event

    @property
    def is_open(self) -> bool:
        """Whether it is still to be answered."""
        return self.state == PromptState.PENDING and self.question is not None

    @property
    def asks_how(self) -> bool:
        """Whether it only asks how it was."""
        return self.question == Question.HOW

    @property
    def may_be_snoozed(self) -> bool:
        """Whether they may ask to be asked again, which is done once."""
        return self.is_open and self.prompt.number == 1


def prompts_of(user: User, *, now: datetime) -> QuerySet[Any]:
    """Return the prompts of an account's people, newest first, with their states."""
    of_user = AttendancePrompt.objects.filter(participant__person__user=user)
    newest_first = of_user.order_by("-due_at", "-pk")
    return newest_first.select_related("participant__event__organization").with_state(
        now
    )


def read_prompts(prompts: Iterable[Any]) -> list[OwnPrompt]:
    """Return prompts that have a ``state`` with what they ask, in the same order."""
    found = list(prompts)
    asked = read_asked([each.participant_id for each in found]) if found else []
    questions = {one.participant_id: one.question for one in asked}
    return [
        OwnPrompt(each, each.state, questions.get(each.participant_id))
        for each in found
    ]


def own_prompt(user: User, pk: int, *, now: datetime) -> AttendancePrompt:
    """Return one of an account's prompts, with place and event.

    Raises:
        Http404: The account has none with this id.
    """
    found: AttendancePrompt | None = prompts_of(user, now=now).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
