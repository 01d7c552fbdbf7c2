"""Instants as people read and write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def day_and_time(instant: datetime, time_zone: str) -> str:
    """Return "21 November 2026, 17:04 (UTC)" in the reader's language.

    Args:
        instant: Aware, of any zone.
        time_zone: The name of the zone whose clock is shown.
    """
    local = instant.astimezone(ZoneInfo(time_zone))
    return _("%(date)s, %(time)s (%(zone)s)") % {
        "date": date_format(local, pgettext("date format", "j F Y")),
        "time": f"{local:%H:%M}",
        "zone": time_zone,
    }


def short_day(instant: datetime, time_zone: str) -> str:
    """Return "Mon 2 Mar 2026": the day that it is in a zone."""
    local = instant.astimezone(ZoneInfo(time_zone))
    return date_format(local, pgettext("date format", "D j M Y"))


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
