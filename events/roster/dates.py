"""Reading the cells that say from and until when somebody is enrolled. Pure.

Source: docs/rules.md 108.
"""

from datetime import UTC, date, datetime, timedelta

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from core.fields import YEARS
from core.times import day_begins
from events.roster.file import shortened


def first_instant(cell: str, time_zone: str) -> datetime:
    """Return when a day begins in a zone, or the instant if the cell says one.

    Raises:
        ValueError: it is neither; the message says what would be right.
    """
    meant = _read(cell)
    return meant if isinstance(meant, datetime) else day_begins(meant, time_zone)


def end(cell: str, time_zone: str) -> datetime:
    """Return when a day is over in a zone, or the instant if the cell says one.

    Raises:
        ValueError: it is neither; the message says what would be right.
    """
    meant = _read(cell)
    if isinstance(meant, datetime):
        return meant
    return day_begins(meant + timedelta(days=1), time_zone)


def _read(cell: str) -> date | datetime:
    """Return a date, or a time in UTC."""
    try:
        meant = parse_date(cell) or parse_datetime(cell)
    except ValueError:
        meant = None
    if meant is None or (isinstance(meant, datetime) and meant.tzinfo is None):
        raise ValueError(
            _(
                "“%(value)s” is not a date. Write 2026-03-02, or a time with its time "
                "zone: 2026-03-02T10:00:00Z or …+03:00."
            )
            % {"value": shortened(cell)}
        )
    if meant.year not in YEARS:
        raise ValueError(_("Write a time between the years 2000 and 2100."))
    return meant.astimezone(UTC) if isinstance(meant, datetime) else meant
