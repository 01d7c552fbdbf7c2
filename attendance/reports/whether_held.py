"""Whether a session was held: what is known, the question, and an organizer's answer.

Source: docs/rules.md 31, 33.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.models import SessionCalculation, Status
from attendance.report_rows.report import Report
from attendance.wording.modes import why_not_proved
from attendance.wording.phrases import clock_beside
from attendance.wording.sentences import name_of
from core.names import isolated
from events.accounts.clocks import zone_of
from events.models import ParticipantRole
from sessions_app.models import Mode


@dataclass(frozen=True, slots=True)
class WhetherHeld:
    """What the page of a session says of whether it was held.

    Attributes:
        report: The report as the reader may see it.
    """

    report: Report

    @property
    def asks(self) -> bool:
        """Whether to ask: it ended and was calculated, nothing proves it, and
        attendees are unknown."""
        calculation, report = self._calculation, self.report
        return (
            calculation is not None
            and not calculation.proved
            and not report.proved
            and report.until >= report.session.end
            and any(
                row.status == Status.UNKNOWN
                and row.participant.role == ParticipantRole.ATTENDEE
                for row in report.rows
            )
        )

    @property
    def is_being_recalculated(self) -> bool:
        """Whether what is known changed since, so that it is calculated anew."""
        calculation = self._calculation
        return calculation is not None and calculation.proof_changed

    @property
    def has_decisions(self) -> bool:
        """Whether anybody has a status other than unknown."""
        summary = self.report.summary
        return summary[Status.UNKNOWN] < sum(summary.values())

    @property
    def known(self) -> str:
        """What is known, in sentences; empty if nothing but that nobody was seen."""
        proof, mode = self.report.proof, self.report.session.mode
        if mode == Mode.ONLINE and not (proof.checked_in or proof.marked):
            return ""
        return " ".join(why_not_proved(proof, mode))

    @property
    def is_of_another_mode(self) -> bool:
        """Whether what is known would prove it, had it been held otherwise."""
        return self.report.proof.proves(Mode.HYBRID)

    @property
    def said(self) -> str:
        """Who said that it was held, and when; empty if nobody did."""
        calculation = self._calculation
        if calculation is None or calculation.said_held_at is None:
            return ""
        session = self.report.session
        time = clock_beside(
            calculation.said_held_at,
            ZoneInfo(zone_of(session.event)),
            beside=session.starts_at,
        )
        if name := name_of(calculation.said_held_by):
            text = _("%(name)s said that this session was held (%(time)s).")
        else:
            text = _("An organizer said that this session was held (%(time)s).")
        return text % {"name": isolated(name), "time": time}

    @property
    def _calculation(self) -> SessionCalculation | None:
        """The calculation, as far as the page tells of it."""
        report = self.report
        is_told = report.visibility.sees_everybody and not report.is_void
        return report.calculation if is_told and report.calculated_at else None
