"""The people of an event who were asked, or who said by themselves how it was.

Source: docs/rules.md 194.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db.models import OuterRef, Subquery

from attendance.decisions.checking_in import place_of_check_in
from attendance.decisions.place import Place
from attendance.models import OwnAnswer
from attendance.report_rows.event_rows import event_rows
from attendance.report_rows.read_reports import read_reports
from attendance.report_rows.report import ReportRow
from events.models import Event, EventState, Participant, User
from notifications.models import AttendancePrompt, PromptState


class Standing(StrEnum):
    """How it stands with somebody who was asked."""

    ANSWERED = "answered"
    WAITING = "waiting"
    REMINDED = "reminded"
    NO_MAIL = "no_mail"
    OVER = "over"


class AskedPerson(NamedTuple):
    """Somebody who was asked, or said by themselves whether they attended.

    ``prompt`` is their last one, ``state`` what has become of it; ``answer`` is their
    last answer to whether they attended. A prompt or an answer is there.
    """

    participant_id: int
    prompt: AttendancePrompt | None
    state: str
    answer: OwnAnswer | None

    def standing(self, now: datetime) -> Standing:
        """Return how it stands with them at a time."""
        prompt = self.prompt
        if prompt is None or self.answer or self.state == PromptState.ANSWERED:
            return Standing.ANSWERED
        if self.state == PromptState.EXPIRED:
            return Standing.OVER
        if prompt.not_mailed:
            return Standing.NO_MAIL
        if prompt.number == 2 and prompt.due_at > now:
            return Standing.REMINDED
        return Standing.WAITING


def read_people(event: Event, *, now: datetime) -> list[AskedPerson]:
    """Return everybody of an event who was asked or answered, by name; two queries."""
    of_event = {"participant__event": event, "participant__only_looked": False}
    of_all = AttendancePrompt.objects.filter(**of_event).with_state(now)
    prompts = of_all.select_related("asked_by", "participant__person")
    # Of two the second, which comes last.
    asked = {prompt.participant_id: prompt for prompt in prompts.order_by("number")}
    answers = OwnAnswer.objects.filter(**of_event, pk=_last_answer())
    said = {
        answer.participant_id: answer
        for answer in answers.select_related("participant__person")
    }
    places = [prompt.participant for prompt in asked.values()]
    places += [answer.participant for answer in said.values()]
    names = {place.pk: place.person.folded_name for place in places}
    return [
        AskedPerson(
            pk, asked.get(pk), getattr(asked.get(pk), "state", ""), said.get(pk)
        )
        for pk in sorted(names, key=lambda pk: (names[pk], pk))
    ]


def _last_answer() -> Subquery:
    same = OwnAnswer.objects.filter(participant=OuterRef("participant"))
    return Subquery(same.order_by("-pk").values("pk")[:1])


def decisions_of(
    event: Event, people: Sequence[Participant], *, user: User, now: datetime
) -> dict[int, ReportRow]:
    """Return what is recorded of people, by id: at the only session, or of the whole.

    It is what their answers stand beside.
    """
    place = place_of_check_in(Place(event, None))
    if place.session is None:
        is_open = event.state in (EventState.DRAFT, EventState.SCHEDULED)
        rows = event_rows(event, people, tells_so_far=is_open)
    else:
        place.session.event = event
        [report] = read_reports(
            [(place.session, people)], user=user, now=now, all_of_them=True
        )
        rows = report.rows
    return {row.participant.pk: row for row in rows}
