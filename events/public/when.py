"""When an event is, in words."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.times import long_date
from events.models import Event


def when(event: Event, time_zone: str = "") -> str:
    """Return date and times on the clocks of a zone, with its name.

    Args:
        event: The event.
        time_zone: The name of the zone; "": that of the event.
    """
    time_zone = time_zone or event.time_zone
    zone = ZoneInfo(time_zone)
    start, end = event.starts_at.astimezone(zone), event.end.astimezone(zone)
    until = f"{end:%H:%M}"
    if start.date() != end.date():
        until = _date_and_time(long_date(end.date()), until)
    return _("%(when)s (%(zone)s)") % {
        "when": _date_and_time(
            long_date(start.date()), f"{start:%H:%M} \u2013 {until}"
        ),
        "zone": time_zone,
    }


def _date_and_time(date: str, time: str) -> str:
    return _("%(date)s, %(time)s") % {"date": date, "time": time}
