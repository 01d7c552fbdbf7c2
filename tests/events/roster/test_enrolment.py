"""Spans of enrolment, after whatever happens to a registration."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spans import Span, Spans, always
from events.models import Registration
from events.roster.enrolment import (
    UNSET,
    Bound,
    after_registration,
    ended,
    first_spans,
    with_latest,
)

BEGINNING = datetime(2026, 3, 2, tzinfo=UTC)


def day(number: int) -> datetime:
    return BEGINNING + timedelta(days=number)


@pytest.mark.parametrize(
    ("registration", "start", "end", "late", "spans"),
    [
        ("registered", UNSET, UNSET, False, [Span()]),
        ("registered", UNSET, UNSET, True, [Span(day(5))]),
        ("walk_in", UNSET, UNSET, True, [Span(day(5))]),
        ("registered", None, UNSET, True, [Span()]),
        ("registered", day(2), UNSET, True, [Span(day(2))]),
        ("registered", UNSET, day(9), True, [Span(day(5), day(9))]),
        ("cancelled", UNSET, UNSET, False, []),
        ("cancelled", None, day(3), True, [Span(None, day(3))]),
    ],
)
def test_who_is_added_is_enrolled_from_now_if_a_session_has_ended(
    registration: str, start: Bound, end: Bound, late: bool, spans: list[Span]
) -> None:
    found = first_spans(registration, start=start, end=end, late=late, now=day(5))
    assert list(found) == spans


@pytest.mark.parametrize(
    ("spans", "start", "end", "latest"),
    [
        ((), day(1), UNSET, [Span(day(1))]),
        (always(), day(1), day(3), [Span(day(1), day(3))]),
        ((Span(None, day(1)), Span(day(2))), UNSET, day(4), [None, day(4)]),
        ((Span(day(2), day(4)),), None, None, [Span()]),
    ],
)
def test_the_bounds_that_are_set_are_those_of_the_latest(
    spans: Spans, start: Bound, end: Bound, latest: list[object]
) -> None:
    found = with_latest(spans, start=start, end=end)
    assert found[:-1] == spans[:-1]
    if latest[0] is None:
        assert found[-1].end == latest[1]
    else:
        assert found[-1] == latest[0]


def contains(spans: Spans, at: datetime) -> bool:
    return any(span.overlaps(at, at + timedelta(microseconds=1)) for span in spans)


KINDS = [str(registration) for registration in Registration]


@given(
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(KINDS), max_size=8),
    st.integers(0, 9),
)
def test_somebody_is_enrolled_while_they_are_registered_and_never_for_the_past(
    first: str, later: list[str], first_session: int
) -> None:
    """Day by day: one registration after another, and a session ends on one day.

    Who is registered before it has ended is enrolled from the beginning, if they were
    never enrolled before; who waits or looks is not counted, whatever their span is.
    """
    spans = first_spans(
        first, start=UNSET, end=UNSET, late=first_session <= 0, now=day(0)
    )
    registrations = [first]
    for number, registration in enumerate(later, 1):
        spans = after_registration(
            spans,
            registrations[-1],
            registration,
            late=first_session <= number,
            now=day(number),
        )
        registrations.append(registration)
    if registrations[-1] in ("waitlisted", "viewed"):
        return
    enrolled = [one in ("registered", "walk_in") for one in registrations]
    begins = enrolled.index(True) if any(enrolled) else None
    from_the_beginning = begins is not None and begins < first_session
    assert contains(spans, day(-1)) is from_the_beginning
    for number, is_enrolled in enumerate(enrolled):
        before = from_the_beginning and number < (begins or 0)
        assert contains(spans, day(number) + timedelta(hours=1)) is (
            is_enrolled or before
        )


def test_an_end_cuts_what_comes_after_it() -> None:
    spans = (Span(None, day(1)), Span(day(2), day(4)), Span(day(6)))
    assert ended(spans, day(3)) == (Span(None, day(1)), Span(day(2), day(3)))
