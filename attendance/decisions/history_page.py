"""Every change of the decisions about one person of an event, as a page shows it.

Newest first. All times are the event's.
"""

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from attendance.decisions.what_stood import Log, logs_of, says_again
from attendance.models import SOURCE_LABELS, AttendanceChange, Status
from attendance.rules.precedence import SYSTEM_DEFAULT
from attendance.wording.phrases import clock_beside
from attendance.wording.sentences import name_of
from core.times import short_day
from events.models import Participant
from sessions_app.models import LiveSession

CHANGES_A_PAGE = 50
# What the address says for decisions about the event itself.
WHOLE_EVENT = "event"


class LabelledStatus(NamedTuple):
    """A status, with its word."""

    status: str
    label: str

    @classmethod
    def of(cls, status: str) -> "LabelledStatus":
        """Put it into a word."""
        return cls(status, str(Status(status).label))


class HistoryLine(NamedTuple):
    """One change, as shown.

    ``repeats``: that somebody said what stood already, in words. ``takes_back``: when
    what it takes back was decided; ``taken_back``: by whom it was taken back itself,
    and when.
    """

    when: str
    session: LiveSession | None
    before: LabelledStatus
    after: LabelledStatus
    source: str
    who: str
    is_person: bool
    reason: str
    repeats: str
    takes_back: str
    taken_back: tuple[str, str] | None


class HistoryPage:
    """The history of one person's decisions in words.

    Args:
        person: With their event and its organization at hand.
        session: As the address names it: a session's id, or ``event``; else all.
        page: Which page of it.
    """

    def __init__(
        self, person: Participant, *, session: str = "", page: str | None = None
    ) -> None:
        self.person = person
        self.event = person.event
        self._zone = ZoneInfo(person.event.time_zone)
        self._places = self._read_places()
        self.session = session if session in dict(self.options) else ""
        changes = AttendanceChange.objects.filter(participant=person)
        if self.session:
            is_whole = self.session == WHOLE_EVENT
            changes = changes.filter(session=None if is_whole else int(self.session))
        pages = Paginator(
            changes.select_related(
                "actor", "session", "reason", "undoes", "undone_by__actor"
            ).order_by("-pk"),
            CHANGES_A_PAGE,
        )
        self.list: Page[AttendanceChange] = pages.get_page(page)

    @property
    def statuses(self) -> list[str]:
        """Whose shapes the page needs."""
        return list(Status.values)

    def _read_places(self) -> list[LiveSession | None]:
        """What was decided about: sessions, the newest first, and the event (None)."""
        changes = AttendanceChange.objects.filter(participant=self.person)
        ids = set(changes.order_by().values_list("session", flat=True).distinct())
        sessions = LiveSession.objects.filter(pk__in=ids - {None})
        whole: list[LiveSession | None] = [None] if None in ids else []
        return [*whole, *sessions.order_by("-starts_at", "-pk")]

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen, where there is more than one."""
        return [
            (WHOLE_EVENT, _("course result"))
            if place is None
            else (
                str(place.pk),
                f"{place.title} ({short_day(place.starts_at, self.event.time_zone)})",
            )
            for place in self._places
        ]

    @cached_property
    def lines(self) -> list[HistoryLine]:
        """A page of the changes, the newest first."""
        return [self._line(change) for change in self.list]

    def _line(self, change: AttendanceChange) -> HistoryLine:
        return HistoryLine(
            when=self._when(change, change),
            session=change.session,
            before=LabelledStatus.of(change.from_status),
            after=LabelledStatus.of(change.to_status),
            source=str(SOURCE_LABELS[change.source]) if change.source else "",
            who=_who(change),
            is_person=change.actor is not None,
            reason=change.reason.text if hasattr(change, "reason") else "",
            repeats=self._repeats(change),
            takes_back=self._when(change.undoes, change) if change.undoes else "",
            taken_back=self._taken_back(change),
        )

    def _repeats(self, change: AttendanceChange) -> str:
        if not change.repeats:
            return ""
        log = self._logs[change.participant_id, change.session_id]
        until = [entry for entry in log if entry.pk <= change.pk]
        return _("Decided again:") if says_again(until) else _("Confirmed:")

    @cached_property
    def _logs(self) -> Mapping[tuple[int, int | None], Log]:
        """Every change of the person's decisions, for what one page cannot tell."""
        return logs_of(AttendanceChange.objects.filter(participant=self.person))

    def _taken_back(self, change: AttendanceChange) -> tuple[str, str] | None:
        if not hasattr(change, "undone_by"):
            return None
        undone_by = change.undone_by
        return name_of(undone_by.actor), self._when(undone_by, change)

    def _when(self, change: AttendanceChange, shown: AttendanceChange) -> str:
        """The time, with its day where that is not the day of what is shown."""
        about = shown.session or self.event
        return clock_beside(change.at, self._zone, beside=about.starts_at)


def _who(change: AttendanceChange) -> str:
    """Who decided; of what nobody decided, how it came."""
    if change.actor is not None:
        return name_of(change.actor)
    if change.source == SYSTEM_DEFAULT:
        return _("automatically, when the event was completed")
    if change.session_id is None:
        return _("calculated from the sessions")
    return _("calculated")
