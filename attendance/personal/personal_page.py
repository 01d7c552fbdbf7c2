"""Somebody's own page of an event, which their personal link opens.

It says what is recorded of them, like the reports of sessions do for whoever is signed
in, and nothing of anybody else. Who has cancelled still sees what was recorded until
then: it is recorded, and they have a right to know it. Nothing here writes.

Source: docs/rules.md 145, 146.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from attendance.absences.announcing import Ahead
from attendance.absences.own_page import OwnAbsence, own_absences
from attendance.contests.reading import newest_in_words
from attendance.models import Contest, Status
from attendance.report_rows.event_rows import event_rows
from attendance.report_rows.read_reports import read_reports
from attendance.report_rows.report import Report, ReportRow
from attendance.wording.phrases import day_and_times
from attendance.wording.said import ContestInWords
from events.accounts.clocks import zone_of
from events.models import EventState, Participant, Registration
from events.public.cancelling import may_cancel
from events.recording.consent import Asked
from events.roster.waiting_list import number_waiting
from sessions_app import livekit
from sessions_app.before_joining import why_not
from sessions_app.models import LiveSession, Mode

SESSIONS_A_PAGE = 50
# How many of the next sessions are named.
AHEAD_AT_MOST = 5


class RecordedSession(NamedTuple):
    """What is recorded of the person at one session.

    ``label`` is empty as long as nothing is decided: the sentence says so.
    """

    title: str
    when: str
    tone: str
    label: str
    sentence: str
    is_void: bool
    contest: "OwnContest"


class OwnContest(NamedTuple):
    """Whether the person may contest, or has contested, what is recorded.

    Attributes:
        decision: The id of the decision; None if it cannot be contested.
        state: Whether it was contested and settled, without what was said; else empty.
        is_open: They have contested it, and it is not settled.
        said: What they said last, and what became of it; None if they said nothing.
    """

    decision: int | None = None
    state: str = ""
    is_open: bool = False
    said: ContestInWords | None = None


class SessionAhead(NamedTuple):
    """A session that is still to come, or runs."""

    title: str
    when: str
    is_running: bool


class PersonalPage:
    """The page, in words of the language that is active.

    Args:
        place: The person's place on the roster, with event and organization loaded.
        now: The present time.
        page: The number of the page of past sessions, from the address.
    """

    def __init__(
        self, place: Participant, *, now: datetime, page: str | None = None
    ) -> None:
        self.place = place
        self.event = place.event
        self._now = now
        self.zone = ZoneInfo(zone_of(place.event))
        begun = self._sessions().filter(starts_at__lte=now)
        self.list: Page[LiveSession] = Paginator(
            begun.order_by("-starts_at", "-pk"), SESSIONS_A_PAGE
        ).get_page(page)

    # The event

    @property
    def statuses(self) -> list[str]:
        """All statuses, for the shapes that the page defines."""
        return list(Status.values)

    @property
    def when(self) -> str:
        return day_and_times(self.event.starts_at, self.event.end, self.zone)

    @property
    def is_cancelled_event(self) -> bool:
        return self.event.state == EventState.CANCELLED

    # Their place

    @property
    def is_waiting(self) -> bool:
        return self.place.registration == Registration.WAITLISTED

    @property
    def has_cancelled(self) -> bool:
        return self.place.registration == Registration.CANCELLED

    @property
    def number_waiting(self) -> int:
        """Which number they are on the waiting list."""
        return number_waiting(self.place)

    @property
    def may_cancel(self) -> bool:
        """Whether they may cancel here."""
        return may_cancel(self.place, self._now)

    @property
    def may_register_again(self) -> bool:
        """Whether they have cancelled, and its public page takes registrations."""
        return self.has_cancelled and self.event.takes_registrations(self._now)

    @property
    def asked(self) -> Asked:
        """What they read, and are asked, before they join."""
        return Asked.of(self.place.person, self.event.organization)

    @property
    def shows_recording(self) -> bool:
        """Whether the page tells what is recorded: before they join, or consented."""
        return bool(self.joinable or self.place.person.consented_at)

    # What is recorded

    @cached_property
    def of_event(self) -> ReportRow | None:
        """What is recorded about the event itself; None if nothing is."""
        [row] = event_rows(self.event, [self.place])
        return row if row.attendance and row.status != Status.UNKNOWN else None

    @property
    def of_event_label(self) -> str:
        return str(Status(self.of_event.status).label) if self.of_event else ""

    @cached_property
    def recorded(self) -> list[RecordedSession]:
        """The past sessions of this page at which something is recorded of them."""
        reports = read_reports(
            [(session, [self.place]) for session in self.list], user=None, now=self._now
        )
        return [
            self._recorded(report, row) for report in reports for row in report.rows
        ]

    def _recorded(self, report: Report, row: ReportRow) -> RecordedSession:
        status = Status(row.status)
        return RecordedSession(
            title=report.session.title,
            when=self._when(report.session),
            tone=Status.UNKNOWN.value if report.is_void else status.value,
            label="" if status == Status.UNKNOWN else str(status.label),
            sentence=_sentence(report, row),
            is_void=report.is_void,
            contest=self._contest(row, is_void=report.is_void),
        )

    @property
    def contest_of_event(self) -> OwnContest:
        """The same of what is recorded about the event itself."""
        is_void = self.is_cancelled_event
        if self.of_event is None:
            return OwnContest()
        return self._contest(self.of_event, is_void=is_void)

    def _contest(self, row: ReportRow, *, is_void: bool) -> OwnContest:
        decision = row.attendance
        if decision is None or decision.pk is None:
            return OwnContest()
        said = self._contests.get(decision.pk)
        state, is_open = "", said is not None and not said.settled
        if said is not None:
            state = (
                _("You said that this is wrong. It is not settled yet.")
                if is_open
                else _("You said that this is wrong. It is settled.")
            )
        may = not is_void and row.status != Status.UNKNOWN
        return OwnContest(decision.pk if may or said else None, state, is_open, said)

    @cached_property
    def _contests(self) -> Mapping[int, ContestInWords]:
        """The newest contest of each decision, by the id of the decision."""
        own = Contest.objects.filter(attendance__participant=self.place)
        return newest_in_words(set(own.values_list("attendance", flat=True)))

    # What comes

    @cached_property
    def ahead(self) -> list[SessionAhead]:
        """The session that runs, and the next ones."""
        return [
            SessionAhead(
                session.title, self._when(session), session.starts_at <= self._now
            )
            for session in self._coming
        ]

    @property
    def may_announce(self) -> bool:
        """Whether they can say that they will not come."""
        return bool(Ahead(self.place, self._now))

    @cached_property
    def announced(self) -> list[OwnAbsence]:
        """The absences that they have announced, and what became of each."""
        return own_absences([self.place.pk])

    @property
    def joinable(self) -> LiveSession | None:
        """The session that they can join: the one that runs, else the next online."""
        if not livekit.is_set_up() or why_not(self.place):
            return None
        online = (s for s in self._coming if s.mode != Mode.IN_PERSON)
        return next(online, None)

    @cached_property
    def _coming(self) -> list[LiveSession]:
        if self.has_cancelled:
            return []
        sessions = self._sessions().filter(cancelled_at=None)
        ahead = sessions.alias(end_at=Coalesce("ended_at", "ends_at")).filter(
            end_at__gt=self._now
        )
        return list(ahead.order_by("starts_at", "pk")[:AHEAD_AT_MOST])

    def _sessions(self) -> QuerySet[LiveSession]:
        return LiveSession.objects.filter(event=self.event).select_related(
            "event__organization"
        )

    def _when(self, session: LiveSession) -> str:
        return day_and_times(session.starts_at, session.end, self.zone)


def _sentence(report: Report, row: ReportRow) -> str:
    """Return the explanation, or plainly that there is nothing to explain yet."""
    decision = row.attendance
    is_told = decision and (
        decision.source or decision.checked_in_at or decision.self_attended is not None
    )
    if is_told or report.calculated_at is not None:
        return row.explanation
    if report.is_void:
        return ""
    if row.intervals:
        return _("Nothing is decided yet.")
    return _("Nothing is recorded yet.")
