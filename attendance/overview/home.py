"""Lists of sessions and of events without sessions; the first page of a user.

Source: docs/rules.md 124.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from attendance.models import SessionCalculation, Status
from attendance.overview.numbers import Numbers, OwnStatus, read_numbers
from attendance.wording.phrases import Count, clock_range
from core.times import short_date
from events.accounts.clocks import zone_of
from events.models import Event, EventState, Organization, User
from events.permissions import Viewer
from sessions_app.models import LiveSession, Mode
from sessions_app.occasions import Occasion, OccasionId, event_of, has_sessions
from sessions_app.phase import Phase

BEGUN_AT_MOST = 20
AHEAD_AT_MOST = 5
# Drafts may get sessions yet, and nobody comes to what was cancelled.
_LISTED = (EventState.SCHEDULED, EventState.COMPLETED)

_SOONEST = ("starts_at", "pk")
_LATEST = ("-starts_at", "-pk")


@dataclass(frozen=True, slots=True)
class Line:
    """One session, or event without sessions, of a list.

    Attributes:
        event: The event of the session; or the event itself.
        when: Start and end, with the date unless it is today.
        zone: The time zone of ``when``; empty if all lines have the same.
        counts: Number of people by status, once decided; while it runs, of those who
            were checked in at a door, and not; none for attendees.
        own: What attendees see instead: each of their places, with a status once it is
            decided.
        remark: Why there is neither, or whether it was held, where that is asked;
            empty if that is obvious.
        is_running: It has begun, has not ended, and is not cancelled.
    """

    event: Event
    when: str
    zone: str
    counts: list[Count]
    own: list[OwnStatus]
    remark: str
    is_running: bool

    @property
    def is_told(self) -> bool:
        """Whether anything is told of anybody."""
        return _tells(self.counts, self.own)


@dataclass(frozen=True, slots=True)
class SessionLine(Line):
    """One session of a list."""

    session: LiveSession

    @property
    def path(self) -> str:
        """The address of its report."""
        return reverse("session", args=[self.session.pk])

    @property
    def title(self) -> str:
        return self.session.title


@dataclass(frozen=True, slots=True)
class EventLine(Line):
    """One event without sessions of a list."""

    @property
    def path(self) -> str:
        """The address of its report."""
        return reverse("event_attendance", args=[self.event.pk])

    @property
    def title(self) -> str:
        return self.event.title


@dataclass(frozen=True, slots=True)
class Overview:
    """The content of the first page.

    Attributes:
        groups: Headings with their lines; groups without lines are left out.
        zone: The time zone of all times; empty if each line names its own.
        organizes: The user is an organizer of some organization.
        has_events: The user can see some event.
        organizations: Those whose people the user can see.
    """

    groups: list[tuple[str, list[SessionLine | EventLine]]]
    zone: str
    organizes: bool
    has_events: bool
    organizations: list[Organization]


def sessions_overview(viewer: Viewer, *, now: datetime) -> Overview:
    """Return the sessions, and events without sessions, around ``now``.

    Args:
        viewer: The reader.
        now: The present time.
    """
    user = viewer.user
    occasions = _around(user, now)
    sessions = [each for each in occasions if isinstance(each, LiveSession)]
    events = [each for each in occasions if isinstance(each, Event)]
    numbers = read_numbers(sessions, events, user, viewer, now=now)
    zones = [zone_of(event_of(each)) for each in occasions]
    common = _common(zones)
    groups: dict[str, list[SessionLine | EventLine]] = defaultdict(list)
    for occasion, zone in zip(occasions, zones, strict=True):
        group = _group(occasion, ZoneInfo(zone), now)
        line = _line(
            occasion,
            numbers[OccasionId.of(occasion)],
            zone,
            now=now,
            with_day=not _is_today(occasion, ZoneInfo(zone), now),
            with_zone=not common,
        )
        groups[group].append(line)
    headings = {
        "running": _("Running now"),
        "today": _("Today"),
        "ahead": _("Coming up"),
        "before": _("Earlier"),
    }
    return Overview(
        groups=[(title, groups[key]) for key, title in headings.items() if groups[key]],
        zone=common,
        organizes=viewer.organizes_somewhere,
        has_events=bool(occasions) or Event.objects.visible_to(user).exists(),
        organizations=list(Organization.objects.visible_to(user)),
    )


def session_lines(
    sessions: Sequence[LiveSession],
    user: User,
    viewer: Viewer,
    *,
    zones: Mapping[int, str],
    now: datetime,
    undated: Collection[int] = (),
) -> list[SessionLine]:
    """Return the lines of sessions as ``user`` may see them, in the given order.

    Args:
        sessions: With their events and calculations already loaded.
        user: The reader.
        viewer: The reader with their roles.
        zones: The time zone of each session's times, by session id.
        now: The present time.
        undated: Ids of sessions that are shown without their date.
    """
    numbers = read_numbers(sessions, [], user, viewer, now=now)
    common = _common(zones.values())
    return [
        _session_line(
            session,
            numbers[OccasionId.of(session)],
            zones[session.pk],
            now=now,
            with_day=session.pk not in undated,
            with_zone=not common,
        )
        for session in sessions
    ]


def event_line(event: Event, viewer: Viewer, *, now: datetime) -> EventLine:
    """Return the line of an event without sessions, as ``viewer`` may see it.

    It has the date and no time zone.
    """
    numbers = read_numbers([], [event], viewer.user, viewer, now=now)
    return _event_line(
        event,
        numbers[OccasionId.of(event)],
        zone_of(event),
        now=now,
        with_day=True,
        with_zone=False,
    )


def _line(
    occasion: Occasion, numbers: Numbers, zone: str, **how: Any
) -> SessionLine | EventLine:
    if isinstance(occasion, LiveSession):
        return _session_line(occasion, numbers, zone, **how)
    return _event_line(occasion, numbers, zone, **how)


def _session_line(
    session: LiveSession,
    numbers: Numbers,
    zone: str,
    *,
    now: datetime,
    with_day: bool,
    with_zone: bool,
) -> SessionLine:
    phase = Phase.of(session, now)
    remark = remark_on(session, phase)
    is_running = phase == Phase.RUNNING and not session.cancelled_at
    counts: list[Count] = []
    own: list[OwnStatus] = []
    is_decided = not remark or numbers.statuses != {Status.UNKNOWN}
    if phase == Phase.ENDED and not session.cancelled_at and is_decided:
        counts, own = numbers.by_status, numbers.own
    elif is_running and session.mode == Mode.IN_PERSON:
        counts, own = numbers.of_running_session, numbers.own_so_far
    is_told = _tells(counts, own)
    return SessionLine(
        session=session,
        event=session.event,
        when=_when(session, ZoneInfo(zone), now, with_day=with_day),
        zone=zone if with_zone else "",
        counts=counts,
        own=own or numbers.own_names,
        remark=_remark(session, phase, numbers, is_told=is_told),
        is_running=is_running,
    )


def _remark(
    session: LiveSession, phase: Phase, numbers: Numbers, *, is_told: bool
) -> str:
    """Return why nothing is told of a session, or that its organizers are asked."""
    if not _is_asked_about(session, phase):
        return "" if is_told else remark_on(session, phase)
    if numbers.own:
        # Attendees cannot answer.
        return "" if is_told else _("not decided yet")
    return remark_on(session, phase) if numbers.leaves_attendees_unknown else ""


def _event_line(
    event: Event,
    numbers: Numbers,
    zone: str,
    *,
    now: datetime,
    with_day: bool,
    with_zone: bool,
) -> EventLine:
    phase = Phase.of(event, now)
    counts: list[Count] = []
    own: list[OwnStatus] = []
    if phase != Phase.AHEAD:
        is_over = phase == Phase.ENDED
        counts = numbers.of_event(event, is_over=is_over)
        own = numbers.own if is_over else numbers.own_so_far
    return EventLine(
        event=event,
        when=_when(event, ZoneInfo(zone), now, with_day=with_day),
        zone=zone if with_zone else "",
        counts=counts,
        own=own or numbers.own_names,
        remark="",
        is_running=phase == Phase.RUNNING,
    )


def _tells(counts: Collection[Count], own: Iterable[OwnStatus]) -> bool:
    return bool(counts) or any(one.label for one in own)


def _common(zones: Iterable[str]) -> str:
    """Return the only time zone; empty if there are several, or none."""
    different = set(zones)
    return different.pop() if len(different) == 1 else ""


def _around(user: User, now: datetime) -> list[Occasion]:
    """Return what comes next, soonest first, then what began last, newest first.

    Groups keep this order, so that each has what is closest to now on top.
    """
    sessions = LiveSession.objects.visible_to(user).select_related(
        "event__organization", "calculation"
    )
    events = (
        Event.objects.visible_to(user)
        .filter(~has_sessions(), state__in=_LISTED)
        .select_related("organization")
    )
    ahead: list[Occasion] = [
        *sessions.filter(starts_at__gt=now, cancelled_at=None).order_by(*_SOONEST)[
            :AHEAD_AT_MOST
        ],
        *events.filter(starts_at__gt=now).order_by(*_SOONEST)[:AHEAD_AT_MOST],
    ]
    begun: list[Occasion] = [
        *sessions.filter(starts_at__lte=now).order_by(*_LATEST)[:BEGUN_AT_MOST],
        *events.filter(starts_at__lte=now).order_by(*_LATEST)[:BEGUN_AT_MOST],
    ]
    return [
        *sorted(ahead, key=_start)[:AHEAD_AT_MOST],
        *sorted(begun, key=_start, reverse=True)[:BEGUN_AT_MOST],
    ]


def _start(occasion: Occasion) -> datetime:
    return occasion.starts_at


def _group(occasion: Occasion, zone: tzinfo, now: datetime) -> str:
    is_cancelled = isinstance(occasion, LiveSession) and occasion.cancelled_at
    if Phase.of(occasion, now) == Phase.RUNNING and not is_cancelled:
        return "running"
    if _is_today(occasion, zone, now):
        return "today"
    return "ahead" if occasion.starts_at > now else "before"


def _is_today(occasion: Occasion, zone: tzinfo, now: datetime) -> bool:
    return occasion.starts_at.astimezone(zone).date() == now.astimezone(zone).date()


def remark_on(session: LiveSession, phase: Phase) -> str:
    """Return why a session has no counts; "" if that is obvious."""
    calculation: SessionCalculation | None = getattr(session, "calculation", None)
    if session.cancelled_at:
        return _("cancelled")
    if phase != Phase.ENDED:
        return ""
    if calculation is None or calculation.calculated_at is None:
        return _("not calculated yet")
    return _("was it held?") if _is_asked_about(session, phase) else ""


def _is_asked_about(session: LiveSession, phase: Phase) -> bool:
    """Return whether its report asks if it was held, where attendees are unknown."""
    calculation: SessionCalculation | None = getattr(session, "calculation", None)
    if calculation is None or session.cancelled_at or phase != Phase.ENDED:
        return False
    is_settled = calculation.proved or calculation.proof_changed
    return calculation.calculated_at is not None and not is_settled


def _when(occasion: Occasion, zone: tzinfo, now: datetime, *, with_day: bool) -> str:
    times = clock_range(occasion.starts_at, occasion.end, zone)
    if not with_day:
        return times
    day, today = occasion.starts_at.astimezone(zone).date(), now.astimezone(zone).date()
    return _("%(date)s, %(time)s") % {
        "date": short_date(day, beside=today),
        "time": times,
    }
