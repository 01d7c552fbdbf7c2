"""Rows of the reports of many sessions: which there are, and their content.

A row is a person at a session. One query finds the rows. Evidence is read before it
only for people who are not expected, as on the waiting list or before their enrolment,
at sessions with facts that are not calculated yet: they have a row if they were there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count

from attendance.models import Status
from attendance.report_rows.read_reports import ORDER_OF_PEOPLE, read_reports
from attendance.report_rows.report import Report
from attendance.report_rows.who_has_a_row import People, all_rows, with_a_row
from attendance.reports.filters import ReportFilters
from events.models import (
    Event,
    Organization,
    Participant,
    User,
)
from sessions_app.models import LiveSession, SessionType

# Rows of a CSV file that are read together: few enough for memory, and enough for few
# queries.
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class TypeSummary:
    """The rows of one session type.

    Attributes:
        statuses: The number of rows with each status, without those in ``void``.
        void: The number of rows of cancelled sessions, which are not counted.
    """

    session_type: str
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
    """The rows of all reports that a user may see, after filtering.

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
        rows = all_rows(self._user).filter(self._filters.of_rows(self._zones()))
        rows = with_a_row(rows, now=self._now)
        return rows.order_by("-starts_at", "-session", *ORDER_OF_PEOPLE)

    @cached_property
    def summary(self) -> list[TypeSummary]:
        """The number of rows by session type and status, by one query."""
        counted = (
            self.people.order_by()
            .values_list("session_type", "status", "is_void")
            .annotate(number=Count("pk"))
        )
        statuses: dict[str, dict[str, int]] = {}
        void: dict[str, int] = defaultdict(int)
        for session_type, status, is_void, number in counted:
            counts = statuses.setdefault(session_type, dict.fromkeys(Status.values, 0))
            if is_void:
                void[session_type] += number
            else:
                counts[status] += number
        return [
            TypeSummary(session_type, statuses[session_type], void[session_type])
            for session_type in SessionType.values
            if session_type in statuses
        ]

    def read(self, people: Iterable[Any]) -> list[Report]:
        """Return reports with the rows of some of :attr:`people`, in the same order.

        Takes a constant number of queries.
        """
        return read_rows(people, user=self._user, now=self._now)

    def chunks(self) -> Iterator[list[Report]]:
        """Yield all reports in chunks of whole sessions, so that memory does not grow.

        Each chunk takes a constant number of queries.
        """
        for sessions in self._sessions_at_once():
            yield self.read(self.people.filter(session__in=sessions))

    def _sessions_at_once(self) -> Iterator[list[int]]:
        sizes = (
            self.people.order_by("-starts_at", "-session")
            .values_list("session", "starts_at")
            .annotate(number=Count("pk"))
        )
        sessions: list[int] = []
        rows = 0
        for session, _starts_at, number in sizes:
            if sessions and rows + number > ROWS_AT_ONCE:
                yield sessions
                sessions, rows = [], 0
            sessions.append(session)
            rows += number
        if sessions:
            yield sessions

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


def read_rows(people: Iterable[Any], *, user: User, now: datetime) -> list[Report]:
    """Return reports with the rows of some of ``all_rows``, in the same order.

    Takes a constant number of queries.
    """
    rosters: dict[int, list[Participant]] = defaultdict(list)
    for person in people:
        rosters[person.session].append(person)
    sessions = LiveSession.objects.select_related("event__organization", "calculation")
    by_id = sessions.in_bulk(rosters)
    return read_reports(
        [(by_id[key], roster) for key, roster in rosters.items() if key in by_id],
        user=user,
        now=now,
    )


def rows_as_dicts(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Return the rows of reports, each with its session, in the shape of REST."""
    rows: list[dict[str, Any]] = []
    for report in reports:
        event = report.session.event
        about = {
            "session": report.session_as_dict(),
            "event": event.pk,
            "organization": event.organization_id,
        }
        rows.extend({**about, **report.row_as_dict(row)} for row in report.rows)
    return rows
