"""How pages say times."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from attendance.wording.phrases import clock_beside

BEFORE_NEW_YEAR = datetime(2026, 12, 31, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "said"),
    [
        (datetime(2026, 12, 31, 22, tzinfo=UTC), "UTC", "22:00"),
        (datetime(2026, 12, 30, 22, tzinfo=UTC), "UTC", "Wed 30 Dec, 22:00"),
        (datetime(2027, 1, 1, 0, tzinfo=UTC), "UTC", "Fri 1 Jan 2027, 00:00"),
        # In Riyadh both lie in the new year.
        (datetime(2027, 1, 1, 0, tzinfo=UTC), "Asia/Riyadh", "03:00"),
    ],
)
def test_a_time_comes_with_as_much_of_its_date_as_is_not_known(
    moment: datetime, zone: str, said: str
) -> None:
    assert clock_beside(moment, ZoneInfo(zone), beside=BEFORE_NEW_YEAR) == said
