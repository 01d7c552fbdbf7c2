"""The parts of a decision that its explanation is built from, and words for them."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, pgettext_lazy
from django.utils.translation import gettext as _

from attendance.rules.calculation import Policy
from attendance.rules.event_result import Credit, SoFar
from attendance.rules.statuses import Status
from core.names import isolated
from core.times import short_date
from sessions_app.models import Mode

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
    """The parts of a decision that its explanation may need.

    Instants are aware datetimes in any zone; lengths whole seconds, rounded down.

    Attributes:
        status: The status that stands, a value of ``statuses.Status``.
        computed_status: The result of the calculation; None before any, or if it found
            that nobody at all was seen.
        source: Who or what decided (``attendance.rules.precedence``); None before that.
        attended_seconds: Presence inside the window; this and the next two are None if
            nothing was calculated.
        window_seconds: Length of the window.
        percentage: Share of the window, 0 to 100, two decimals, half up.
        window_starts_at: Start of the session; of the event for a course result. Marks
            made on another day than this are shown with their date.
        first_seen_at: First moment of presence inside the window; None if never seen.
        last_seen_at: End of the last presence inside the window, not of the window.
        late_seconds: From the window's start to ``first_seen_at``.
        is_late: First seen after the grace period.
        interval_count: Number of visits: presences united over all devices and
            connections.
        end_inferred: The end of the last presence is estimated.
        policy: The policy that gave ``computed_status``; None if nothing was
            calculated.
        failed_attempts: Number of attempts to connect that failed.
        first_attempt_at: Time of the first failed attempt; None without any.
        last_attempt_at: Time of the last failed attempt; None without any.
        marked_by_name: Name of the person who marked, checked in or applied a
            calculated result; empty if no person did, if the attendee did it
            themselves, or if the account has been erased.
        marked_at: When that person decided, or the attendee answered; None if no
            person decided.
        notes: The reason that was given.
        mode: Where the session is held; None for a course result.
        nobody_seen: The calculation found that nobody was seen in this session.
        proved: Something proves that the session was held.
        said_held: An organizer said that it was held.
        calculated: The session has been calculated.
        checked_in_at: When the person came, if they were checked in.
        check_in_received_at: When the check-in arrived here, perhaps later.
        check_in_method: A value of ``models.CheckInMethod``.
        self_attended: The attendee's own answer; None before any.
        self_answered_twice: They said the opposite a few seconds before.
        follows: The sums behind a course result that follows from the sessions; else
            None.
        so_far: What the sessions have decided, where nothing stands about the event
            yet; else None.
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
    mode: str | None = None
    nobody_seen: bool = False
    proved: bool = False
    said_held: bool = False
    calculated: bool = False
    checked_in_at: datetime | None = None
    check_in_received_at: datetime | None = None
    check_in_method: str | None = None
    self_attended: bool | None = None
    self_answered_twice: bool = False
    follows: Credit | None = None
    so_far: SoFar | None = None

    @property
    def may_be_in_person(self) -> bool:
        """Whether people may have come without being seen by a machine."""
        return self.mode in (Mode.IN_PERSON, Mode.HYBRID)

    @property
    def is_marked(self) -> bool:
        """Whether a person decided, as in ``Attendance.is_marked``."""
        return self.marked_at is not None


def clock(moment: datetime | None, zone: tzinfo) -> str:
    """Return the time of day; dashes for None."""
    return f"{moment.astimezone(zone):%H:%M}" if moment else "--:--"


def clock_and_day(
    moment: datetime | None, beside: datetime | None, zone: tzinfo
) -> str:
    """Return the time, followed by its date if ``beside`` is on another date."""
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
    """Return a name or a note, isolated if the language runs from right to left.

    Otherwise it stays as it is, without invisible characters: explanations are also
    read by programs, over REST and in CSV files.
    """
    return isolated(text) if get_language_bidi() else text
