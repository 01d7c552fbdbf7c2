"""Instants as people read and write them, dates in the reader's language.

Dates are written in two ways: short in lists and sentences, long where a page says when
something is.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def short_date(day: date, *, beside: date | None = None) -> str:
    """Return "Sat 21 Nov 2026"; without the year if ``beside`` is of the same one."""
    if beside is not None and beside.year == day.year:
        return date_format(day, pgettext("date format", "D j M"))
    return date_format(day, pgettext("date format", "D j M Y"))


def long_date(day: date) -> str:
    """Return "Saturday 21 November 2026"."""
    return date_format(day, pgettext("date format", "l j F Y"))


def day_and_time(instant: datetime, time_zone: str) -> str:
    """Return "Sat 21 Nov 2026, 17:04 (UTC)".

    Args:
        instant: Aware, of any zone.
        time_zone: The name of the zone whose clock is shown.
    """
    local = instant.astimezone(ZoneInfo(time_zone))
    return _("%(date)s, %(time)s (%(zone)s)") % {
        "date": short_date(local.date()),
        "time": f"{local:%H:%M}",
        "zone": time_zone,
    }


def short_day(instant: datetime, time_zone: str) -> str:
    """Return "Sat 21 Nov 2026": the day that it is in a zone."""
    return short_date(instant.astimezone(ZoneInfo(time_zone)).date())


def instants_of(local: datetime, time_zone: str) -> list[datetime]:
    """Return when the clocks of a zone show a time, in UTC, earliest first.

    Once, as a rule; never where they are put forward over it; twice where they are put
    back and it comes again.

    Args:
        local: What the clocks show, without a zone.
        time_zone: The name of the zone.
    """
    zone = ZoneInfo(time_zone)
    earlier, later = (
        local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    if earlier > later:
        return []
    return [earlier] if earlier == later else [earlier, later]


def local_time(instant: datetime, time_zone: str) -> datetime:
    """Return what the clocks of a zone show at an instant, to the minute."""
    local = instant.astimezone(ZoneInfo(time_zone))
    return local.replace(second=0, microsecond=0, tzinfo=None)
