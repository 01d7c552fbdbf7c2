"""When doors are open, and for which session somebody comes; without any database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.decisions.place import Place
from attendance.door.opening_hours import (
    Door,
    chosen_door,
    door_meant,
    open_doors,
    why_closed,
)
from attendance.door.staff_choice import chosen_by_staff
from core.errors import Invalid
from events.models import Event
from sessions_app.models import LiveSession

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def at(clock: float) -> datetime:
    """Hours and minutes of that day, such as 10.45."""
    hours = int(clock)
    return MIDNIGHT + timedelta(hours=hours, minutes=round((clock - hours) * 100))


def door(
    name: int, start: float, end: float, *, opens: int = 30, closes: int = 0
) -> Door:
    event = Event(pk=1, time_zone="UTC")
    return Door(
        Place(event, LiveSession(pk=name, event=event)),
        at(start) - timedelta(minutes=opens),
        at(start),
        at(end),
        at(end) + timedelta(minutes=closes),
    )


def meant(doors: list[Door], clock: float) -> int | None:
    found = door_meant(doors, at(clock))
    return found.place.session.pk if found and found.place.session else None


@pytest.mark.parametrize(
    ("clock", "session"),
    [
        (9.30, 1),
        (10.00, 1),
        (10.49, 1),
        (10.50, 2),
        (11.00, 2),
        (11.49, 2),
        (11.50, 3),
        (12.59, 3),
    ],
)
def test_of_lessons_in_a_row_it_is_the_next_from_ten_minutes_before(
    clock: float, session: int
) -> None:
    doors = [door(1, 10, 11), door(2, 11, 12), door(3, 12, 13)]
    assert meant(doors, clock) == session
    others = [each.place.session for each in open_doors(doors, at(clock))[1:]]
    assert len(others) == (clock % 1 >= 0.30 and 10 <= clock < 12)


def test_the_next_is_meant_only_once_its_own_door_is_open() -> None:
    doors = [door(1, 10, 11), door(2, 11, 12, opens=5)]
    assert (meant(doors, 10.54), meant(doors, 10.55)) == (1, 2)


def test_between_sessions_it_is_the_next_else_the_one_that_ended_last() -> None:
    doors = [door(1, 8, 9, closes=120), door(2, 9, 10, closes=60), door(3, 10.45, 12)]
    assert (meant(doors, 10.10), meant(doors, 10.15)) == (2, 3)


def test_of_several_that_run_it_is_the_latest() -> None:
    doors = [door(1, 8, 16), door(2, 10, 11), door(3, 13, 14)]
    assert (meant(doors, 9), meant(doors, 10.30), meant(doors, 11)) == (1, 2, 1)


def test_if_none_is_open_it_is_the_next_to_open_else_the_last() -> None:
    doors = [door(1, 8, 9), door(2, 12, 13)]
    assert (meant(doors, 6), meant(doors, 10), meant(doors, 20)) == (1, 2, 2)
    assert door_meant([], at(10)) is None
    assert why_closed(None, at(10)).code == "event_cancelled"
    assert why_closed(doors[0], at(6)).code == "door_not_open"
    assert why_closed(doors[0], at(9)).code == "door_closed"


def test_a_session_of_another_event_is_unknown() -> None:
    doors = [door(1, 8, 9), door(2, 12, 13)]
    assert chosen_door(doors, 2) == doors[1]
    with pytest.raises(Invalid) as refused:
        chosen_door(doors, 7)
    assert refused.value.field == "session"


times = st.integers(0, 12 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(
    st.lists(st.tuples(times, times, st.integers(0, 90), st.integers(0, 90))),
    times,
)
def test_whenever_a_door_is_open_one_of_the_open_ones_is_meant(
    drawn: list[tuple[timedelta, timedelta, int, int]], when: timedelta
) -> None:
    doors = [
        Door(
            Place(Event(time_zone="UTC"), LiveSession(pk=number)),
            MIDNIGHT + start - timedelta(minutes=opens),
            MIDNIGHT + start,
            MIDNIGHT + start + length,
            MIDNIGHT + start + length + timedelta(minutes=closes),
        )
        for number, (start, length, opens, closes) in enumerate(drawn)
    ]
    now = MIDNIGHT + when
    are_open = [each for each in doors if each.opens_at <= now < each.closes_at]
    assert sorted(open_doors(doors, now), key=doors.index) == are_open
    found = door_meant(doors, now)
    assert (found in are_open) is bool(are_open)
    assert (found is None) is (not doors)


# Staff


def staff(doors: list[Door], clock: float, session: str = "") -> int | None:
    found = chosen_by_staff(doors, session, at(clock))
    return found.place.session.pk if found and found.place.session else None


def test_staff_get_the_running_session_else_the_nearest_of_today_else_are_asked() -> (
    None
):
    doors = [door(1, 8, 9), door(2, 10, 11), door(3, 11, 12), door(4, 34, 35)]
    for clock, session in {
        7: 1,
        8.30: 1,
        9.20: 1,
        9.40: 2,
        10.55: 2,
        11: 3,
        23: 3,
        25: 4,
        50: None,
        -2: None,
    }.items():
        assert staff(doors, clock) == session
    assert staff(doors, 50, "1") == 1
    assert staff(doors, 9, "77") is None


def test_the_only_session_need_not_be_chosen() -> None:
    assert staff([door(1, 8, 9)], 50) == 1


def test_a_session_is_today_by_the_clocks_of_its_event() -> None:
    late = door(1, 22, 24)
    late.place.event.time_zone = "Asia/Riyadh"
    assert not late.is_on_day_of(at(20.59))
    assert late.is_on_day_of(at(21))
    assert late.is_on_day_of(at(44.59))
    assert not late.is_on_day_of(at(45))
    assert late.last_day_ends == at(45)
    until_midnight = door(2, 20, 24)
    assert until_midnight.last_day_ends == at(24)
