"""When attendees can check themselves in, and for which session.

The door of a session opens half an hour before the session begins, and closes when it
ends. An event without sessions has one door, with the event's own times. Staff may
check people in at any time.

Source: docs/rules.md 53.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from attendance.decisions.place import Place
from attendance.wording.phrases import clock_beside
from core.errors import Conflict
from core.times import long_date
from events.models import Event, EventState
from sessions_app.models import LiveSession

OPENS_BEFORE = timedelta(minutes=30)


class Door(NamedTuple):
    """The door of a session, or of an event without sessions.

    It is open from ``opens_at`` to ``closes_at``, which is exclusive.
    """

    place: Place
    opens_at: datetime
    starts_at: datetime
    closes_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Return whether attendees may check themselves in."""
        return self.opens_at <= now < self.closes_at


def doors_of(event: Event) -> list[Door]:
    """Return all doors of an event, in order of start; none if it is cancelled."""
    if event.state == EventState.CANCELLED:
        return []
    sessions = event.sessions.filter(cancelled_at=None).order_by("starts_at", "pk")
    return [_door(event, s, s.starts_at, s.end) for s in sessions] or [
        _door(event, None, event.starts_at, event.end)
    ]


def _door(
    event: Event, session: LiveSession | None, starts_at: datetime, end: datetime
) -> Door:
    return Door(Place(event, session), starts_at - OPENS_BEFORE, starts_at, end)


def nearest_door(doors: Sequence[Door], now: datetime) -> Door | None:
    """Return the door of the running session, else of the next, else of the last.

    Of two sessions in a row, it is the first one's until that session ends.
    """
    not_over = [door for door in doors if now < door.closes_at]
    if not_over:
        return min(not_over, key=lambda door: door.starts_at)
    return max(doors, key=lambda door: door.closes_at, default=None)


def open_door(event: Event, now: datetime) -> Door:
    """Return the door that is open now.

    Raises:
        Conflict: The door is not open yet (with ``opens_at``) or no longer (with
            ``closed_at``), or the event is cancelled.
    """
    door = nearest_door(doors_of(event), now)
    if door is None:
        raise Conflict("event_cancelled", _("The event is cancelled."))
    if now < door.opens_at:
        raise Conflict(
            "door_not_open",
            _("It is too early. Check-in opens: %(time)s.")
            % {"time": time_at(event, door.opens_at, now)},
            opens_at=door.opens_at,
        )
    if now >= door.closes_at:
        raise Conflict(
            "door_closed",
            _("It is too late. Check-in closed: %(time)s. Please ask the staff.")
            % {"time": time_at(event, door.closes_at, now)},
            closed_at=door.closes_at,
        )
    return door


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
