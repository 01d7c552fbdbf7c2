"""How pages say times, lengths, shares and names, in the reader's language."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import NamedTuple

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from attendance.models import Status
from attendance.rules.statuses import MEANINGS
from attendance.wording.explanation import SHOWN_IN_SECONDS_UNDER
from core.names import isolated

IN_ORDER = [Status(value) for value in MEANINGS]


class Count(NamedTuple):
    """How many people there are of a kind, in the colour of the status ``tone``."""

    tone: str
    label: str
    number: int


def clock_beside(moment: datetime, zone: tzinfo, *, beside: datetime) -> str:
    """Return the time, with as much of its date as is not that of ``beside``."""
    local, known = moment.astimezone(zone), beside.astimezone(zone)
    if local.date() == known.date():
        return f"{local:%H:%M}"
    if local.year == known.year:
        pattern = pgettext("date format", "j F")
    else:
        pattern = pgettext("date format", "j F Y")
    return _("%(date)s, %(time)s") % {
        "date": date_format(local, pattern),
        "time": f"{local:%H:%M}",
    }


def clock_range(start: datetime, end: datetime, zone: tzinfo) -> str:
    """Return from when to when: the end with its date if that is another."""
    first = f"{start.astimezone(zone):%H:%M}"
    return f"{first} \u2013 {clock_beside(end, zone, beside=start)}"


def day_and_times(start: datetime, end: datetime, zone: tzinfo) -> str:
    """Return the day on which something begins, and from when to when it is."""
    return _("%(date)s, %(time)s") % {
        "date": long_date(start.astimezone(zone).date()),
        "time": clock_range(start, end, zone),
    }


def long_date(day: date) -> str:
    """Return "Tuesday 18 November 2026" in the reader's language."""
    return date_format(day, pgettext("date format", "l j F Y"))


def amount(seconds: int) -> str:
    """Return whole minutes, and seconds where a minute would say too little."""
    if 0 < seconds < SHOWN_IN_SECONDS_UNDER:
        return _("%(seconds)d s") % {"seconds": seconds}
    return _("%(minutes)d min") % {"minutes": seconds // 60}


def share(percentage: Decimal | None) -> str:
    """Return the percentage, its decimals only where they say something."""
    if percentage is None:
        return ""
    number = number_format(percentage, 2 if percentage % 1 else 0)
    return _("%(number)s %%") % {"number": number}


def enumerated(names: Sequence[str]) -> str:
    """Join names as a sentence does, each in its own direction."""
    parts = [isolated(name) for name in names]
    if len(parts) < 2:
        return "".join(parts)
    return _("%(names)s and %(last)s") % {
        "names": comma().join(parts[:-1]),
        "last": parts[-1],
    }


def comma() -> str:
    """Return what stands between the items of a list."""
    return pgettext("between items of a list", ", ")


def way_of_joining(kind: str | None) -> str:
    """Return how somebody came, where that was not the ordinary way."""
    if kind == "SIP":
        return _("by telephone")
    return "" if kind in (None, "STANDARD") else str(kind).lower()


def capitalized(sentence: str) -> str:
    """Return a sentence with a capital where its script has any."""
    return sentence[:1].upper() + sentence[1:]
