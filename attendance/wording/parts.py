"""The parts of a decision that its sentence is made from, and words for them."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, pgettext_lazy
from django.utils.translation import gettext as _

from attendance.rules.calculation import Policy
from attendance.rules.event_result import Credit
from attendance.rules.statuses import Status
from core.names import isolated
from core.times import short_date

BEGINNING_WORDS: dict[str, Promise] = {
    Status.UNKNOWN: pgettext_lazy("status that begins a sentence", "Unknown"),
    Status.PRESENT: pgettext_lazy("status that begins a sentence", "Present"),
    Status.LATE: pgettext_lazy("status that begins a sentence", "Late"),
    Status.PARTIAL: pgettext_lazy("status that begins a sentence", "Partial"),
    Status.ABSENT: pgettext_lazy("status that begins a sentence", "Absent"),
    Status.EXCUSED: pgettext_lazy("status that begins a sentence", "Excused"),
}
COMPUTED_WORDS: dict[str, Promise] = {
    Status.PRESENT: pgettext_lazy("status that was computed", "present"),
    Status.LATE: pgettext_lazy("status that was computed", "late"),
    Status.PARTIAL: pgettext_lazy("status that was computed", "partial"),
    Status.ABSENT: pgettext_lazy("status that was computed", "absent"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedDecision:
    """The parts of a decision that its sentence may need.

    Instants are aware datetimes in any zone; lengths whole seconds, rounded down.

    Attributes:
        status: The final status, a value of ``statuses.Status``.
        computed_status: What the calculation said; None before any, or if it saw
            nobody at all.
        source: Who or what decided (``attendance.rules.precedence``); None before that.
        attended_seconds: Presence inside the window; None if nothing was computed,
            as are the next two.
        window_seconds: Length of the window.
        percentage: Share of the window, 0 to 100, two decimals, half up.
        window_starts_at: Start of the window (of the event, for an event's decision).
            A mark made on another day than this is shown with its date.
        first_seen_at: First moment of presence inside the window; None: never seen.
        last_seen_at: End of the last presence inside the window, not of the window.
        late_seconds: From the window's start to ``first_seen_at``.
        is_late: First seen after the grace.
        interval_count: Visits: presences united over all devices and connections.
        end_inferred: The end of the last presence is inferred.
        policy: The policy that gave the computed status; None if nothing was computed.
        failed_attempts: Attempts to connect that never got through.
        first_attempt_at: When the first of them was made; None without any.
        last_attempt_at: When the last of them was made; None without any.
        marked_by_name: Who marked, checked in or applied a suggestion; empty if a
            machine decided, if the person did it for themselves, or is forgotten.
        marked_at: When they did; for ``self_reported`` when it was answered.
        notes: What they wrote.
        nobody_seen: The calculation saw no person at all in this session.
        calculated: The session has been calculated.
        checked_in_at: When they came, if somebody checked them in.
        check_in_received_at: When that was heard of, perhaps later.
        check_in_method: How, a value of ``models.CheckInMethod``.
        self_attended: What they themselves answered; None before that.
        follows: What the sessions amount to, if the decision about an event follows
            from them.
    """

    status: str
    computed_status: str | None = None
    source: str | None = None
    attended_seconds: int | None = None
    window_seconds: int | None = None
    percentage: Decimal | None = None
    window_starts_at: datetime | None = None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    late_seconds: int | None = None
    is_late: bool = False
    interval_count: int = 0
    end_inferred: bool = False
    policy: Policy | None = None
    failed_attempts: int = 0
    first_attempt_at: datetime | None = None
    last_attempt_at: datetime | None = None
    marked_by_name: str = ""
    marked_at: datetime | None = None
    notes: str = ""
    nobody_seen: bool = False
    calculated: bool = False
    checked_in_at: datetime | None = None
    check_in_received_at: datetime | None = None
    check_in_method: str | None = None
    self_attended: bool | None = None
    follows: Credit | None = None

    @property
    def is_marked(self) -> bool:
        """Whether a person decided, as ``Attendance.is_marked`` says it."""
        return self.marked_at is not None


def clock(moment: datetime | None, zone: tzinfo) -> str:
    """The time of day; dashes for none."""
    return f"{moment.astimezone(zone):%H:%M}" if moment else "--:--"


def clock_and_day(
    moment: datetime | None, beside: datetime | None, zone: tzinfo
) -> str:
    """The time, with its date if that is not the date of ``beside``."""
    time = clock(moment, zone)
    if moment is None or beside is None:
        return time
    day, known = moment.astimezone(zone).date(), beside.astimezone(zone).date()
    if day == known:
        return time
    return _("%(time)s on %(date)s") % {
        "time": time,
        "date": short_date(day, beside=known),
    }


def quoted(text: str) -> str:
    """Return a name or a note as an explanation has it.

    Isolated only where the language runs from right to left: explanations are read by
    programs too, over REST and in tables, which are promised them as they are.
    """
    return isolated(text) if get_language_bidi() else text
