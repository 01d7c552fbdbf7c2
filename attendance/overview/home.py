"""Lists of sessions, and the first page of a signed-in user."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count as CountOf
from django.utils.translation import gettext as _

from attendance.models import SessionCalculation, Status
from attendance.report_rows.who_has_a_row import People, all_rows, with_a_row
from attendance.wording.phrases import IN_ORDER, Count, clock_range
from core.times import short_date
from events.models import Event, Organization, User
from events.permissions import Viewer
from sessions_app.models import LiveSession
from sessions_app.phase import Phase

BEGUN_AT_MOST = 20
AHEAD_AT_MOST = 5


class OwnStatus(NamedTuple):
    """The status of the reader, or of somebody for whom their account stands.

    ``name`` is empty if all lines are about one name.
    """

    name: str
    status: str
    label: str


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session of a list.

    Attributes:
        when: Start and end, with the date unless a heading says it.
        zone: The time zone of ``when``; empty if all lines have the same.
        counts: Number of people by status, once decided; none for attendees.
        own: What attendees see instead: one status for each of their places.
        remark: Why there is neither; empty if that is obvious.
        is_running: The session has begun, has not ended, and is not cancelled.
    """

    session: LiveSession
    when: str
    zone: str
    counts: list[Count]
    own: list[OwnStatus]
    remark: str
    is_running: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The content of the first page.

    Attributes:
        groups: Headings with their sessions; groups without sessions are left out.
        zone: The time zone of all times; empty if each line names its own.
        organizes: The user is an organizer of some organization.
        has_events: The user can see some event.
        organizations: Those whose people the user can see.
    """

    groups: list[tuple[str, list[SessionLine]]]
    zone: str
    organizes: bool
    has_events: bool
    organizations: list[Organization]


def sessions_overview(user: User, *, now: datetime) -> Overview:
    """Return the sessions around ``now`` that the user can see.

    Args:
        user: The reader. Times are in their time zone; if they have set none, in that
            of the event.
        now: The present time.
    """
    sessions = _around(user, now)
    viewer = Viewer.of(user)
    zones = {s.pk: user.time_zone or s.event.time_zone for s in sessions}
    group_of = {s.pk: _group(s, ZoneInfo(zones[s.pk]), now) for s in sessions}
    undated = {pk for pk, group in group_of.items() if group in ("running", "today")}
    lines = session_lines(sessions, user, viewer, zones=zones, now=now, undated=undated)
    groups: dict[str, list[SessionLine]] = defaultdict(list)
    for line in lines:
        groups[group_of[line.session.pk]].append(line)
    headings = {
        "running": _("Running now"),
        "today": _("Today"),
        "ahead": _("Coming up"),
        "before": _("Earlier"),
    }
    return Overview(
        groups=[(title, groups[key]) for key, title in headings.items() if groups[key]],
        zone=_common(zones),
        organizes=any(map(viewer.organizes, viewer.roles)),
        has_events=bool(sessions) or Event.objects.visible_to(user).exists(),
        organizations=list(Organization.objects.filter(pk__in=viewer.roles)),
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
    known = _known(sessions, user, viewer, now=now)
    common = _common(zones)
    lines = []
    for session in sessions:
        phase = Phase.of(session, now)
        remark = remark_on(session, phase)
        counts, own = known.get(session.pk, ([], []))
        statuses = {status for status, *_ in counts} | {one.status for one in own}
        has_ended = phase == Phase.ENDED and not session.cancelled_at
        is_decided = not remark or statuses != {Status.UNKNOWN}
        if not (has_ended and is_decided):
            counts, own = [], []
        zone = ZoneInfo(zones[session.pk])
        lines.append(
            SessionLine(
                session=session,
                when=_when(session, zone, now, with_day=session.pk not in undated),
                zone="" if common else zones[session.pk],
                counts=counts,
                own=own,
                remark="" if counts or own else remark,
                is_running=phase == Phase.RUNNING and not session.cancelled_at,
            )
        )
    return lines


def _common(zones: Mapping[int, str]) -> str:
    """Return the only time zone; empty if there are several, or none."""
    return next(iter(zones.values())) if len(set(zones.values())) == 1 else ""


def _around(user: User, now: datetime) -> list[LiveSession]:
    """Return the next sessions, soonest first, then the latest begun, newest first.

    Groups keep this order, so that each has the sessions closest to now on top.
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


def _group(session: LiveSession, zone: tzinfo, now: datetime) -> str:
    if Phase.of(session, now) == Phase.RUNNING and not session.cancelled_at:
        return "running"
    if session.starts_at.astimezone(zone).date() == now.astimezone(zone).date():
        return "today"
    return "ahead" if session.starts_at > now else "before"


def remark_on(session: LiveSession, phase: Phase) -> str:
    """Return why a session has no counts; "" if that is obvious."""
    calculation: SessionCalculation | None = getattr(session, "calculation", None)
    if session.cancelled_at:
        return _("cancelled")
    if phase != Phase.ENDED:
        return ""
    if calculation is None or calculation.calculated_at is None:
        return _("not calculated yet")
    return "" if calculation.proved else _("was it held?")


def _when(session: LiveSession, zone: tzinfo, now: datetime, *, with_day: bool) -> str:
    times = clock_range(session.starts_at, session.end, zone)
    if not with_day:
        return times
    day, today = session.starts_at.astimezone(zone).date(), now.astimezone(zone).date()
    return _("%(date)s, %(time)s") % {
        "date": short_date(day, beside=today),
        "time": times,
    }


def _known(
    sessions: Sequence[LiveSession], user: User, viewer: Viewer, *, now: datetime
) -> dict[int, tuple[list[Count], list[OwnStatus]]]:
    """Return, by session id, what its report says: counts, or the reader's own.

    Takes a constant number of queries.
    """
    ids = [session.pk for session in sessions]
    hosted = set(
        LiveSession.objects.hosted_by(user)
        .filter(pk__in=ids)
        .values_list("pk", flat=True)
    )
    whole = {
        session.pk
        for session in sessions
        if session.pk in hosted or viewer.belongs_to(session.event.organization_id)
    }
    rows = with_a_row(all_rows(user).filter(session__in=ids), now=now)
    counts = _counts(rows.filter(session__in=whole))
    own = _own(rows.filter(session__in=set(ids) - whole))
    return {pk: (counts.get(pk, []), own.get(pk, [])) for pk in counts | own}


def _counts(rows: People) -> dict[int, list[Count]]:
    """Return the number of people with each status, by session id."""
    counted = (
        rows.order_by().values_list("session", "status").annotate(number=CountOf("pk"))
    )
    totals: dict[int, dict[str, int]] = defaultdict(dict)
    for session_id, status, number in counted:
        totals[session_id][status] = number
    return {session_id: _in_words(total) for session_id, total in totals.items()}


def _own(rows: People) -> dict[int, list[OwnStatus]]:
    """Return the statuses of the reader's own places, by session id."""
    found = list(
        rows.order_by("person__name", "pk").values_list(
            "session", "person__name", "status"
        )
    )
    is_one = len({name for _session, name, _status in found}) == 1
    own: dict[int, list[OwnStatus]] = defaultdict(list)
    for session_id, name, status in found:
        label = str(Status(status).label)
        own[session_id].append(OwnStatus("" if is_one else name, status, label))
    return own


def _in_words(tally: dict[str, int]) -> list[Count]:
    return [
        Count(status, str(status.label), tally[status])
        for status in IN_ORDER
        if status in tally
    ]
