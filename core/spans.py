"""Spans of time, stored as one ``tstzmultirange``.

A span begins at an instant and ends before another; None is open. The database keeps
them in order, and unites those that touch.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func
from psycopg.types.multirange import TimestamptzMultirange
from psycopg.types.range import TimestamptzRange


class Span(NamedTuple):
    """From an instant, until before another; None: without beginning, without end."""

    start: datetime | None = None
    end: datetime | None = None

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Return whether some of the time from ``start`` to before ``end`` is in it."""
        return (self.end is None or start < self.end) and (
            self.start is None or self.start < end
        )


Spans: TypeAlias = tuple[Span, ...]


def always() -> Spans:
    """Return one span without beginning and end."""
    return (Span(),)


def united(spans: Iterable[Span]) -> Spans:
    """Return spans as the database stores them."""
    joined: list[Span] = []
    for span in sorted(_with_length(spans), key=_begin):
        before = joined[-1] if joined else None
        if before is None or (before.end and before.end < _begin(span)):
            joined.append(span)
        elif before.end and (span.end is None or before.end < span.end):
            joined[-1] = Span(before.start, span.end)
    return tuple(joined)


def _begin(span: Span) -> datetime:
    return span.start or datetime.min.replace(tzinfo=UTC)


def _with_length(spans: Iterable[Span]) -> Iterable[Span]:
    return (
        span
        for span in spans
        if span.start is None or span.end is None or span.start < span.end
    )


if TYPE_CHECKING:
    _Field = models.Field[Iterable[Span], Spans]
else:
    _Field = models.Field


class SpansField(_Field):
    """A column of spans."""

    def db_type(self, connection: object) -> str:
        """Return the type of the column."""
        return "tstzmultirange"

    def from_db_value(self, value: Any, *args: object) -> Spans | None:
        """Return the spans in order of time."""
        if value is None:
            return None
        return tuple(Span(span.lower, span.upper) for span in value)

    def get_prep_value(self, value: Iterable[Span] | None) -> Any:
        """Return what the driver sends; spans without length are left out."""
        if value is None:
            return None
        return TimestamptzMultirange(
            [TimestamptzRange(span.start, span.end) for span in _with_length(value)]
        )


def overlaps(spans: Any, start: Any, end: Any) -> Func:
    """Return the condition that spans have time between two instants in common.

    Args:
        spans: The name of a :class:`SpansField`, or an expression.
        start: An expression; the first instant.
        end: An expression; the instant before which the time ends.
    """
    return Func(
        F(spans) if isinstance(spans, str) else spans,
        Func(start, end, function="tstzrange", output_field=DateTimeRangeField()),
        template="(%(expressions)s)",
        arg_joiner=" && ",
        output_field=models.BooleanField(),
    )
