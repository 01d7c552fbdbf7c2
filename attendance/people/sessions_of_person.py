"""All sessions of a person's events, and what their reports say of the person.

Events without sessions, such as meetups, stand among them.

Source: docs/rules.md 100, 123.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Count as CountOf
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from attendance.models import Status
from attendance.overview.home import remark_on
from attendance.people.probably_them import probably_them
from attendance.report_rows.report import Report, ReportRow
from attendance.report_rows.rows_of_reports import (
    NEWEST_FIRST,
    People,
    all_rows,
    rows_without_sessions,
    together,
)
from attendance.report_rows.who_has_a_row import HAS_ROW, with_a_row
from attendance.report_rows.without_sessions import EventReport
from attendance.reports.many_reports import OccasionReport, occasion_of, read_rows
from attendance.rules.precedence import SELF_REPORTED
from attendance.rules.statuses import MEANINGS
from attendance.wording.phrases import (
    Count,
    amount,
    capitalized,
    clock_range,
    count_statuses,
    share,
)
from core.times import short_date
from events.accounts.clocks import zone_of
from events.models import Participant, Person, Registration, User
from sessions_app.models import LiveSession
from sessions_app.occasions import Occasion, OccasionId
from sessions_app.phase import Phase

SESSIONS_A_PAGE = 50
# Statuses that count at all, and those of people who attended the whole session.
_CREDITED = {status: MEANINGS[status].credited_halves for status in MEANINGS}
COUNTED = [status for status in MEANINGS if _CREDITED[status] is not None]
WHOLE = [status for status in MEANINGS if _CREDITED[status] == 2]


class SessionOfPerson(NamedTuple):
    """What the report of one session says of the person, or an event without sessions.

    Attributes:
        path: Where it is said.
        row: The participant who has a row there; None without one.
        of: The title of the session's event; empty without a session.
        zone: The time zone of ``when``; empty if all lines have the same.
        label: The status that stands; empty without a row.
        remark: Why there is no row, or nothing calculated; else empty.
        own_answer: What they said themselves, if something else decided; else empty.
        probably: The name of somebody unmatched who probably is the person.
    """

    path: str
    row: int | None
    title: str
    of: str
    when: str
    zone: str
    tone: str
    label: str
    amount: str
    share: str
    remark: str
    own_answer: str
    is_void: bool
    probably: str


class Tally(NamedTuple):
    """At how many counted sessions or events somebody was present, in words too."""

    came: int
    counted: int
    counts: list[Count]
    void: int

    @property
    def rate(self) -> str:
        """The share of counted sessions at which they were present, such as "87 %"."""
        if not self.counted:
            return ""
        return share(Decimal(100 * self.came) / self.counted, None)


class SessionsOfPerson:
    """The sessions of a person's events that have begun, newest first.

    So do events without sessions.

    Args:
        person: The person.
        user: A member of the organization.
        now: The present time.
        guesses: Whether to say where somebody unmatched probably is the person.
        page: The number of the page, from the address.
    """

    def __init__(
        self,
        person: Person,
        user: User,
        *,
        now: datetime,
        guesses: bool,
        page: str | None,
    ) -> None:
        self._user = user
        self._now = now
        self._guesses = guesses
        begun = {"person": person, "starts_at__lte": now}
        self._of_sessions: People = all_rows(user).filter(**begun).order_by()
        self._of_events: People = rows_without_sessions(user).filter(**begun).order_by()
        rows = together([self._of_sessions, self._of_events])
        ordered = rows.order_by(*NEWEST_FIRST, "pk")
        self.list: Page[Any] = Paginator(ordered, SESSIONS_A_PAGE).get_page(page)

    @cached_property
    def tally(self) -> Tally:
        """How many of all sessions, not only of this page, have which status."""
        return _tally(with_a_row(self._of_sessions, now=self._now))

    @cached_property
    def tally_of_events(self) -> Tally:
        """How many of all events without sessions have which status."""
        return _tally(self._of_events.filter(HAS_ROW))

    @cached_property
    def lines(self) -> list[SessionOfPerson]:
        """The sessions of this page."""
        places = list(self.list)
        reports = {
            OccasionId.of(occasion_of(report)): report
            for report in read_rows(places, user=self._user, now=self._now)
        }
        of_sessions = [r for r in reports.values() if isinstance(r, Report)]
        probably = self._probably(places, of_sessions)
        return [
            self._line(place, report, probably)
            for place in places
            if (report := reports.get(OccasionId.of_row(place)))
        ]

    @cached_property
    def zone(self) -> str:
        """The time zone of all times; empty if there are several, or none."""
        zones = {line.zone for line in self.lines}
        return zones.pop() if len(zones) == 1 else ""

    def _probably(
        self, places: Sequence[Participant], reports: Sequence[Report]
    ) -> dict[int, str]:
        open_ones = [report for report in reports if not report.is_void]
        if not self._guesses or not open_ones:
            return {}
        return probably_them(open_ones, {place.event_id: place for place in places})

    def _line(
        self, place: Any, report: OccasionReport, probably: dict[int, str]
    ) -> SessionOfPerson:
        if isinstance(report, EventReport):
            return self._line_of_event(place, report)
        session = report.session
        row = next((r for r in report.rows if r.participant.pk == place.pk), None)
        is_decided = row is not None and row.status != Status.UNKNOWN
        return SessionOfPerson(
            path=reverse("session", args=[session.pk]),
            row=place.pk if row else None,
            title=session.title,
            of=session.event.title,
            when=self._when(session, zone_of(session.event)),
            zone=zone_of(session.event),
            tone=Status.UNKNOWN.value if row is None or report.is_void else row.status,
            label=str(Status(row.status).label) if row else "",
            amount=_amount(row) if row else "",
            share=_share(row) if row else "",
            remark=_why_no_row(place)
            if row is None
            else self._remark(session, is_decided=is_decided),
            own_answer=_own_answer(row),
            is_void=report.is_void,
            probably=probably.get(session.pk, ""),
        )

    def _line_of_event(self, place: Any, report: EventReport) -> SessionOfPerson:
        event = report.event
        has_row = place.is_expected or place.is_marked
        [row] = [row for row in report.rows if row.participant.pk == place.pk]
        status = row.status
        return SessionOfPerson(
            path=reverse("event_attendance", args=[event.pk]),
            row=place.pk if has_row else None,
            title=event.title,
            of="",
            when=self._when(event, zone_of(event)),
            zone=zone_of(event),
            tone=Status.UNKNOWN.value if report.is_void else status,
            label=str(Status(status).label) if has_row else "",
            amount="",
            share="",
            remark=self._remark_on_event(report, status)
            if has_row
            else _why_no_row(place),
            own_answer=_own_answer(row),
            is_void=report.is_void,
            probably="",
        )

    def _remark_on_event(self, report: EventReport, status: str) -> str:
        if report.is_void:
            return _("cancelled")
        is_running = Phase.of(report.event, self._now) == Phase.RUNNING
        is_open = is_running and status == Status.UNKNOWN
        return _("running now") if is_open else ""

    def _remark(self, session: LiveSession, *, is_decided: bool) -> str:
        phase = Phase.of(session, self._now)
        if session.cancelled_at or not is_decided:
            remark = remark_on(session, phase)
            return remark or (_("running now") if phase == Phase.RUNNING else "")
        return ""

    def _when(self, occasion: Occasion, time_zone: str) -> str:
        zone = ZoneInfo(time_zone)
        today = self._now.astimezone(zone).date()
        return _("%(date)s, %(time)s") % {
            "date": short_date(
                occasion.starts_at.astimezone(zone).date(), beside=today
            ),
            "time": clock_range(occasion.starts_at, occasion.end, zone),
        }


def _tally(rows: People) -> Tally:
    numbers: Counter[str] = Counter()
    void = 0
    kinds = rows.order_by().values_list("status", "is_void")
    for status, is_void, number in kinds.annotate(number=CountOf("pk")):
        if is_void:
            void += number
        else:
            numbers[status] += number
    return Tally(
        came=sum(numbers[status] for status in WHOLE),
        counted=sum(numbers[status] for status in COUNTED),
        counts=count_statuses(numbers),
        void=void,
    )


def _own_answer(row: ReportRow | None) -> str:
    """Return what they said themselves, if it did not decide."""
    decision = row.attendance if row else None
    if decision is None or decision.source == SELF_REPORTED:
        return ""
    match decision.self_attended:
        case True:
            return _("own answer: was there")
        case False:
            return _("own answer: was not there")
    return ""


def _why_no_row(place: Participant) -> str:
    if place.registration == Registration.WAITLISTED:
        return capitalized(place.get_registration_display())
    return _("Not enrolled then")


def _amount(row: ReportRow) -> str:
    decision = row.attendance
    if decision and decision.attended_seconds is not None:
        return amount(decision.attended_seconds)
    length = sum(left - joined for joined, left, _inferred in row.intervals)
    return amount(length // 1_000_000) if length else ""


def _share(row: ReportRow) -> str:
    decision = row.attendance
    return share(decision.percentage, decision.policy) if decision else ""
