"""When one can check oneself in, and what that counts for.

The door of a session opens half an hour before it begins and closes when it ends; of
an event without sessions, so does the event's. Staff may check people in at any time.

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
    """The door of a session, or of an event without any; closed from ``closes_at``."""

    place: Place
    opens_at: datetime
    starts_at: datetime
    closes_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Whether people may check themselves in."""
        return self.opens_at <= now < self.closes_at


def doors_of(event: Event) -> list[Door]:
    """Return all doors of an event, in order; none if it is cancelled."""
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
    """Return the door that people are at: of what runs, else comes next, else was last.

    So, of two lessons in a row, it is the first one's until that ends.
    """
    not_over = [door for door in doors if now < door.closes_at]
    if not_over:
        return min(not_over, key=lambda door: door.starts_at)
    return max(doors, key=lambda door: door.closes_at, default=None)


def open_door(event: Event, now: datetime) -> Door:
    """Return the door through which people come now.

    Raises:
        Conflict: it is not open yet, or no more, and says when it opens or closed.
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
    """Return a time on the event's clocks, with its day unless that is today."""
    zone = ZoneInfo(event.time_zone)
    local = moment.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return clock_beside(moment, zone, beside=moment)
    return _("%(date)s, %(time)s") % {
        "date": long_date(local.date()),
        "time": f"{local:%H:%M}",
    }
