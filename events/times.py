"""Instants as people read them in a sentence."""

from datetime import datetime
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
