"""When attendees can check themselves in, and for which session.

The door of a session opens some minutes before the session begins, and closes some
minutes after it ends, as the event says. An event without sessions has one door, with
the event's own times. Staff may check people in at any time.

Source: docs/rules.md 53, 111.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.decisions.place import Place
from attendance.wording.phrases import clock_beside, clock_range
from core.errors import Conflict, Invalid
from core.times import day_begins, long_date
from events.models import Event, EventState
from sessions_app.models import LiveSession

# Who comes so shortly before a session begins comes for that one, not for the one that
# still runs.
COMING_NEXT = timedelta(minutes=10)


class Door(NamedTuple):
    """The door of a session, or of an event without sessions.

    It is open from ``opens_at`` to ``closes_at``; the session, or the event, lasts from
    ``starts_at`` to ``ends_at``. Ends are exclusive.
    """

    place: Place
    opens_at: datetime
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime

    @property
    def session(self) -> LiveSession | None:
        """The session; None for an event without sessions."""
        return self.place.session

    def is_open(self, now: datetime) -> bool:
        """Return whether attendees may check themselves in."""
        return self.opens_at <= now < self.closes_at

    def is_running(self, now: datetime) -> bool:
        """Return whether the session, or the event, has begun and not ended."""
        return self.starts_at <= now < self.ends_at

    @property
    def times(self) -> str:
        """The time of the start and the end, in the time zone of the event."""
        return clock_range(
            self.starts_at, self.ends_at, ZoneInfo(self.place.event.time_zone)
        )

    @property
    def day(self) -> str:
        """The date of the start, in the time zone of the event."""
        zone = ZoneInfo(self.place.event.time_zone)
        return long_date(self.starts_at.astimezone(zone).date())

    def distance(self, now: datetime) -> timedelta:
        """Return how long it is until the start, or since the end; none between."""
        return max(self.starts_at - now, now - self.ends_at, timedelta(0))

    def is_on_day_of(self, now: datetime) -> bool:
        """Return whether any of it is today, in the time zone of the event."""
        zone = ZoneInfo(self.place.event.time_zone)
        today = now.astimezone(zone).date()
        return self.starts_at.astimezone(zone).date() <= today <= self._last_day

    @property
    def last_day_ends(self) -> datetime:
        """The end of its last day, in the time zone of the event."""
        day_after = self._last_day + timedelta(days=1)
        return day_begins(day_after, self.place.event.time_zone)

    @property
    def _last_day(self) -> date:
        last_moment = self.ends_at - timedelta.resolution
        return last_moment.astimezone(ZoneInfo(self.place.event.time_zone)).date()


def doors_of(event: Event) -> list[Door]:
    """Return all doors of an event, in order of start; none if it is cancelled."""
    if event.state == EventState.CANCELLED:
        return []
    sessions = event.sessions.uncancelled().order_by("starts_at", "pk")
    return [_door(event, s, s.starts_at, s.end) for s in sessions] or [
        _door(event, None, event.starts_at, event.end)
    ]


def _door(
    event: Event, session: LiveSession | None, starts_at: datetime, ends_at: datetime
) -> Door:
    return Door(
        Place(event, session),
        event.door_opens_at(starts_at),
        starts_at,
        ends_at,
        ends_at + timedelta(minutes=event.door_closes_minutes),
    )


def open_doors(doors: Sequence[Door], now: datetime) -> list[Door]:
    """Return the doors that are open now, that of :func:`door_meant` first."""
    are_open = [door for door in doors if door.is_open(now)]
    if not are_open:
        return []
    meant = _meant(are_open, now)
    return [meant, *(door for door in are_open if door is not meant)]


def _meant(are_open: Sequence[Door], now: datetime) -> Door:
    """Return the door, of those that are open, for which somebody comes now."""
    running = [door for door in are_open if door.is_running(now)]
    ahead = [door for door in are_open if now < door.starts_at]
    following = min(ahead, key=lambda door: door.starts_at, default=None)
    if following and (not running or following.starts_at - now <= COMING_NEXT):
        return following
    if running:
        return max(running, key=lambda door: door.starts_at)
    return max(are_open, key=lambda door: door.ends_at)


def door_meant(doors: Sequence[Door], now: datetime) -> Door | None:
    """Return the door at which somebody comes now who does not say for which session.

    If several are open, it is that of the running session until ten minutes before the
    next one begins, then that one's; of several running sessions that of the latest;
    if none runs, that of the next one, else of the one that ended last. If none is
    open, it is the one that opens next, else the one that closed last. None if there is
    no door at all.
    """
    if are_open := open_doors(doors, now):
        return are_open[0]
    ahead = [door for door in doors if now < door.opens_at]
    if ahead:
        return min(ahead, key=lambda door: door.opens_at)
    return max(doors, key=lambda door: door.closes_at, default=None)


def chosen_door(doors: Sequence[Door], session: int) -> Door:
    """Return the door of a session.

    Raises:
        Invalid: The event has no such session, or it is cancelled.
    """
    for door in doors:
        if door.session and door.session.pk == session:
            return door
    raise Invalid(
        "unknown_session",
        _("This event has no such session, or it is cancelled."),
        field="session",
    )


def why_closed(door: Door | None, now: datetime, *, to_staff: bool = False) -> Conflict:
    """Return why nobody can check in at a door that is not open.

    With ``opens_at`` if it is too early, with ``closed_at`` if it is too late. There is
    no door if the event is cancelled. Attendees are told to ask the staff.
    """
    if door is None:
        return Conflict("event_cancelled", _("The event is cancelled."))
    event = door.place.event
    if now < door.opens_at:
        return Conflict(
            "door_not_open",
            _("It is too early. Check-in opens: %(time)s (%(zone)s).")
            % {"time": time_at(event, door.opens_at, now), "zone": event.time_zone},
            opens_at=door.opens_at,
        )
    text = (
        _("It is too late. Check-in closed: %(time)s (%(zone)s).")
        if to_staff
        else _(
            "It is too late. Check-in closed: %(time)s (%(zone)s). Please ask the "
            "staff."
        )
    )
    return Conflict(
        "door_closed",
        text % {"time": time_at(event, door.closes_at, now), "zone": event.time_zone},
        closed_at=door.closes_at,
    )


def time_at(event: Event, moment: datetime, now: datetime) -> str:
    """Return a time in the event's time zone, with its date unless that is today."""
    zone = ZoneInfo(event.time_zone)
    local = moment.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return clock_beside(moment, zone, beside=moment)
    return _("%(date)s, %(time)s") % {
        "date": long_date(local.date()),
        "time": f"{local:%H:%M}",
    }
