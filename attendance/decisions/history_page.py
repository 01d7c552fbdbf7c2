"""The page with all changes of the decisions about one participant, newest first.

All times are in the time zone of the event.
"""

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from attendance.decisions.what_stood import Log, decides_again, logs_of
from attendance.models import SOURCE_LABELS, AttendanceChange, Status
from attendance.rules.precedence import CHECK_IN, SYSTEM_DEFAULT
from attendance.wording.phrases import clock_beside
from attendance.wording.sentences import name_of
from core.times import short_day
from events.accounts.clocks import zone_of
from events.models import Participant
from sessions_app.models import LiveSession

CHANGES_A_PAGE = 50
# The value of ``session`` in the address that selects course results.
COURSE_RESULT = "event"


class LabelledStatus(NamedTuple):
    """A status with its translated label."""

    status: str
    label: str

    @classmethod
    def of(cls, status: str) -> "LabelledStatus":
        """Return the status with its label."""
        return cls(status, str(Status(status).label))


class HistoryLine(NamedTuple):
    """One change, in words.

    Attributes:
        session: None for a course result.
        who: The person who made the change, or how else it came about.
        repeats: Says that somebody repeated the decision that stood; else empty.
        undoes: Time of the change that this one undoes; else empty.
        undone_by: Who undid this change, and when; None if it was not undone.
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
    undoes: str
    undone_by: tuple[str, str] | None


class HistoryPage:
    """The history of the decisions about one participant, in words.

    Args:
        person: With their event and its organization already loaded.
        session: A session's id, or ``event`` for course results; anything else: all.
        page: The number of the page, from the address.
    """

    def __init__(
        self, person: Participant, *, session: str = "", page: str | None = None
    ) -> None:
        self.person = person
        self.event = person.event
        self.zone = ZoneInfo(zone_of(person.event))
        self._places = self._read_places()
        self.session = session if session in dict(self.options) else ""
        changes = AttendanceChange.objects.filter(participant=person)
        if self.session:
            is_result = self.session == COURSE_RESULT
            changes = changes.filter(session=None if is_result else int(self.session))
        pages = Paginator(
            changes.select_related(
                "actor", "session", "reason", "undoes", "undone_by__actor"
            ).order_by("-pk"),
            CHANGES_A_PAGE,
        )
        self.list: Page[AttendanceChange] = pages.get_page(page)

    @property
    def statuses(self) -> list[str]:
        """All statuses, for the shapes that the page defines."""
        return list(Status.values)

    def _read_places(self) -> list[LiveSession | None]:
        """Return the sessions with changes, newest first, after None for the event."""
        changes = AttendanceChange.objects.filter(participant=self.person)
        ids = set(changes.order_by().values_list("session", flat=True).distinct())
        sessions = LiveSession.objects.filter(pk__in=ids - {None})
        event: list[LiveSession | None] = [None] if None in ids else []
        return [*event, *sessions.order_by("-starts_at", "-pk")]

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """Values and labels of the choice between sessions and the course result."""
        return [
            (COURSE_RESULT, _("course result"))
            if place is None
            else (
                str(place.pk),
                f"{place.title} ({short_day(place.starts_at, str(self.zone))})",
            )
            for place in self._places
        ]

    @cached_property
    def lines(self) -> list[HistoryLine]:
        """The changes of this page, newest first."""
        return [self._line(change) for change in self.list]

    def _line(self, change: AttendanceChange) -> HistoryLine:
        return HistoryLine(
            when=self._when(change, change),
            session=change.session,
            before=LabelledStatus.of(change.from_status),
            after=LabelledStatus.of(change.to_status),
            source=_source(change),
            who=_who(change),
            is_person=change.actor is not None,
            reason=change.reason.text if hasattr(change, "reason") else "",
            repeats=self._repeats(change),
            undoes=self._when(change.undoes, change) if change.undoes else "",
            undone_by=self._undone_by(change),
        )

    def _repeats(self, change: AttendanceChange) -> str:
        if not change.repeats:
            return ""
        log = self._logs[change.participant_id, change.session_id]
        until = [entry for entry in log if entry.pk <= change.pk]
        return _("Decided again:") if decides_again(until) else _("Confirmed:")

    @cached_property
    def _logs(self) -> Mapping[tuple[int, int | None], Log]:
        """The full logs, because earlier changes may be on another page."""
        return logs_of(AttendanceChange.objects.filter(participant=self.person))

    def _undone_by(self, change: AttendanceChange) -> tuple[str, str] | None:
        if not hasattr(change, "undone_by"):
            return None
        undone_by = change.undone_by
        return name_of(undone_by.actor), self._when(undone_by, change)

    def _when(self, change: AttendanceChange, shown: AttendanceChange) -> str:
        """Return the time of a change, with its date if ``shown`` is of another day."""
        about = shown.session or self.event
        return clock_beside(change.at, self.zone, beside=about.starts_at)


def _source(change: AttendanceChange) -> str:
    """Return who or what decided; empty of what follows from sessions: :func:`_who`."""
    by_nobody = change.session_id is None and change.actor is None
    if change.source is None or (by_nobody and change.source != SYSTEM_DEFAULT):
        return ""
    return str(SOURCE_LABELS[change.source])


def _who(change: AttendanceChange) -> str:
    """Return who made a change; if no person did, how it came about."""
    if change.actor is not None:
        return name_of(change.actor)
    if change.session_id is not None and change.source == CHECK_IN:
        return _("because the start or the grace period changed")
    if change.session_id is not None:
        return _("calculated")
    if change.source == SYSTEM_DEFAULT:
        return _("automatically, when the event was completed")
    return _("calculated from the sessions")
