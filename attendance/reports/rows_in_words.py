"""The people of a report as its page shows them: texts, times and bars.

Texts are in the language that is active when they are made. All times are in the time
zone of the event.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.decisions.marking_panel import UndoOffer
from attendance.evidence.session_evidence import Attempts, Evidence
from attendance.evidence.whereabouts import Whereabouts, last_seen
from attendance.models import SOURCE_LABELS, Status
from attendance.report_rows.namesakes import Namesakes
from attendance.report_rows.report import Report, ReportRow, UnmatchedRow
from attendance.reports.said import NOTHING, Said
from attendance.reports.unmatched_panel import (
    LinkedName,
    PersonOptions,
    RefusedWalkIn,
    UnmatchedPanel,
)
from attendance.rules.calculation import Interval
from attendance.rules.instants import instant, microseconds
from attendance.wording.explanation import attempts_in_words
from attendance.wording.modes import label_of_person, not_there
from attendance.wording.phrases import (
    amount,
    capitalized,
    clock_beside,
    clock_range,
    share,
    way_of_joining,
)
from attendance.wording.timeline import Axis, Bar
from core.names import comma
from events.accounts.clocks import zone_of
from events.models import ParticipantRole


@dataclass(frozen=True, slots=True)
class PresenceBar:
    """The bar of one person, and its alternative text."""

    bars: list[Bar]
    text: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person on the roster, in words.

    Attributes:
        person_id: Whose page the name links to; None if the reader may not open it.
        beside: What tells them from others of that name; may be empty.
        tone: The status whose colour the row has.
        shape: The name of the shape: the status, or, while the session runs, where the
            person is.
        label: The label of ``shape``.
        amount: How long they were there.
        share: Percentage of the window; empty if nothing was calculated.
        undo: The change that the reader may undo, if any.
        said: What the person said of it.
    """

    participant_id: int
    person_id: int | None
    name: str
    beside: str
    role: str
    tone: str
    shape: str
    label: str
    source: str
    presence: PresenceBar
    sentence: str
    amount: str
    share: str
    links: list[LinkedName]
    undo: UndoOffer | None
    said: Said


@dataclass(frozen=True, slots=True)
class StrangerRow:
    """Somebody who was seen and matches nobody on the roster, in words.

    ``identity`` is empty and ``panel`` None if the reader may not see identities.
    """

    name: str
    identity: str
    kind: str
    is_here: bool
    presence: PresenceBar
    sentence: str
    amount: str
    panel: UnmatchedPanel | None


class RowsInWords:
    """Puts the rows of one report into words.

    Args:
        report: The report.
        axis: The window of its session.
        asks_whether_held: The page asks whether the session was held.
        is_ahead: The session has not begun.
        is_running: The session has begun, and not ended.
        refused: A walk-in that was just refused, if any.
    """

    def __init__(
        self,
        report: Report,
        axis: Axis,
        *,
        asks_whether_held: bool,
        is_ahead: bool,
        is_running: bool,
        refused: RefusedWalkIn | None = None,
    ) -> None:
        self.report = report
        self.mode = report.session.mode
        self.zone = ZoneInfo(zone_of(report.session.event))
        self.asks_whether_held = asks_whether_held
        self.is_ahead = is_ahead
        self.is_running = is_running
        self.is_live = is_running and not report.is_void
        self.options = PersonOptions.of(report.candidates)
        # Who may not see addresses sees names alone.
        shows = report.visibility.sees_addresses
        people = [row.participant for row in report.rows] if shows else []
        self._namesakes = Namesakes((person.name, person.email) for person in people)
        self._axis = axis
        self._refused = refused
        self._labels = dict(Status.choices)

    def person(
        self, row: ReportRow, *, undo: UndoOffer | None = None, said: Said = NOTHING
    ) -> PersonRow:
        """Return the row of somebody on the roster."""
        person, decision = row.participant, row.attendance
        presence = self._presence(row.intervals)
        seconds = _length(row.intervals)
        if decision and decision.attended_seconds is not None:
            seconds = decision.attended_seconds
        shape, label = row.status, str(self._labels[Status(row.status)])
        if self.is_live and row.status == Status.UNKNOWN:
            where = last_seen(row.seen).where
            shape, label = where.value, label_of_person(where, self.mode)
        return PersonRow(
            participant_id=person.pk,
            person_id=person.person_id
            if self.report.visibility.sees_addresses
            else None,
            name=person.name,
            beside=self._namesakes.beside(person),
            role=_("host") if person.role == ParticipantRole.HOST else "",
            # Rows of cancelled sessions have no colour.
            tone=Status.UNKNOWN.value if self.report.is_void else row.status,
            shape=shape,
            label=label,
            source=self._source(row),
            presence=presence,
            sentence=self._sentence(row, presence),
            amount="" if self.is_ahead else amount(seconds),
            share=share(decision.percentage, decision.policy) if decision else "",
            links=list(map(LinkedName.of, row.linked)),
            undo=undo,
            said=said,
        )

    def stranger(self, row: UnmatchedRow) -> StrangerRow:
        """Return the row of somebody who is not on the roster."""
        stranger = row.stranger
        presence = self._presence(row.intervals)
        if self.is_live:
            sentence = self._where_in_words(stranger.evidence)
        else:
            sentence = self._seen_and_tried(presence, row)
        return StrangerRow(
            name=stranger.name or "",
            identity=stranger.identity or "" if self._shows_identities else "",
            kind=way_of_joining(stranger.kind),
            is_here=self.is_live
            and last_seen(stranger.evidence).where == Whereabouts.HERE,
            presence=presence,
            sentence=capitalized(sentence),
            amount=amount(row.seconds),
            panel=UnmatchedPanel.of(stranger, row.guess, self.options, self._refused)
            if self._shows_identities
            else None,
        )

    @property
    def _shows_identities(self) -> bool:
        return self.report.visibility.sees_identities

    def _sentence(self, row: ReportRow, presence: PresenceBar) -> str:
        """Return the explanation; if nothing is decided yet, what was seen.

        The page says once, for all rows, why nothing is decided.
        """
        if self.is_live and row.status == Status.UNKNOWN:
            return self._where_in_words(row.seen)
        nobody_knows = row.status == Status.UNKNOWN and not row.intervals
        decision = row.attendance
        is_open = row.status == Status.UNKNOWN and (
            self.report.calculated_at is None
            or (self.asks_whether_held and not (decision and decision.failed_attempts))
        )
        if not is_open:
            return row.explanation
        return not_there(self.mode) if nobody_knows else presence.text

    def _source(self, row: ReportRow) -> str:
        if row.attendance is None or row.attendance.source is None:
            return ""
        return str(SOURCE_LABELS[row.attendance.source])

    # Where somebody is, while the session runs

    def _where_in_words(self, seen: Evidence) -> str:
        since, left_at, is_inferred = last_seen(seen)
        if since is not None:
            return _("In the room since %(time)s") % {"time": self._clock(since)}
        if left_at is None:
            tried = self._tried(seen.attempts)
            missing = label_of_person(Whereabouts.MISSING, self.mode)
            return comma().join(filter(None, [capitalized(missing), tried]))
        text = _("Left at %(time)s") % {"time": self._clock(left_at)}
        return _("%(times)s (end estimated)") % {"times": text} if is_inferred else text

    # What was seen

    def _seen_and_tried(self, presence: PresenceBar, row: UnmatchedRow) -> str:
        tried = self._tried(row.stranger.evidence.attempts)
        if tried and not row.intervals:
            return _("%(attempts)s, never got through") % {"attempts": tried}
        if not tried:
            return presence.text
        return _("%(seen)s; %(attempts)s") % {"seen": presence.text, "attempts": tried}

    def _tried(self, attempts: Attempts) -> str:
        number, first_at, last_at = attempts
        return attempts_in_words(number, _time(first_at), _time(last_at), self.zone)

    def _presence(self, intervals: Sequence[Interval]) -> PresenceBar:
        if self.is_running:
            # Somebody in the room has not left: no end is estimated.
            until = microseconds(self.report.until)
            intervals = [
                Interval(i.joined_at, i.left_at, i.inferred and i.left_at < until)
                for i in intervals
            ]
        return PresenceBar(self._axis.bars(intervals), self._in_words(intervals))

    def _in_words(self, intervals: Sequence[Interval]) -> str:
        """Return the bar as text: when somebody was there, and estimated ends."""
        if not intervals:
            return _("Not seen")
        times = comma().join(self._interval(interval) for interval in intervals)
        return _("Seen %(times)s") % {"times": times}

    def _interval(self, interval: Interval) -> str:
        joined, left = instant(interval.joined_at), instant(interval.left_at)
        if self.is_running and left >= self.report.until:
            return _("since %(time)s") % {"time": self._clock(interval.joined_at)}
        text = clock_range(joined, left, self.zone)
        if not interval.inferred:
            return text
        return _("%(times)s (end estimated)") % {"times": text}

    def _clock(self, microseconds_: int) -> str:
        beside = self.report.session.starts_at
        return clock_beside(instant(microseconds_), self.zone, beside=beside)


def _length(intervals: Iterable[Interval]) -> int:
    return sum(left - joined for joined, left, _inferred in intervals) // 1_000_000


def _time(microseconds_: int | None) -> datetime | None:
    return None if microseconds_ is None else instant(microseconds_)
