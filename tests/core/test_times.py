"""Times between clocks and instants, also where clocks are put forward and back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from core.times import instants_of, local_time, short_date

BERLIN = "Europe/Berlin"
DAY = date(2026, 11, 21)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_the_admin_writes_dates_as_pages_do(language: str) -> None:
    with translation.override(language):
        assert date_format(DAY, "DATE_FORMAT") == short_date(DAY)
        assert date_format(DAY, "MONTH_DAY_FORMAT") == short_date(DAY, beside=DAY)


def test_an_ordinary_time_comes_once() -> None:
    assert instants_of(at("2026-07-01T10:00"), BERLIN) == [at("2026-07-01T08:00Z")]


def test_a_time_comes_twice_where_clocks_go_back() -> None:
    assert instants_of(at("2026-10-25T02:30"), BERLIN) == [
        at("2026-10-25T00:30Z"),
        at("2026-10-25T01:30Z"),
    ]


@pytest.mark.parametrize("clock", ["02:00", "02:30", "02:59"])
def test_a_time_never_comes_where_clocks_go_forward(clock: str) -> None:
    assert instants_of(at(f"2026-03-29T{clock}"), BERLIN) == []


@pytest.mark.parametrize("clock", ["01:59", "03:00"])
def test_the_edges_of_a_gap_come_once(clock: str) -> None:
    assert len(instants_of(at(f"2026-03-29T{clock}"), BERLIN)) == 1


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    instant=st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30)),  # noqa: DTZ001
)
def test_every_instant_is_among_those_that_its_clock_names(
    zone: str, instant: datetime
) -> None:
    minute = instant.replace(second=0, microsecond=0, tzinfo=UTC)
    # Before 1972 some zones had offsets of odd seconds; none has now.
    found = instants_of(local_time(minute, zone), zone)
    assert minute in found
    for one in found:
        shown = one.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert shown - local_time(minute, zone) == timedelta()
