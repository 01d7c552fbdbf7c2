"""Rows of the reports of many sessions: which there are, and their content.

A row is a person at a session, or at an event without sessions. One query finds the
rows. Evidence is read before it only for people who are not expected, as on the waiting
list or before their enrolment, at sessions with facts that are not calculated yet: they
have a row if they were there.

Source: docs/rules.md 30, 123.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias

from django.db.models import Count

from attendance.models import Status
from attendance.report_rows.read_reports import ORDER_OF_PEOPLE, read_reports
from attendance.report_rows.report import Report
from attendance.report_rows.rows_of_reports import (
    NEWEST_FIRST,
    People,
    all_rows,
    rows_without_sessions,
    together,
)
from attendance.report_rows.who_has_a_row import HAS_ROW, with_a_row
from attendance.report_rows.without_sessions import EventReport, read_event_reports
from attendance.reports.filters import ReportFilters
from events.models import (
    Event,
    Organization,
    Participant,
    User,
)
from sessions_app.models import LiveSession, SessionType
from sessions_app.occasions import Occasion, OccasionId

# The report of a session, or of an event without sessions.
OccasionReport: TypeAlias = Report | EventReport

# Rows of a CSV file that are read together: few enough for memory, and enough for few
# queries.
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class TypeSummary:
    """The rows of one session type, or of events without sessions.

    Attributes:
        session_type: None: events without sessions.
        statuses: The number of rows with each status, without those in ``void``.
        void: The number of rows of cancelled sessions or events, which are not counted.
    """

    session_type: str | None
    statuses: dict[str, int]
    void: int

    @property
    def rows(self) -> int:
        """The number of all rows."""
        return sum(self.statuses.values()) + self.void

    def as_dict(self) -> dict[str, Any]:
        """Return the summary in the shape of REST."""
        return {
            "session_type": self.session_type,
            "rows": self.rows,
            "void": self.void,
            "statuses": self.statuses,
        }


class ReportRows:
    """The rows of all reports that a user may see, after filtering; for paginators too.

    Args:
        filters: A valid form.
        user: The reader.
        now: Presence in running sessions is shown until this time.
    """

    def __init__(self, filters: ReportFilters, *, user: User, now: datetime) -> None:
        self._filters = filters
        self._user = user
        self._now = now

    @property
    def name(self) -> str:
        """The name of a file with these rows, without extension."""
        if session := self._filters.cleaned_data["session"]:
            return f"attendance-session-{session}"
        bounds = (self._filters.cleaned_data[name] for name in ("from", "to"))
        days = [f"{bound:%Y-%m-%d}" if bound else "" for bound in bounds]
        if not any(days):
            return f"attendance-until-{self._now:%Y-%m-%d}"
        first, last = days
        return (
            "attendance"
            + (f"-from-{first}" if first else "")
            + (f"-until-{last}" if last else "")
        )

    @cached_property
    def people(self) -> People:
        """The rows: newest session first, people in the order of a report."""
        return together(self._parts).order_by(*NEWEST_FIRST, *ORDER_OF_PEOPLE)

    @cached_property
    def _parts(self) -> list[People]:
        """The rows of sessions, and those of events without sessions.

        They are counted and read apart, so that neither slows down the other.
        """
        wanted = self._filters.of_rows(self._zones())
        of_sessions = all_rows(self._user).filter(wanted)
        of_events = rows_without_sessions(self._user).filter(wanted)
        parts = [with_a_row(of_sessions, now=self._now), of_events.filter(HAS_ROW)]
        return [part.order_by() for part in parts]

    @cached_property
    def summary(self) -> list[TypeSummary]:
        """The number of rows by session type and status, by one query."""
        by = ("session_type", "status", "is_void")
        counted = together(
            rows.values_list(*by).annotate(number=Count("pk")) for rows in self._parts
        )
        statuses: dict[str | None, dict[str, int]] = {}
        void: dict[str | None, int] = defaultdict(int)
        for kind, status, is_void, number in counted:
            counts = statuses.setdefault(kind, dict.fromkeys(Status.values, 0))
            if is_void:
                void[kind] += number
            else:
                counts[status] += number
        return [
            TypeSummary(kind, statuses[kind], void[kind])
            for kind in (*SessionType.values, None)
            if kind in statuses
        ]

    def count(self) -> int:
        """Return the number of all rows, as the summary has counted them."""
        return sum(part.rows for part in self.summary)

    def __getitem__(self, some: slice) -> People:
        """Return some of :attr:`people`, as paginators ask for them."""
        return self.people[some]

    def read(self, people: Iterable[Any]) -> list[OccasionReport]:
        """Return reports with the rows of some of :attr:`people`, in the same order.

        Takes a constant number of queries.
        """
        return read_rows(people, user=self._user, now=self._now)

    def chunks(self) -> Iterator[list[OccasionReport]]:
        """Yield all reports in chunks of whole sessions, so that memory does not grow.

        Each chunk takes a constant number of queries.
        """
        for occasions in self._occasions_at_once():
            yield self.read(self._people_of(occasions))

    def _people_of(self, occasions: Sequence[OccasionId]) -> list[Any]:
        """Return the rows of some sessions and events, in the order given."""
        sessions = [each.session for each in occasions if each.session is not None]
        events = [each.event for each in occasions if each.session is None]
        found: list[People] = []
        if sessions:
            found.append(self._parts[0].filter(session__in=sessions))
        if events:
            found.append(self._parts[1].filter(event__in=events))
        place = {occasion: index for index, occasion in enumerate(occasions)}
        people = chain.from_iterable(rows.order_by(*ORDER_OF_PEOPLE) for rows in found)
        return sorted(people, key=lambda person: place[OccasionId.of_row(person)])

    def _occasions_at_once(self) -> Iterator[list[OccasionId]]:
        occasions: list[OccasionId] = []
        rows = 0
        for occasion, number in self._sizes():
            if occasions and rows + number > ROWS_AT_ONCE:
                yield occasions
                occasions, rows = [], 0
            occasions.append(occasion)
            rows += number
        if occasions:
            yield occasions

    def _sizes(self) -> Iterator[tuple[OccasionId, int]]:
        """Yield each session, and event without sessions, with its number of rows."""
        by = ("starts_at", "session", "event_id")
        counted = together(
            rows.values_list(*by).annotate(number=Count("pk")) for rows in self._parts
        )
        for _starts_at, session, event, number in counted.order_by(*NEWEST_FIRST):
            yield OccasionId(session, event), number

    def _zones(self) -> list[str]:
        if not self._filters.names_days:
            return []
        events = Event.objects.visible_to(self._user)
        organizations = Organization.objects.filter(
            pk__in=events.values("organization")
        )
        return list(
            organizations.order_by().values_list("time_zone", flat=True).distinct()
        )


def read_rows(
    people: Iterable[Any], *, user: User, now: datetime
) -> list[OccasionReport]:
    """Return reports with the rows of some that were found, in the same order.

    Takes a constant number of queries.
    """
    rosters: dict[OccasionId, list[Participant]] = defaultdict(list)
    for person in people:
        rosters[OccasionId.of_row(person)].append(person)
    reports = {
        **_of_sessions(rosters, user=user, now=now),
        **_of_events(rosters, user=user),
    }
    return [reports[occasion] for occasion in rosters if occasion in reports]


def _of_sessions(
    rosters: dict[OccasionId, list[Participant]], *, user: User, now: datetime
) -> dict[OccasionId, OccasionReport]:
    sessions = LiveSession.objects.select_related("event__organization", "calculation")
    by_id = sessions.in_bulk([m.session for m in rosters if m.session is not None])
    wanted = [occasion for occasion in rosters if occasion.session in by_id]
    reports = read_reports(
        [(by_id[m.session], rosters[m]) for m in wanted if m.session is not None],
        user=user,
        now=now,
    )
    return dict(zip(wanted, reports, strict=True))


def _of_events(
    rosters: dict[OccasionId, list[Participant]], *, user: User
) -> dict[OccasionId, OccasionReport]:
    events = Event.objects.select_related("organization")
    by_id = events.in_bulk([m.event for m in rosters if m.session is None])
    wanted = [m for m in rosters if m.session is None and m.event in by_id]
    reports = read_event_reports(
        [(by_id[m.event], rosters[m]) for m in wanted], user=user
    )
    return dict(zip(wanted, reports, strict=True))


def occasion_of(report: OccasionReport) -> Occasion:
    """Return what a report is about."""
    return report.session if isinstance(report, Report) else report.event


def rows_as_dicts(reports: Sequence[OccasionReport]) -> list[dict[str, Any]]:
    """Return the rows of reports, each with its session, in the shape of REST."""
    rows: list[dict[str, Any]] = []
    for report in reports:
        about = {
            "session": report.session_as_dict(),
            "event": report.event.pk,
            "organization": report.event.organization_id,
        }
        rows.extend({**about, **report.row_as_dict(row)} for row in report.rows)
    return rows
