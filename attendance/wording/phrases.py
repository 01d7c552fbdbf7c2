"""Times, lengths, percentages and lists as pages show them, in the active language."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from attendance.models import Status
from attendance.rules.calculation import Policy
from attendance.rules.statuses import MEANINGS
from attendance.wording.explanation import SHOWN_IN_SECONDS_UNDER
from attendance.wording.percentages import percentage_in_words
from core.names import isolated, listed
from core.times import long_date, short_date

IN_ORDER = [Status(value) for value in MEANINGS]


class Count(NamedTuple):
    """A labelled number of people, shown in the colour of the status ``tone``."""

    tone: str
    label: str
    number: int


def count_statuses(numbers: Mapping[str, int]) -> list[Count]:
    """Return the number of people by status, without statuses that nobody has."""
    return [
        Count(status.value, str(status.label), number)
        for status in IN_ORDER
        if (number := numbers.get(status, 0))
    ]


def clock_beside(moment: datetime, zone: tzinfo, *, beside: datetime) -> str:
    """Return the time, preceded by its date if ``beside`` is on another date."""
    day, known = moment.astimezone(zone).date(), beside.astimezone(zone).date()
    time = f"{moment.astimezone(zone):%H:%M}"
    if day == known:
        return time
    return _("%(date)s, %(time)s") % {
        "date": short_date(day, beside=known),
        "time": time,
    }


def clock_range(start: datetime, end: datetime, zone: tzinfo) -> str:
    """Return a range of times; the end has its date if that is not the start's."""
    first = f"{start.astimezone(zone):%H:%M}"
    return f"{first} \u2013 {clock_beside(end, zone, beside=start)}"


def day_and_times(start: datetime, end: datetime, zone: tzinfo) -> str:
    """Return the date of the start, and the range of times."""
    return _("%(date)s, %(time)s") % {
        "date": long_date(start.astimezone(zone).date()),
        "time": clock_range(start, end, zone),
    }


def amount(seconds: int) -> str:
    """Return a length in whole minutes, or in seconds if it is short."""
    if 0 < seconds < SHOWN_IN_SECONDS_UNDER:
        return _("%(seconds)d s") % {"seconds": seconds}
    return _("%(minutes)d min") % {"minutes": seconds // 60}


def share(percentage: Decimal | None, policy: Policy | None) -> str:
    """Return "87 %"; empty if ``percentage`` is None."""
    if percentage is None:
        return ""
    thresholds = (policy or Policy()).thresholds
    return _("%(number)s %%") % {"number": percentage_in_words(percentage, thresholds)}


def enumerated(names: Sequence[str]) -> str:
    """Return names as a list with commas and "and", each isolated for direction."""
    if len(names) < 2:
        return listed(names)
    return _("%(names)s and %(last)s") % {
        "names": listed(names[:-1]),
        "last": isolated(names[-1]),
    }


def way_of_joining(kind: str | None) -> str:
    """Return how somebody joined, given LiveKit's kind; empty for ordinary clients."""
    if kind == "SIP":
        return _("by telephone")
    return "" if kind in (None, "STANDARD") else str(kind).lower()


def capitalized(sentence: str) -> str:
    """Return a sentence with a capital first letter, if its script has capitals."""
    return sentence[:1].upper() + sentence[1:]
