"""The next 9:00 on the clocks of any zone, whatever its clocks do. No database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.prompts.snoozing import next_nine

# Days on which clocks were put forward and back, or a day was left out or came twice.
CHANGES = {
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "America/St_Johns": ["2026-03-08", "2026-11-01"],
    "America/Santiago": ["2026-04-05", "2026-09-06"],
    "Asia/Beirut": ["2026-03-29", "2026-10-25"],
    "Africa/Cairo": ["2026-04-24", "2026-10-30"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "Australia/Adelaide": ["2026-04-05", "2026-10-04"],
    "Pacific/Chatham": ["2026-04-05", "2026-09-27"],
    "Pacific/Apia": ["2011-12-30", "2011-04-02"],
    "Pacific/Kwajalein": ["1969-09-30", "1993-08-21"],
    "Asia/Kathmandu": ["2026-03-29", "1986-01-01"],
    "Asia/Riyadh": ["2026-03-29", "2026-10-25"],
}


def oracle(now: datetime, zone: str) -> datetime:
    """Look at the clock on the wall each minute, until it shows nine."""
    clock = ZoneInfo(zone)
    moment = now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    while f"{moment.astimezone(clock):%H:%M}" != "09:00":
        moment += timedelta(minutes=1)
    return moment


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, str]:
    """A zone, and an instant up to two days before or after its clocks change."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    day = date.fromisoformat(draw(st.sampled_from(CHANGES[zone])))
    seconds = draw(st.integers(-2 * 86_400, 2 * 86_400))
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    return noon + timedelta(seconds=seconds), zone


@given(moments())
def test_it_is_when_the_clock_on_the_wall_shows_nine_next(
    moment: tuple[datetime, str],
) -> None:
    assert next_nine(*moment) == oracle(*moment)


@pytest.mark.parametrize(
    ("now", "zone", "nine"),
    [
        ("2026-06-03T08:59:59+02:00", "Europe/Berlin", "2026-06-03T09:00+02:00"),
        ("2026-06-03T09:00:00+02:00", "Europe/Berlin", "2026-06-04T09:00+02:00"),
        # Clocks are put forward, and back, in the night before.
        ("2026-03-28T22:00+01:00", "Europe/Berlin", "2026-03-29T09:00+02:00"),
        ("2026-10-24T22:00+02:00", "Europe/Berlin", "2026-10-25T09:00+01:00"),
        # By half an hour, where they differ by a half or three quarters.
        ("2026-10-03T22:00+10:30", "Australia/Lord_Howe", "2026-10-04T09:00+11:00"),
        ("2026-06-03T22:00+05:45", "Asia/Kathmandu", "2026-06-04T09:00+05:45"),
        # It is still yesterday, and already tomorrow.
        ("2026-06-03T19:30+00:00", "Pacific/Pago_Pago", "2026-06-03T09:00-11:00"),
        ("2026-06-03T19:30+00:00", "Pacific/Kiritimati", "2026-06-05T09:00+14:00"),
        # There was no 30 December.
        ("2011-12-29T22:00-10:00", "Pacific/Apia", "2011-12-31T09:00+14:00"),
    ],
)
def test_it_is_theirs_on_days_that_are_not_like_others(
    now: str, zone: str, nine: str
) -> None:
    found = next_nine(datetime.fromisoformat(now), zone)
    assert found == datetime.fromisoformat(nine)
