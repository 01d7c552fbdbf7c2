"""The summary on top of a session's report: how many people, and what it rests on."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from attendance.evidence.whereabouts import Whereabouts
from attendance.models import Status
from attendance.report_rows.report import Report, ReportRow
from attendance.rules.statuses import COMPUTED
from attendance.wording.modes import check_ins, is_missed, label_of_people
from attendance.wording.phrases import IN_ORDER, Count, enumerated
from sessions_app.models import Mode
from sessions_app.phase import Phase

# More people with estimated ends are not named.
NAMED_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """The numbers of a report, in words of the language that is active.

    Attributes:
        report: The report as the reader may see it.
        phase: The phase of its session.
        places: Where each person of the report is; None if they are not looked for.
        strangers_here: Number of people in the room who are not on the roster.
    """

    report: Report
    phase: Phase
    places: Sequence[Whereabouts | None]
    strangers_here: int

    @property
    def mode(self) -> str:
        return self.report.session.mode

    @property
    def _is_live(self) -> bool:
        return self.phase == Phase.RUNNING and not self.report.is_void

    @property
    def counts(self) -> list[Count]:
        """The numbers of the summary: people by status, or by where they are."""
        summary = self.report.summary
        if self._is_live:
            return self._counts_now()
        decided = self._decided
        counts = [
            Count(self._tone(status), str(status.label), summary[status])
            for status in IN_ORDER
            # Statuses that a calculation may give are shown even if nobody has them.
            if summary[status] or status in decided
        ]
        if (
            not self.report.calculated_at
            and len(counts) <= 1
            and summary[Status.UNKNOWN]
        ):
            return self._counts_before()
        return counts

    def _tone(self, status: Status) -> str:
        """Return the colour of a status; cancelled sessions have none."""
        return Status.UNKNOWN.value if self.report.is_void else status.value

    @property
    def _decided(self) -> Collection[str]:
        """The statuses that the calculation could give."""
        calculation = self.report.calculation
        if calculation is None or not calculation.calculated_at:
            return ()
        if not self.report.nobody_seen:
            return COMPUTED if calculation.proved else ()
        is_in_person = self.mode != Mode.ONLINE and calculation.proved
        return (Status.PRESENT, Status.LATE, Status.ABSENT) if is_in_person else ()

    def _counts_now(self) -> list[Count]:
        """Return where people are while the session runs, and decisions beside it.

        Where people are is shown instead of the number of unknown ones.
        """
        rows = self.report.rows
        counts = []
        if self.mode != Mode.ONLINE:
            checked_in = [row for row in rows if _is_checked_in(row)]
            counts.append(Count("", pgettext("people", "checked in"), len(checked_in)))
            rows = [row for row in rows if not _is_checked_in(row)]
        for where in Whereabouts:
            number = self.places.count(where)
            is_expected = self.mode != Mode.IN_PERSON or where == Whereabouts.MISSING
            if number or is_expected:
                counts.append(Count("", label_of_people(where, self.mode), number))
        if self.strangers_here:
            text = _("in the room, not on the roster")
            counts.append(Count("", text, self.strangers_here))
        statuses = Counter(row.status for row in rows)
        return counts + [
            Count(self._tone(status), str(status.label), statuses[status])
            for status in IN_ORDER
            if statuses[status] and status != Status.UNKNOWN
        ]

    def _counts_before(self) -> list[Count]:
        """Return how many people were seen so far, while nothing is decided."""
        rows = self.report.rows
        if self.phase == Phase.AHEAD:
            return [Count("", _("on the roster"), len(rows))]
        seen = sum(bool(row.intervals) for row in rows)
        missed = sum(
            not row.intervals and is_missed(row.participant, self.mode) for row in rows
        )
        if self.mode == Mode.IN_PERSON and not self.report.anybody_came_online:
            return [Count("", pgettext("people", "not checked in"), missed)]
        return [
            Count("", pgettext("people", "seen"), seen),
            Count("", pgettext("people", "not seen"), missed),
        ]

    @property
    def facts(self) -> str:
        """What the report rests on: check-ins, facts received, estimated ends."""
        known = [] if self.mode == Mode.ONLINE else check_ins(self.report.proof)
        return " ".join(filter(None, [*known, self._facts_received()]))

    def _facts_received(self) -> str:
        number = self.report.facts
        if not number:
            is_told = self.mode != Mode.IN_PERSON and self.phase != Phase.AHEAD
            return _("Nothing received from LiveKit.") if is_told else ""
        text = ngettext(
            "%(number)d message from LiveKit.",
            "%(number)d messages from LiveKit.",
            number,
        ) % {"number": number}
        if ends := self._inferred_ends():
            return f"{text} {ends}"
        return text

    def _inferred_ends(self) -> str:
        if self.phase != Phase.ENDED:
            return ""
        inferred = {
            row.participant.name: sum(i.inferred for i in row.intervals)
            for row in self.report.rows
            if any(i.inferred for i in row.intervals)
        }
        number = sum(inferred.values())
        if not number:
            return ""
        if len(inferred) > NAMED_AT_MOST:
            text = ngettext(
                "%(number)d end estimated: LiveKit never reported that they left.",
                "%(number)d ends estimated: LiveKit never reported that they left.",
                number,
            )
        else:
            text = ngettext(
                "%(number)d end estimated: LiveKit never reported that %(names)s left.",
                "%(number)d ends estimated: LiveKit never reported that "
                "%(names)s left.",
                number,
            )
        return text % {"number": number, "names": enumerated(list(inferred))}


def _is_checked_in(row: ReportRow) -> bool:
    decision = row.attendance
    return decision is not None and decision.checked_in_at is not None
