"""Enrolment: the spans of time in which somebody belongs to an event. Pure.

Somebody is enrolled while they are registered, or a walk-in. Who cancels, or goes back
to the waiting list, is enrolled no longer from then on; who registers again is enrolled
anew.

Source: docs/rules.md 93.
"""

from datetime import datetime
from typing import Final

from core.spans import Span, Spans, united
from events.models import EXPECTED, Registration


class Unset:
    """Says that a request names no time; None would mean that there is no bound."""


UNSET: Final = Unset()
Bound = datetime | None | Unset


def first_spans(
    registration: str,
    *,
    start: Bound,
    end: Bound,
    late: bool,
    now: datetime,
) -> Spans:
    """Return the enrolment of somebody who is added to a roster.

    Args:
        registration: Their registration. Who is added as cancelled is not enrolled,
            unless ``start`` or ``end`` say that they were.
        start: Since when, as asked for; None: from the beginning.
        end: Until when, as asked for.
        late: Whether a session of the event has ended: they are then enrolled from
            now, unless ``start`` says otherwise.
        now: The present time.
    """
    is_cancelled = registration == Registration.CANCELLED
    spans = () if is_cancelled else (Span(now if late else None, None),)
    return with_latest(spans, start=start, end=end)


def after_registration(
    spans: Spans, before: str, after: str, *, late: bool, now: datetime
) -> Spans:
    """Return the enrolment after a change of the registration."""
    if before == after or (before in EXPECTED and after in EXPECTED):
        return spans
    if before in EXPECTED:
        return ended(spans, now)
    if after in EXPECTED:
        past = _without_open(spans, now)
        return united((*past, Span(now if late or past else None, None)))
    return _without_open(spans, now) if after == Registration.CANCELLED else spans


def ended(spans: Spans, at: datetime) -> Spans:
    """Return spans without the time from ``at`` on."""
    return tuple(
        Span(span.start, at if span.end is None or span.end > at else span.end)
        for span in spans
        if span.start is None or span.start < at
    )


def with_latest(spans: Spans, *, start: Bound, end: Bound) -> Spans:
    """Return spans of which the latest has other bounds; without any, this one."""
    if isinstance(start, Unset) and isinstance(end, Unset):
        return spans
    latest = spans[-1] if spans else Span()
    return (
        *spans[:-1],
        Span(_first(start, latest.start), _first(end, latest.end)),
    )


def _without_open(spans: Spans, now: datetime) -> Spans:
    return tuple(span for span in spans if span.end is not None and span.end <= now)


def _first(asked: Bound, otherwise: datetime | None) -> datetime | None:
    return otherwise if isinstance(asked, Unset) else asked
