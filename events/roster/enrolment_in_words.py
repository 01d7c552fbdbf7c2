"""The enrolment of somebody as a roster shows it: "since Tue 3 Mar"."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.spans import Span, Spans, always
from core.times import short_date

_INSTANT = timedelta(microseconds=1)


def enrolment_in_words(spans: Spans, zone: ZoneInfo, *, beside: date) -> str:
    """Return since when and until when somebody is enrolled; "" if always.

    Args:
        spans: The spans of enrolment.
        zone: On whose clocks the days are.
        beside: A day; the year is left out of days in the same year.
    """
    if spans == always():
        return ""
    if not spans:
        return _("not enrolled")
    comma = pgettext("between items of a list", ", ")
    return comma.join(_span(span, zone, beside) for span in spans)


def _span(span: Span, zone: ZoneInfo, beside: date) -> str:
    start = _day(span.start, zone, beside) if span.start else ""
    # Who is enrolled until midnight belongs to it until the day before.
    end = _day(span.end - _INSTANT, zone, beside) if span.end else ""
    if start and end:
        return _("%(start)s to %(end)s") % {"start": start, "end": end}
    if start:
        return _("since %(day)s") % {"day": start}
    return _("until %(day)s") % {"day": end}


def _day(instant: datetime, zone: ZoneInfo, beside: date) -> str:
    return short_date(instant.astimezone(zone).date(), beside=beside)
