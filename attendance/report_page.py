"""The report as a page shows it: texts in the reader's language, geometry of bars.

Decisions, figures and sentences are those of ``selectors.session_report``, the same as
in REST; here they only get words, a clock and a place. All times are the event's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.functional import cached_property
from django.utils.translation import get_language_bidi, ngettext, pgettext
from django.utils.translation import gettext as _

from attendance.calculation import MINUTE, Interval
from attendance.explanation import SHOWN_IN_SECONDS_UNDER, attempts_in_words
from attendance.models import DecisionSource, Status
from attendance.selectors import Report, ReportRow, UnmatchedRow, instant, microseconds
from attendance.timeline import Axis, Bar
from events.models import ParticipantRole
from sessions_app.models import LiveSession

NAMED_AT_MOST = 3

# Counted in every summary of a calculated session; the others if anybody has them.
ALWAYS_COUNTED = (Status.PRESENT, Status.LATE, Status.PARTIAL, Status.ABSENT)
# Whoever is unknown comes last.
IN_ORDER = sorted(Status, key=lambda status: status == Status.UNKNOWN)


class Phase(StrEnum):
    """Where the present lies: before, inside or after the window of a session."""

    AHEAD = "ahead"
    RUNNING = "running"
    ENDED = "ended"

    @classmethod
    def of(cls, session: LiveSession, now: datetime) -> "Phase":
        """Tell by the clock alone, also of a cancelled session."""
        if now < session.starts_at:
            return cls.AHEAD
        return cls.RUNNING if now < session.end else cls.ENDED


class Count(NamedTuple):
    """How many people there are of a kind, in the colour of the status ``tone``."""

    tone: str
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Presence:
    """A bar, and the same as text for those who do not see it."""

    bars: list[Bar]
    text: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person on the roster, as shown, in the colour of the status ``tone``."""

    name: str
    role: str
    status: str
    tone: str
    status_label: str
    source: str
    presence: Presence
    sentence: str
    amount: str
    share: str


@dataclass(frozen=True, slots=True)
class StrangerRow:
    """Somebody seen and not on the roster, as shown; ``identity`` empty if hidden."""

    name: str
    identity: str
    kind: str
    presence: Presence
    sentence: str
    amount: str


class ReportPage:
    """A report in words; made and rendered under the reader's language."""

    def __init__(self, report: Report, *, now: datetime) -> None:
        self.report = report
        self.session = report.session
        self.zone = ZoneInfo(report.session.event.time_zone)
        phase = Phase.of(report.session, now)
        self.is_cancelled = report.is_void
        self.is_ahead = phase == Phase.AHEAD
        self.is_running = phase == Phase.RUNNING
        self.has_ended = phase == Phase.ENDED
        self._start = microseconds(report.session.starts_at)
        self._axis = Axis(
            self._start, microseconds(report.session.end), get_language_bidi()
        )
        self._labels = dict(Status.choices)
        self._sources = dict(DecisionSource.choices)
        self.rows = [self._person(row) for row in report.rows]
        self.strangers = [self._stranger(row) for row in report.unmatched]

    # The head

    @property
    def may_change(self) -> bool:
        """Organizers do; the same people see identities."""
        return self.report.sight.of_identities

    @property
    def is_of_all(self) -> bool:
        """The whole report; else the reader's own row alone."""
        return self.report.sight.of_all

    @property
    def may_calculate(self) -> bool:
        """Whether a calculation can be asked for."""
        return self.may_change and self.has_ended and not self.is_cancelled

    @property
    def asks_whether_held(self) -> bool:
        """Nobody was seen, and nobody has said what that means."""
        return (
            self.is_of_all
            and not self.is_cancelled
            and self.report.nobody_seen
            and self.report.summary[Status.UNKNOWN] > 0
        )

    @property
    def day(self) -> str:
        """The day on which the session began."""
        return long_date(self._local(self.session.starts_at).date())

    @property
    def window(self) -> str:
        """From when to when it was; a really held time beside the planned one."""
        text = clock_range(self.session.starts_at, self.session.end, self.zone)
        if self.session.end == self.session.ends_at:
            return text
        return _("%(window)s (planned until %(end)s)") % {
            "window": text,
            "end": self._clock(self.session.ends_at),
        }

    @property
    def zone_name(self) -> str:
        """The zone of every time on the page."""
        return self.session.event.time_zone

    @property
    def state(self) -> str:
        """How far the session is, and since when the report stands."""
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
        """When a failed calculation is tried again; empty if the last one went well."""
        calculation = self.report.calculation
        if calculation is None or not calculation.failures or not calculation.retry_at:
            return ""
        return self._clock(calculation.retry_at)

    # The summary

    @property
    def counts(self) -> list[Count]:
        """How many people have each status that is worth a number."""
        summary = self.report.summary
        if not self.report.calculated_at and summary[Status.UNKNOWN] == len(self.rows):
            return self._counts_before()
        decided = bool(self.report.calculated_at) and not self.report.nobody_seen
        return [
            Count(self._tone(status), str(self._labels[status]), summary[status])
            for status in IN_ORDER
            if summary[status] or (decided and status in ALWAYS_COUNTED)
        ]

    def _counts_before(self) -> list[Count]:
        """While nothing is decided: who was seen so far."""
        if self.is_ahead:
            return [Count("", _("on the roster"), len(self.rows))]
        seen = sum(bool(row.intervals) for row in self.report.rows)
        return [
            Count("", pgettext("people", "seen"), seen),
            Count("", pgettext("people", "not seen"), len(self.rows) - seen),
        ]

    @property
    def facts(self) -> str:
        """What the report rests on: facts received, ends inferred."""
        number = self.report.facts
        if self.is_ahead and not number:
            return ""
        text = ngettext(
            "%(number)d fact received.", "%(number)d facts received.", number
        ) % {"number": number}
        if ends := self._inferred_ends():
            return f"{text} {ends}"
        return text

    def _inferred_ends(self) -> str:
        if not self.has_ended:
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
                "%(number)d end inferred: the server never said that they left.",
                "%(number)d ends inferred: the server never said that they left.",
                number,
            )
        else:
            text = ngettext(
                "%(number)d end inferred: the server never said that %(names)s left.",
                "%(number)d ends inferred: the server never said that %(names)s left.",
                number,
            )
        return text % {"number": number, "names": _enumerated(list(inferred))}

    # The people

    @property
    def statuses(self) -> list[str]:
        """Whose colours the bars have."""
        return list(Status.values)

    @property
    def axis_label(self) -> str:
        """From when to when the bars run."""
        return _("%(start)s → %(end)s") % {
            "start": self._clock(self.session.starts_at),
            "end": self._clock(self.session.end),
        }

    @property
    def grace_label(self) -> str:
        """What the dashed line is; empty where there is none."""
        if self.grace is None:
            return ""
        end = self._start + self.report.policy.grace_minutes * MINUTE
        return _("dashed: end of grace %(time)s") % {"time": self._clock(instant(end))}

    @cached_property
    def grace(self) -> str | None:
        """Where the dashed line stands."""
        return self._axis.end_of_grace(self.report.policy.grace_minutes)

    @cached_property
    def now(self) -> str | None:
        """Where the present stands while the session runs."""
        if not self.is_running:
            return None
        return self._axis.place(microseconds(self.report.until))

    @property
    def has_inferred(self) -> bool:
        """Whether any bar is hatched."""
        people: list[PersonRow | StrangerRow] = [*self.rows, *self.strangers]
        return any(bar.inferred for row in people for bar in row.presence.bars)

    def _person(self, row: ReportRow) -> PersonRow:
        person, decision = row.participant, row.attendance
        presence = self._presence(row.intervals)
        # Where nothing is decided the page says why, once, and the row what was seen.
        is_open = row.status == Status.UNKNOWN and (
            self.report.calculated_at is None
            or (self.asks_whether_held and not (decision and decision.failed_attempts))
        )
        seconds = _length(row.intervals)
        if decision and decision.attended_seconds is not None:
            seconds = decision.attended_seconds
        return PersonRow(
            name=person.name,
            role=_("host") if person.role == ParticipantRole.HOST else "",
            status=row.status,
            tone=self._tone(row.status),
            status_label=str(self._labels[Status(row.status)]),
            source=self._source(row),
            presence=presence,
            sentence=presence.text if is_open else row.explanation,
            amount="" if self.is_ahead else amount(seconds),
            share=share(decision.percentage if decision else None),
        )

    def _tone(self, status: str) -> str:
        """What is void has no colour."""
        return Status.UNKNOWN.value if self.is_cancelled else status

    def _source(self, row: ReportRow) -> str:
        if row.attendance is None or row.attendance.source is None:
            return ""
        return str(self._sources[DecisionSource(row.attendance.source)])

    def _stranger(self, row: UnmatchedRow) -> StrangerRow:
        stranger = row.stranger
        presence = self._presence(row.intervals)
        number, first_at, last_at = stranger.evidence.attempts
        tried = attempts_in_words(number, _time(first_at), _time(last_at), self.zone)
        if tried and not row.intervals:
            sentence = _("%(attempts)s, never got through") % {"attempts": tried}
        elif tried:
            sentence = f"{presence.text}; {tried}"
        else:
            sentence = presence.text
        return StrangerRow(
            name=stranger.name or "",
            identity=(stranger.identity or "") if self.may_change else "",
            kind=_kind(stranger.kind),
            presence=presence,
            sentence=_capitalized(sentence),
            amount=amount(row.seconds),
        )

    def _presence(self, intervals: Sequence[Interval]) -> Presence:
        if self.is_running:
            # Who is there has not left: that is seen, not inferred.
            until = microseconds(self.report.until)
            intervals = [
                Interval(i.joined_at, i.left_at, i.inferred and i.left_at < until)
                for i in intervals
            ]
        return Presence(self._axis.bars(intervals), self._in_words(intervals))

    def _in_words(self, intervals: Sequence[Interval]) -> str:
        """The bar as text: when somebody was there, and which ends are inferred."""
        if not intervals:
            return _("Not seen so far") if self.is_running else _("Not seen")
        times = _comma().join(self._interval(interval) for interval in intervals)
        return _("Seen %(times)s") % {"times": times}

    def _interval(self, interval: Interval) -> str:
        joined, left = instant(interval.joined_at), instant(interval.left_at)
        if self.is_running and left >= self.report.until:
            return _("since %(time)s") % {"time": self._clock(joined)}
        text = clock_range(joined, left, self.zone)
        if not interval.inferred:
            return text
        return _("%(times)s (end inferred)") % {"times": text}

    # Times

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def _clock(self, moment: datetime) -> str:
        """A time of the session's day as a clock shows it, of another day with it."""
        return clock(moment, self.zone, beside=self.session.starts_at)


# --- Words for times, lengths and names ---------------------------------------------


def clock(moment: datetime, zone: tzinfo, *, beside: datetime) -> str:
    """Return the time, with its date where that is not the date of ``beside``."""
    local = moment.astimezone(zone)
    if local.date() == beside.astimezone(zone).date():
        return f"{local:%H:%M}"
    return _("%(date)s, %(time)s") % {
        "date": date_format(local, pgettext("date format", "j F")),
        "time": f"{local:%H:%M}",
    }


def clock_range(start: datetime, end: datetime, zone: tzinfo) -> str:
    """Return from when to when: the end with its date if that is another."""
    first = f"{start.astimezone(zone):%H:%M}"
    return f"{first} \u2013 {clock(end, zone, beside=start)}"


def long_date(day: date) -> str:
    """Return "Tuesday 18 November 2026" in the reader's language."""
    return date_format(day, pgettext("date format", "l j F Y"))


def amount(seconds: int) -> str:
    """Return whole minutes, and seconds where a minute would say too little."""
    if 0 < seconds < SHOWN_IN_SECONDS_UNDER:
        return _("%(seconds)d s") % {"seconds": seconds}
    return _("%(minutes)d min") % {"minutes": seconds // 60}


def share(percentage: Decimal | None) -> str:
    """Return the percentage, its decimals only where they say something."""
    if percentage is None:
        return ""
    number = number_format(percentage, 2 if percentage % 1 else 0)
    return _("%(number)s %%") % {"number": number}


def _length(intervals: Iterable[Interval]) -> int:
    return sum(left - joined for joined, left, _inferred in intervals) // 1_000_000


def _time(microseconds_: int | None) -> datetime | None:
    return None if microseconds_ is None else instant(microseconds_)


def _enumerated(names: Sequence[str]) -> str:
    """Join names as a sentence does, each in its own direction."""
    isolated = [f"\u2068{name}\u2069" for name in names]
    if len(isolated) < 2:
        return "".join(isolated)
    return _("%(names)s and %(last)s") % {
        "names": _comma().join(isolated[:-1]),
        "last": isolated[-1],
    }


def _comma() -> str:
    return pgettext("between items of a list", ", ")


def _kind(kind: str | None) -> str:
    """How somebody came, where that was not the ordinary way."""
    if kind == "SIP":
        return _("by telephone")
    return "" if kind in (None, "STANDARD") else str(kind).lower()


def _capitalized(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
