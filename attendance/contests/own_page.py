"""The page on which somebody contests a decision about them, signed in or not.

Source: docs/rules.md 191.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from attendance.contests.contesting import why_not_contested
from attendance.contests.reading import contests_of
from attendance.models import Attendance, Status
from attendance.report_rows.event_rows import event_rows
from attendance.report_rows.read_reports import read_reports
from attendance.wording.phrases import day_and_times
from attendance.wording.said import ContestInWords
from events.accounts.clocks import zone_of


class OwnContestPage:
    """The page, in words of the language that is active.

    Args:
        decision: What is contested; with participant, session and event loaded.
        now: The present time.
    """

    def __init__(self, decision: Attendance, *, now: datetime) -> None:
        self.decision = decision
        self.place = decision.participant
        self.event = decision.event
        self.zone = ZoneInfo(zone_of(decision.event))
        self._now = now
        found = contests_of([decision.pk]).get(decision.pk, [])
        self.contests = [ContestInWords.of(each, self.zone) for each in found]
        self.is_open = any(each.settled_at is None for each in found)
        self.why_not = why_not_contested(decision)

    @property
    def statuses(self) -> list[str]:
        """All statuses, for the shapes that the page defines."""
        return list(Status.values)

    @property
    def title(self) -> str:
        return (self.decision.session or self.event).title

    @property
    def when(self) -> str:
        occasion = self.decision.session or self.event
        return day_and_times(occasion.starts_at, occasion.end, self.zone)

    @property
    def label(self) -> str:
        return str(Status(self.decision.status).label)

    @property
    def sentence(self) -> str:
        """What is recorded, as the report explains it; empty without a row."""
        session = self.decision.session
        if session is None:
            [row] = event_rows(self.event, [self.place])
            return row.explanation
        reports = read_reports([(session, [self.place])], user=None, now=self._now)
        rows = [row for report in reports for row in report.rows]
        return rows[0].explanation if rows else ""
