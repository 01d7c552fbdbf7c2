"""The page of a session's report: its head, its summary, and its people.

Decisions, figures and explanations come from ``report_rows/read_reports.py``, as in
REST; here they are only put into words. All times are in the time zone of the event.

Source: docs/rules.md 118, 120.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import cached_property
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from attendance.decisions.marking_panel import MarkingPanel
from attendance.evidence.whereabouts import Whereabouts, where_of
from attendance.models import Status
from attendance.report_rows.automatic import is_calculated_by_itself
from attendance.report_rows.people_filter import (
    FilteredPeople,
    ListedPerson,
    PeopleFilter,
)
from attendance.report_rows.report import Report, ReportRow
from attendance.reports.report_summary import ReportSummary
from attendance.reports.rows_in_words import PersonRow, RowsInWords, StrangerRow
from attendance.reports.said import NOTHING, Said
from attendance.reports.unmatched_panel import RefusedWalkIn
from attendance.reports.whether_held import WhetherHeld
from attendance.rules.calculation import MINUTE
from attendance.rules.instants import instant, microseconds
from attendance.rules.precedence import is_by_a_person
from attendance.wording.modes import is_missed
from attendance.wording.phrases import (
    clock_beside,
    clock_range,
)
from attendance.wording.timeline import Axis
from core.names import is_found
from core.times import long_date
from events.accounts.clocks import zone_of
from events.models import Organization, Participant
from events.roster.enrolment_in_words import enrolment_in_words
from sessions_app import livekit
from sessions_app.models import Mode
from sessions_app.phase import Phase


class NotEnrolled(NamedTuple):
    """Somebody of the roster who was not enrolled then, and when they are."""

    name: str
    enrolled: str


class ReportPage:
    """The report of a session, in words of the language that is active.

    Args:
        report: The report as the reader may see it.
        choice: The filter and search that were chosen.
        now: The present time.
        panel: The marking panel; None if the reader may not mark anybody here.
        refused: A walk-in that was just refused, if any.
        said: What people said of their rows, by participant id.
    """

    def __init__(
        self,
        report: Report,
        choice: PeopleFilter,
        *,
        now: datetime,
        panel: MarkingPanel | None = None,
        refused: RefusedWalkIn | None = None,
        said: Mapping[int, Said] | None = None,
    ) -> None:
        self.report, self.panel = report, panel
        self._said = said or {}
        self.read_at = now
        self.session = report.session
        self.zone = ZoneInfo(zone_of(report.session.event))
        self.is_cancelled = report.is_void
        phase = Phase.of(report.session, now)
        self.is_ahead, self.is_running = phase == Phase.AHEAD, phase == Phase.RUNNING
        self.is_live = is_live = self.is_running and not self.is_cancelled
        self.has_ended = phase == Phase.ENDED
        end = microseconds(self.session.end)
        self._axis = Axis(self._start, end, get_language_bidi())
        self.held = WhetherHeld(report)
        mode = self.session.mode
        everybody = [_listed(row, mode, is_live=is_live) for row in report.rows]
        # A reader who sees only their own row has nothing to filter.
        self.filtered = FilteredPeople(
            everybody,
            choice if self.is_of_all else PeopleFilter(),
            mode=mode,
            is_live=is_live,
            knows_addresses=self.may_change,
        )
        in_words = RowsInWords(
            report,
            self._axis,
            asks_whether_held=self.held.asks,
            is_ahead=self.is_ahead,
            is_running=self.is_running,
            refused=refused,
        )
        self.rows = self._shown_rows(in_words)
        self.strangers = [in_words.stranger(row) for row in report.unmatched]
        self.summary = ReportSummary(
            report,
            phase,
            places=[person.where for person in everybody],
            strangers_here=sum(row.is_here for row in self.strangers),
        )
        self.options = in_words.options.as_html() if self.strangers else ""

    @property
    def _start(self) -> int:
        return microseconds(self.session.starts_at)

    def _shown_rows(self, in_words: RowsInWords) -> list[PersonRow]:
        """Return the rows of the people whom filter and search show."""
        undoable = self.panel.undoable if self.panel else {}
        shown = {person.pk for person in self.filtered.people}
        return [
            in_words.person(
                row,
                undo=undoable.get(row.participant.pk),
                said=self._said.get(row.participant.pk, NOTHING),
            )
            for row in self.report.rows
            if row.participant.pk in shown
        ]

    # The head

    @property
    def may_change(self) -> bool:
        # Organizers, who are also the only ones to see identities.
        return self.report.visibility.sees_identities

    @property
    def is_of_all(self) -> bool:
        """Whether everybody is shown; else only the reader's own row."""
        return self.report.visibility.sees_everybody

    @property
    def people_of(self) -> Organization | None:
        """The organization, if the reader may search its people."""
        is_member = self.report.visibility.sees_addresses
        return self.session.event.organization if is_member else None

    @property
    def may_calculate(self) -> bool:
        return self.may_change and self.has_ended and not self.is_cancelled

    @property
    def may_run_again(self) -> bool:
        """Whether to offer that it still runs, as somebody ended it by mistake."""
        return self.may_change and self.session.was_ended_early(self.read_at)

    @property
    def is_awaited(self) -> bool:
        """Whether it was not calculated yet, and the reader sees no failure."""
        knows_of_failure = self.may_change and self.failed_until
        is_calculated = self.report.calculated_at is not None
        return self.has_ended and not is_calculated and not knows_of_failure

    @property
    def tells_how_to_join(self) -> bool:
        """Whether to show organizers how people join: until the session has ended."""
        is_online = self.session.mode != Mode.IN_PERSON and livekit.is_set_up()
        return (
            is_online and self.may_change and not (self.has_ended or self.is_cancelled)
        )

    @property
    def leads_to_the_door(self) -> bool:
        """Whether to link to where people are checked in: until it has ended."""
        is_in_person = self.session.mode != Mode.ONLINE
        return is_in_person and self.panel is not None and not self.has_ended

    @property
    def comes_by_itself(self) -> bool:
        """Whether it is calculated without somebody asking."""
        return is_calculated_by_itself(
            self.session, self.report.calculation, now=self.read_at
        )

    @property
    def shows_presence(self) -> bool:
        """Whether to show when people were seen: in person only if anybody was."""
        return self.session.mode != Mode.IN_PERSON or self.report.anybody_came_online

    @property
    def day(self) -> str:
        """The date of the start."""
        return long_date(self._local(self.session.starts_at).date())

    @property
    def window(self) -> str:
        """Start and end, with the planned end if that is another."""
        text = clock_range(self.session.starts_at, self.session.end, self.zone)
        if self.session.end == self.session.ends_at:
            return text
        return _("%(window)s, planned until %(end)s") % {
            "window": text,
            "end": self._clock(self.session.ends_at),
        }

    @property
    def as_of(self) -> str:
        """The time at which the page was made."""
        return self._clock(self.read_at)

    @property
    def read_on(self) -> str:
        """Date and time at which the page was made, for printing."""
        return _("%(date)s, %(time)s") % {
            "date": long_date(self._local(self.read_at).date()),
            "time": f"{self._local(self.read_at):%H:%M}",
        }

    @property
    def state(self) -> str:
        """The phase of the session, and when it was calculated."""
        if self.is_cancelled:
            return _("cancelled")
        if self.is_ahead:
            return _("not started yet")
        if self.is_running:
            return _("running now")
        if not self.report.calculated_at:
            return _("ended, not calculated yet")
        return _("ended, calculated %(time)s") % {
            "time": self._clock(self.report.calculated_at)
        }

    @property
    def failed_until(self) -> str:
        """When a failed calculation is retried; empty if the last one succeeded."""
        calculation = self.report.calculation
        if calculation is None or not calculation.failures or not calculation.retry_at:
            return ""
        return self._clock(calculation.retry_at)

    # The people

    @property
    def not_enrolled(self) -> list[NotEnrolled]:
        """People of the roster without a row, because they were not enrolled then.

        Of a search those whom it finds; else all of them, for organizers.
        """
        q = self.filtered.choice.q
        if not q and not self.may_change:
            return []
        return [
            NotEnrolled(
                person.name,
                enrolment_in_words(
                    person.enrolled, self.zone, beside=self.session.starts_at.date()
                ),
            )
            for person in self.report.not_enrolled
            if is_found(self._text_of(person), q)
        ]

    @property
    def is_reader_not_enrolled(self) -> bool:
        """Whether the only person whom the reader may see was not enrolled then."""
        return not self.is_of_all and bool(self.report.not_enrolled)

    def _text_of(self, person: Participant) -> str:
        return f"{person.name} {person.email}" if self.may_change else person.name

    @property
    def statuses(self) -> list[str]:
        """All statuses, for the shapes that the page defines."""
        return list(Status.values)

    @property
    def axis_label(self) -> str:
        """Start and end of the bars."""
        return _("%(start)s → %(end)s") % {
            "start": self._clock(self.session.starts_at),
            "end": self._clock(self.session.end),
        }

    @property
    def grace_label(self) -> str:
        """What the dashed line means; empty without one."""
        if self.grace is None:
            return ""
        end = self._start + self.report.policy.grace_minutes * MINUTE
        return _("dashed: grace period ends %(time)s") % {
            "time": self._clock(instant(end))
        }

    @cached_property
    def grace(self) -> str | None:
        """Position of the dashed line at the end of the grace period, if any."""
        return self._axis.end_of_grace(self.report.policy.grace_minutes)

    @cached_property
    def now(self) -> str | None:
        """Position of the present time on the bars; None if no session runs."""
        if not self.is_running:
            return None
        return self._axis.place(microseconds(self.report.until))

    @property
    def has_inferred(self) -> bool:
        """Whether any bar has an estimated end, and so is hatched."""
        people: list[PersonRow | StrangerRow] = [*self.rows, *self.strangers]
        return any(bar.inferred for row in people for bar in row.presence.bars)

    # Times

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def _clock(self, moment: datetime) -> str:
        """Return a time, with its date if it is not on the day of the start."""
        return clock_beside(moment, self.zone, beside=self.session.starts_at)


def _listed(row: ReportRow, mode: str, *, is_live: bool) -> ListedPerson:
    person, decision = row.participant, row.attendance
    is_waited_for = is_missed(person, mode)
    where = where_of(row.seen, row.status) if is_live else None
    return ListedPerson(
        person.pk,
        person.name,
        person.email,
        row.status,
        is_by_hand=decision is not None
        and is_by_a_person(decision.source, marked=decision.is_marked),
        was_seen=bool(row.intervals),
        where=where if is_waited_for or where != Whereabouts.MISSING else None,
        is_waited_for=is_waited_for,
    )
