"""Where presence lies on the bar. Pure: no database."""

import pytest

from attendance.rules.calculation import MINUTE, Interval
from attendance.wording.timeline import Axis, Bar

START = 1_772_445_600_000_000
HOUR = Axis(START, START + 60 * MINUTE, is_rtl=False)
HOUR_RTL = Axis(START, START + 60 * MINUTE, is_rtl=True)


def seen(first: float, last: float, *, inferred: bool = False) -> Interval:
    """Presence between two minutes of the hour."""
    return Interval(
        START + round(first * MINUTE), START + round(last * MINUTE), inferred
    )


def test_a_bar_begins_and_ends_where_the_presence_does() -> None:
    assert HOUR.bars([seen(15, 45)]) == [Bar("25%", "50%", inferred=False)]


def test_presence_throughout_fills_the_bar() -> None:
    assert HOUR.bars([seen(0, 60)]) == [Bar("0%", "100%", inferred=False)]


def test_each_visit_has_its_own_bar_and_an_inferred_end_stays_one() -> None:
    bars = HOUR.bars([seen(0, 6), seen(30, 60, inferred=True)])
    assert bars == [
        Bar("0%", "10%", inferred=False),
        Bar("50%", "50%", inferred=True),
    ]


def test_time_runs_from_the_right_where_text_does() -> None:
    assert HOUR_RTL.bars([seen(0, 6)]) == [Bar("90%", "10%", inferred=False)]
    assert HOUR_RTL.end_of_grace(15) == "75%"


def test_both_directions_mirror_each_other() -> None:
    intervals = [seen(1.2, 36.5), seen(39.5, 60)]
    for ltr, rtl in zip(HOUR.bars(intervals), HOUR_RTL.bars(intervals), strict=True):
        left, width = float(ltr.x[:-1]), float(ltr.width[:-1])
        assert float(rtl.x[:-1]) == pytest.approx(100 - left - width, abs=0.002)
        assert rtl.width == ltr.width


@pytest.mark.parametrize("axis", [HOUR, HOUR_RTL])
def test_a_glimpse_is_seen_and_stays_on_the_bar(axis: Axis) -> None:
    for first in (0, 30, 59.99):
        [bar] = axis.bars([seen(first, first + 0.01)])
        x, width = float(bar.x[:-1]), float(bar.width[:-1])
        assert width == 0.25
        assert 0 <= x <= 99.75


def test_what_lies_outside_the_window_is_cut_off() -> None:
    assert HOUR.bars([seen(-10, 15)]) == [Bar("0%", "25%", inferred=False)]
    assert HOUR.bars([seen(45, 90)]) == [Bar("75%", "25%", inferred=False)]
    assert HOUR.bars([seen(-10, 0), seen(60, 70)]) == []


def test_nobody_seen_is_no_bar() -> None:
    assert HOUR.bars([]) == []


def test_the_grace_ends_where_its_minutes_do() -> None:
    assert HOUR.end_of_grace(15) == "25%"
    assert HOUR.end_of_grace(1) == "1.667%"


def test_no_grace_and_a_grace_beyond_the_window_have_no_line() -> None:
    assert HOUR.end_of_grace(0) is None
    assert HOUR.end_of_grace(60) is None
    assert HOUR.end_of_grace(90) is None


def test_an_instant_has_a_place_only_inside_the_window() -> None:
    assert HOUR.place(START + 30 * MINUTE) == "50%"
    assert HOUR.place(START - 1) is None
    assert HOUR.place(START + 61 * MINUTE) is None
