"""The sessions on a signed-in user's first page: running, today, ahead, before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.db.models import Count as CountOf
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from attendance.models import Attendance, SessionCalculation, Status
from attendance.report_page import Count, clock_range, state_of
from events.models import Participant, Registration, User
from events.permissions import Viewer
from sessions_app.models import LiveSession

BEGUN_AT_MOST = 20
AHEAD_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One session, as listed.

    Attributes:
        when: From when to when, with the day where the heading does not say it.
        zone: Whose clock that is; empty if it is everybody's.
        counts: People by status once that is decided; attendees see their own alone.
        is_own: ``counts`` is only about the reader.
        remark: Why there are no counts; empty where that goes without saying.
    """

    session: LiveSession
    when: str
    zone: str
    counts: list[Count]
    is_own: bool
    remark: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page shows.

    Attributes:
        groups: Headings with their sessions; none empty.
        zone: The zone of all times; empty if lines name their own.
        organizes: The user may make sessions somewhere.
    """

    groups: list[tuple[str, list[Line]]]
    zone: str
    organizes: bool


def sessions_overview(user: User, *, now: datetime) -> Overview:
    """Return the sessions of the user's organizations and rosters around ``now``.

    Args:
        user: Times are on their clock, or on the event's if they named none.
        now: The present.
    """
    sessions = _around(user, now)
    viewer = Viewer.of(user)
    counts = _counts(sessions, user, viewer)
    zones = {s.pk: user.time_zone or s.event.time_zone for s in sessions}
    common = zones[sessions[0].pk] if len(set(zones.values())) == 1 else ""
    groups: dict[str, list[Line]] = defaultdict(list)
    for session in sessions:
        zone = ZoneInfo(zones[session.pk])
        state = state_of(session, now)
        group = _group(session, state, zone, now)
        tally, is_own = counts.get(session.pk, ([], False))
        if state != "ended":
            tally = []
        groups[group].append(
            Line(
                session,
                _when(session, zone, now, with_day=group not in ("running", "today")),
                "" if common else zones[session.pk],
                tally,
                is_own,
                "" if tally else _remark(session, state),
            )
        )
    headings = {
        "running": _("Running now"),
        "today": _("Today"),
        "ahead": _("Coming up"),
        "before": _("Before"),
    }
    listed = [(title, groups[key]) for key, title in headings.items() if groups[key]]
    return Overview(listed, common, any(map(viewer.organizes, viewer.roles)))


def _around(user: User, now: datetime) -> list[LiveSession]:
    """The newest that have begun, newest first, after the next to come, soonest first.

    A group keeps this order: what comes next and what was last are on top.
    """
    sessions = LiveSession.objects.visible_to(user).select_related(
        "event__organization", "calculation"
    )
    ahead = sessions.filter(starts_at__gt=now, cancelled_at=None)
    begun = sessions.filter(starts_at__lte=now)
    return [
        *ahead.order_by("starts_at", "pk")[:AHEAD_AT_MOST],
        *begun.order_by("-starts_at", "-pk")[:BEGUN_AT_MOST],
    ]


def _group(session: LiveSession, state: str, zone: tzinfo, now: datetime) -> str:
    if state == "running":
        return "running"
    if session.starts_at.astimezone(zone).date() == now.astimezone(zone).date():
        return "today"
    return "ahead" if session.starts_at > now else "before"


def _remark(session: LiveSession, state: str) -> str:
    calculation: SessionCalculation | None = getattr(session, "calculation", None)
    if state == "cancelled":
        return _("cancelled")
    if state != "ended":
        return ""
    if calculation is None or calculation.calculated_at is None:
        return _("not calculated yet")
    return _("nobody was seen") if calculation.nobody_seen else ""


def _when(session: LiveSession, zone: tzinfo, now: datetime, *, with_day: bool) -> str:
    times = clock_range(session.starts_at, session.end, zone)
    if not with_day:
        return times
    start = session.starts_at.astimezone(zone)
    if start.year == now.astimezone(zone).year:
        form = pgettext("date format", "D j M")
    else:
        form = pgettext("date format", "j M Y")
    return _("%(date)s, %(time)s") % {"date": date_format(start, form), "time": times}


def _counts(
    sessions: Sequence[LiveSession], user: User, viewer: Viewer
) -> dict[int, tuple[list[Count], bool]]:
    """How many have each status, or one's own, as the reports would say to this user.

    Two queries, however many sessions.
    """
    hosted = set(
        LiveSession.objects.hosted_by(user)
        .filter(pk__in=[session.pk for session in sessions])
        .values_list("pk", flat=True)
    )
    whole = {
        session.pk
        for session in sessions
        if session.pk in hosted or viewer.belongs_to(session.event.organization_id)
    }
    on_roster = Participant.objects.exclude(
        registration__in=[Registration.CANCELLED, Registration.VIEWED]
    )
    own = Q(session__in=[s.pk for s in sessions], participant__user=user)
    rows = (
        Attendance.objects.filter(Q(session__in=whole) | own)
        .filter(participant__in=on_roster)
        .order_by()
        .values_list("session", "status")
        .annotate(number=CountOf("pk"))
    )
    totals: dict[int, dict[str, int]] = defaultdict(dict)
    for session_id, status, number in rows:
        totals[session_id or 0][status] = number
    return {
        session_id: (
            [
                Count(status, str(label), total[status])
                for status, label in Status.choices
                if total.get(status)
            ],
            session_id not in whole,
        )
        for session_id, total in totals.items()
    }
