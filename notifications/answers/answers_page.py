"""The page of answers of an event, in words of the language that is active.

Members of the organization read it: who was asked, who answered what beside what is
recorded, who could not be asked and why, and what people thought, without names.

Source: docs/rules.md 194, 196.
"""

from collections import Counter
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.feedback.ratings import SHOWN_FROM, STARS, ratings_of
from attendance.models import Status
from attendance.report_rows.report import ReportRow
from attendance.wording.phrases import capitalized
from attendance.wording.sentences import name_of
from core.times import day_and_time, short_date
from events.accounts.clocks import zone_of
from events.models import Event, EventState, Participant
from events.permissions import Viewer
from notifications.answers.people import (
    AskedPerson,
    Standing,
    decisions_of,
    read_people,
)
from notifications.models import AttendancePrompt, NotMailed
from notifications.prompts.by_hand import REACHED, plan_by_hand, why_not
from notifications.prompts.preparing import AFTER_THE_END
from sessions_app.ends import end_of

PEOPLE_A_PAGE = 100


class Choice(NamedTuple):
    """A choice of the filter, with the number of people whom it shows."""

    value: str
    label: str
    number: int
    is_chosen: bool


class Bar(NamedTuple):
    """How many gave how many stars; ``width`` as a share of the page's widest."""

    label: str
    number: int
    width: str


class Line(NamedTuple):
    """One person: when they were asked, what they answered, what is recorded."""

    place: Participant
    asked: str
    answer: str
    status: str
    label: str
    sentence: str


class AnswersPage:
    """The answers of an event.

    Args:
        event: With its organization loaded.
        viewer: A member of the organization.
        now: The present time.
        chosen: The standing that was chosen in the address; "" for everybody.
        page: The number of the page, from the address.
    """

    def __init__(
        self,
        event: Event,
        viewer: Viewer,
        *,
        now: datetime,
        chosen: str = "",
        page: str | None = None,
    ) -> None:
        self.event = event
        self.zone = zone_of(event)
        self.ratings = ratings_of(event)
        self.may_change = viewer.organizes(event.organization_id)
        self._viewer = viewer
        self._now = now
        self._everybody = read_people(event, now=now)
        self.chosen = chosen if chosen in set(Standing) else ""
        shown = [one for one in self._everybody if self._shows(one)]
        self.list: Page[AskedPerson] = Paginator(shown, PEOPLE_A_PAGE).get_page(page)

    # The head

    @property
    def lead(self) -> str:
        """When people are asked, or why they are not."""
        event = self.event
        if event.state in (EventState.DRAFT, EventState.CANCELLED):
            return _("Nobody is asked about a draft, or about a cancelled event.")
        if not event.organization.sends_prompts:
            return _(
                "%(organization)s asks nobody by itself: its settings say so. "
                "Organizers can ask by hand once the event has ended."
            ) % {"organization": event.organization.name}
        due_at = end_of(event) + AFTER_THE_END
        if self._now < due_at:
            return _("People are asked an hour after the end: %(time)s.") % {
                "time": day_and_time(due_at, self.zone)
            }
        if not event.organization.asks_how_it_was:
            return _(
                "Who was seen is not asked, everybody else is asked whether they "
                "attended. An answer never changes what was measured or marked: it "
                "stands beside it."
            )
        return _(
            "Who was seen is asked how it was, everybody else whether they attended. "
            "An answer never changes what was measured or marked: it stands beside it."
        )

    @cached_property
    def to_ask(self) -> int:
        """How many an organizer may ask by hand now."""
        if not self.may_change or why_not(self.event, self._now):
            return 0
        return sum(plan.outcome in REACHED for plan in plan_by_hand(self.event))

    @property
    def read_on(self) -> str:
        """Date and time at which the page was made, for printing."""
        return day_and_time(self._now, self.zone)

    # What people thought

    @property
    def shows_ratings(self) -> bool:
        """Whether anybody was asked how it was, or has said so."""
        return bool(self.ratings.count) or self.event.organization.asks_how_it_was

    @property
    def hidden_because(self) -> str:
        """Why ratings are not shown; empty if they are."""
        if not self.ratings.is_hidden:
            return ""
        text = ngettext(
            "%(number)d person has said how it was.",
            "%(number)d people have said how it was.",
            self.ratings.count,
        )
        none = _("Nobody has said yet how it was.")
        told = text % {"number": self.ratings.count} if self.ratings.count else none
        why = _(
            "Stars and texts are shown without names, and only once %(number)d people "
            "have answered: of fewer one could guess who said what."
        )
        return f"{told} {why % {'number': SHOWN_FROM}}"

    @property
    def rated_by(self) -> str:
        """How many the median is of."""
        text = ngettext(
            "median of %(number)d answer",
            "median of %(number)d answers",
            self.ratings.count,
        )
        return text % {"number": self.ratings.count}

    @property
    def bars(self) -> list[Bar]:
        """How many gave how many stars, the most stars first."""
        most = max(self.ratings.stars.values(), default=0) or 1
        return [
            Bar(
                ngettext("%(number)d star", "%(number)d stars", stars)
                % {"number": stars},
                number,
                f"{100 * number / most:.0f}%",
            )
            for stars, number in sorted(self.ratings.stars.items(), reverse=True)
        ]

    @property
    def most_stars(self) -> int:
        return STARS[-1]

    # Who was asked

    @property
    def total(self) -> int:
        """How many were asked, or answered by themselves."""
        return len(self._everybody)

    @property
    def choices(self) -> list[Choice]:
        """The standings that there are, with their numbers, after everybody."""
        numbers = Counter(one.standing(self._now) for one in self._everybody)
        labels = _labels()
        of_standings = [
            Choice(value.value, labels[value], numbers[value], value == self.chosen)
            for value in Standing
            if numbers[value] or value == self.chosen
        ]
        everybody = Choice("", _("Everybody"), self.total, not self.chosen)
        return [everybody, *of_standings]

    @cached_property
    def lines(self) -> list[Line]:
        """The people of this page, by name."""
        ids = [one.participant_id for one in self.list]
        people = Participant.objects.filter(pk__in=ids).select_related("person")
        places = {place.pk: place for place in people}
        recorded = decisions_of(
            self.event, list(people), user=self._viewer.user, now=self._now
        )
        return [
            self._line(one, places[one.participant_id], recorded) for one in self.list
        ]

    @property
    def statuses(self) -> list[str]:
        """All statuses, for the shapes that the page defines."""
        return list(Status.values)

    def _shows(self, one: AskedPerson) -> bool:
        return not self.chosen or one.standing(self._now) == self.chosen

    def _line(
        self, one: AskedPerson, place: Participant, recorded: dict[int, ReportRow]
    ) -> Line:
        row = recorded.get(place.pk)
        status = row.status if row else Status.UNKNOWN
        return Line(
            place,
            capitalized(self._asked(one.prompt)),
            capitalized(self._answer(one)),
            status,
            str(Status(status).label),
            row.explanation if row else "",
        )

    def _asked(self, prompt: AttendancePrompt | None) -> str:
        """Return when, how, and by whom somebody was asked, or why not by mail."""
        if prompt is None:
            return _("not asked: answered by themselves")
        told = self._mailed(prompt)
        if not prompt.asked_by:
            return told
        return _("%(asked)s, by %(name)s") % {
            "asked": told,
            "name": name_of(prompt.asked_by),
        }

    def _mailed(self, prompt: AttendancePrompt) -> str:
        if prompt.sent_at:
            text = _("mail of %(time)s") % {"time": self._time(prompt.sent_at)}
            second = _("reminder of %(time)s") % {"time": self._time(prompt.sent_at)}
            return second if prompt.number == 2 else text
        if prompt.not_mailed:
            reason = NotMailed(prompt.not_mailed).label
            return _("no mail: %(reason)s") % {"reason": reason}
        if prompt.due_at > self._now:
            return _("asked to be reminded: %(time)s") % {
                "time": self._time(prompt.due_at)
            }
        return _("the mail is on its way")

    def _answer(self, one: AskedPerson) -> str:
        if one.answer:
            said = _("was there") if one.answer.attended else _("was not there")
            return _("%(answer)s, said on %(time)s") % {
                "answer": said,
                "time": self._time(one.answer.at),
            }
        if one.standing(self._now) == Standing.ANSWERED:
            return _("said how it was")
        return ""

    def _time(self, at: datetime) -> str:
        local = at.astimezone(ZoneInfo(self.zone))
        return _("%(date)s, %(time)s") % {
            "date": short_date(local.date()),
            "time": f"{local:%H:%M}",
        }


def _labels() -> dict[Standing, str]:
    return {
        Standing.ANSWERED: _("answered"),
        Standing.WAITING: _("no answer yet"),
        Standing.REMINDED: _("asked to be reminded"),
        Standing.NO_MAIL: _("no mail"),
        Standing.OVER: _("did not answer"),
    }
