"""Dates and times as people read and write them, in the reader's language.

Lists and sentences use short dates; the page of a session or event uses the long form.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def short_date(day: date, *, beside: date | None = None) -> str:
    """Return "Sat 21 Nov 2026"; without the year if ``beside`` has the same year."""
    if beside is not None and beside.year == day.year:
        return date_format(day, pgettext("date format", "D j M"))
    return date_format(day, pgettext("date format", "D j M Y"))


def long_date(day: date) -> str:
    """Return "Saturday 21 November 2026"."""
    return date_format(day, pgettext("date format", "l j F Y"))


def day_and_time(instant: datetime, time_zone: str) -> str:
    """Return "Sat 21 Nov 2026, 17:04 (UTC)".

    Args:
        instant: Aware, in any zone.
        time_zone: The name of the zone in which the time is shown.
    """
    local = instant.astimezone(ZoneInfo(time_zone))
    return _("%(date)s, %(time)s (%(zone)s)") % {
        "date": short_date(local.date()),
        "time": f"{local:%H:%M}",
        "zone": time_zone,
    }


def short_day(instant: datetime, time_zone: str) -> str:
    """Return "Sat 21 Nov 2026": the date of an instant in a zone."""
    return short_date(instant.astimezone(ZoneInfo(time_zone)).date())


def instants_of(local: datetime, time_zone: str) -> list[datetime]:
    """Return the instants at which the clocks of a zone show a time.

    Usually one; none if clocks are put forward past the time; two if clocks are put
    back and show it again.

    Args:
        local: The time on the clocks, naive.
        time_zone: The name of the zone.

    Returns:
        Aware times in UTC, earliest first.
    """
    zone = ZoneInfo(time_zone)
    earlier, later = (
        local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    if earlier > later:
        return []
    return [earlier] if earlier == later else [earlier, later]


def day_begins(day: date, time_zone: str) -> datetime:
    """Return the instant at which a day begins in a zone, in UTC.

    If clocks are put forward at midnight, that is one o'clock; if they show midnight
    twice, the first one.
    """
    return datetime.combine(day, time(), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def local_time(instant: datetime, time_zone: str) -> datetime:
    """Return the naive time that the clocks of a zone show, cut to the minute."""
    local = instant.astimezone(ZoneInfo(time_zone))
    return local.replace(second=0, microsecond=0, tzinfo=None)


def has_clocks(time_zone: str) -> bool:
    """Return whether this machine knows the clocks of a zone of this name."""
    try:
        return bool(time_zone and ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
