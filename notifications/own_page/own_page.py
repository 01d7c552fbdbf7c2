"""The page of an account's own record: what is asked, what comes, what is recorded.

Nothing here writes. It is in words of the language that is active.

Source: docs/rules.md 188, 205.
"""

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property

from attendance.absences.own_page import OwnAbsence, own_absences
from attendance.contests.reading import newest_in_words
from attendance.decisions.answering import ANSWERS_COUNT_FOR
from attendance.models import Attendance, Status
from attendance.own_record.history import history_of, read_entries
from attendance.own_record.lines import RecordedLine, common_zone, lines_of
from attendance.wording.phrases import day_and_times
from attendance.wording.said import ContestInWords
from events.accounts.clocks import zone_of
from events.models import EXPECTED, EventState, Participant, Registration, User
from events.roster.personal_links import personal_path
from notifications.models import PromptState
from notifications.own_prompts.listing import OwnPrompt, prompts_of, read_prompts
from sessions_app.ends import end
from sessions_app.models import LiveSession

LINES_A_PAGE = 30
# Of open prompts, and of what comes, no more are shown.
AT_MOST = 50
_TO_COME = (EventState.DRAFT, EventState.SCHEDULED)


class OwnPlace(NamedTuple):
    """A place of the account, with the time of its event, and its personal page.

    ``may_announce``: something is to come of which they can say that they will miss it.
    """

    place: Participant
    when: str
    path: str
    may_announce: bool


class AskedLine(NamedTuple):
    """An open prompt, and when the event was that it asks about."""

    own: OwnPrompt
    when: str


class OwnPage:
    """The page.

    Args:
        user: The account.
        now: The present time.
        page: The number of the page of what is recorded, from the address.
    """

    def __init__(self, user: User, *, now: datetime, page: str | None = None) -> None:
        self._user = user
        self._now = now
        found = history_of(Q(participant__person__user=user), now=now)
        self.list: Page[Any] = Paginator(found, LINES_A_PAGE).get_page(page)

    @property
    def statuses(self) -> list[str]:
        """All statuses, for the shapes that the page defines."""
        return list(Status.values)

    @cached_property
    def names_people(self) -> bool:
        """Whether each line says of whom it is: the account stands for several."""
        names = self._user.people.order_by().values("folded_name").distinct()
        return names.count() > 1

    @cached_property
    def open_prompts(self) -> list[AskedLine]:
        """What is asked, the newest first."""
        prompts: Any = prompts_of(self._user, now=self._now)
        due = prompts.filter(state=PromptState.PENDING, due_at__lte=self._now)
        return [
            AskedLine(own, _when(own.place))
            for own in read_prompts(due[:AT_MOST])
            if own.is_open
        ]

    @cached_property
    def unrecorded(self) -> list[OwnPlace]:
        """Places of which nothing is recorded, and answers still count."""
        decided = Attendance.objects.filter(
            Q(source__isnull=False) | Q(self_answered_at__isnull=False),
            participant__person__user=self._user,
        )
        asked = [line.own.place.pk for line in self.open_prompts]
        places = self._places().filter(
            registration__in=EXPECTED,
            event__state__in=[EventState.SCHEDULED, EventState.COMPLETED],
            event__starts_at__lte=self._now,
            ends_at__lte=self._now,
            ends_at__gt=self._now - ANSWERS_COUNT_FOR,
        )
        found = places.exclude(pk__in=decided.values("participant")).exclude(
            pk__in=asked
        )
        return self._shown(found.order_by("-event__starts_at", "person__name", "pk"))

    @cached_property
    def ahead(self) -> list[OwnPlace]:
        """Places at events that are not over, what begins first on top."""
        places = self._places().exclude(
            Q(event__state=EventState.CANCELLED)
            | Q(registration__in=[Registration.CANCELLED, Registration.VIEWED])
        )
        found = places.filter(ends_at__gt=self._now)
        return self._shown(found.order_by("event__starts_at", "person__name", "pk"))

    @cached_property
    def announced(self) -> list[OwnAbsence]:
        """The absences that were announced from events that are not over."""
        return own_absences([own.place.pk for own in self.ahead])

    @cached_property
    def earlier(self) -> list[OwnPlace]:
        """Places at events that are over or cancelled, the latest first."""
        found = self._places().exclude(pk__in=[own.place.pk for own in self.ahead])
        taken = found.exclude(registration=Registration.VIEWED)
        return self._shown(taken.order_by("-event__starts_at", "person__name", "pk"))

    @cached_property
    def lines(self) -> list[RecordedLine]:
        """What is recorded, the newest first."""
        return lines_of(read_entries(self.list, now=self._now), now=self._now)

    @cached_property
    def recorded(self) -> list[tuple[RecordedLine, ContestInWords | None]]:
        """The lines, each with what was said last to contest it."""
        said = newest_in_words([line.pk for line in self.lines])
        return [(line, said.get(line.pk)) for line in self.lines]

    @cached_property
    def zone(self) -> str:
        """The time zone of all times of what is recorded; empty if they differ."""
        return common_zone(self.lines)

    def _places(self) -> Any:
        places = Participant.objects.filter(person__user=self._user)
        sessions = LiveSession.objects.uncancelled().filter(event=OuterRef("event"))
        return places.select_related("event__organization").annotate(
            ends_at=end("event__"),
            has_sessions=Exists(sessions),
            has_one_ahead=Exists(sessions.filter(starts_at__gt=self._now)),
        )

    def _may_announce(self, place: Any) -> bool:
        event = place.event
        if place.registration not in EXPECTED or event.state not in _TO_COME:
            return False
        is_ahead = not place.has_sessions and event.starts_at > self._now
        return is_ahead or bool(place.has_one_ahead)

    def _shown(self, places: Any) -> list[OwnPlace]:
        return [
            OwnPlace(
                place, _when(place), personal_path(place), self._may_announce(place)
            )
            for place in places[:AT_MOST]
        ]


def _when(place: Participant) -> str:
    event = place.event
    zone = ZoneInfo(zone_of(event))
    return f"{day_and_times(event.starts_at, event.end, zone)} ({zone})"
