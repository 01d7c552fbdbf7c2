"""The rows of many reports in groups: of a session, or of an event without sessions."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.models import Status, source_label
from attendance.report_rows.people_filter import PeopleFilter
from attendance.report_rows.report import Report, ReportRow
from attendance.report_rows.without_sessions import EventReport
from attendance.reports.many_reports import OccasionReport
from attendance.reports.session_report_page import ReportPage
from attendance.wording.at_door import not_checked_in
from attendance.wording.phrases import clock_range
from core.times import short_day
from events.accounts.clocks import zone_of
from events.models import ParticipantRole
from sessions_app.phase import Phase


class Group:
    """The rows of one session.

    Attributes:
        template: What shows the group.
        report: The page of the session's own report, with only these rows.
        people: Each participant with their row.
        zone: The time zone of all times.
    """

    template = "attendance/reports/_group.html"

    def __init__(self, report: Report, *, now: datetime) -> None:
        self.report = ReportPage(report, PeopleFilter(), now=now)
        rows = zip(report.rows, self.report.rows, strict=True)
        self.people = [(row.participant, shown) for row, shown in rows]
        self.zone = str(self.report.zone)

    @property
    def day(self) -> str:
        """The date of the start."""
        session = self.report.session
        return short_day(session.starts_at, self.zone)

    @property
    def remark(self) -> str:
        """Why the rows have no calculated results; empty if they have."""
        if not self.report.report.calculated_at or self.report.is_cancelled:
            return self.report.state
        return "" if self.report.report.proved else _("was it held?")


class EventRow(NamedTuple):
    """One person of an event without sessions, in words.

    ``person_id`` is None if the reader may not open the page of the person; ``tone`` is
    the status whose colour the row has.
    """

    person_id: int | None
    name: str
    role: str
    tone: str
    shape: str
    label: str
    source: str
    sentence: str


class EventGroup:
    """The rows of one event without sessions, as :class:`Group` has those of a session.

    Attributes:
        template: What shows the group.
        event: The event.
        is_cancelled: The event is cancelled, so that no row counts.
        zone: The time zone of all times.
    """

    template = "attendance/reports/_event_group.html"

    def __init__(self, report: EventReport, *, now: datetime) -> None:
        self.event = report.event
        self.is_cancelled = report.is_void
        self.zone = zone_of(report.event)
        self._now = now
        self._shows_people = report.visibility.sees_addresses
        self.rows = [self._row(row) for row in report.rows]

    @property
    def day(self) -> str:
        """The date of the start."""
        return short_day(self.event.starts_at, self.zone)

    @property
    def times(self) -> str:
        """Start and end."""
        return clock_range(self.event.starts_at, self.event.end, ZoneInfo(self.zone))

    @property
    def remark(self) -> str:
        """Why the rows are not final; empty if they are."""
        if self.is_cancelled:
            return _("cancelled")
        phase = Phase.of(self.event, self._now)
        if phase == Phase.AHEAD:
            return _("not started yet")
        return _("running now") if phase == Phase.RUNNING else ""

    def _row(self, row: ReportRow) -> EventRow:
        person, decision = row.participant, row.attendance
        return EventRow(
            person_id=person.person_id if self._shows_people else None,
            name=person.name,
            role=_("host") if person.role == ParticipantRole.HOST else "",
            tone=Status.UNKNOWN.value if self.is_cancelled else row.status,
            shape=row.status,
            label=str(Status(row.status).label),
            source=source_label(decision.source, derived=decision.derived)
            if decision
            else "",
            sentence=self._sentence(row),
        )

    def _sentence(self, row: ReportRow) -> str:
        """Return the explanation, or that nobody has checked them in."""
        if row.status != Status.UNKNOWN:
            return row.explanation
        return not_checked_in(self.event, self._now)


def group_of(report: OccasionReport, *, now: datetime) -> Group | EventGroup:
    """Return the rows of a report as the page shows them."""
    if isinstance(report, Report):
        return Group(report, now=now)
    return EventGroup(report, now=now)
