"""What is learned of a session a month later, and what another mode makes of it."""

from datetime import timedelta
from itertools import permutations

import pytest

from tests.attendance.modes_evidence import (
    FACTS,
    MODES,
    ORGANIZER,
    SAID,
    WITH_FACTS,
    settle,
    table,
)
from tests.attendance.modes_lesson import Act, Lesson

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

RECENTLY, LONG_AGO = timedelta(hours=1), timedelta(days=30)


@pytest.mark.parametrize("mode", MODES)
@table(SAID | ORGANIZER)
def test_thirty_days_after_the_calculation(mode: str, acts: list[Act]) -> None:
    lesson = Lesson(mode)
    lesson.calculate()
    lesson.school.now += LONG_AGO
    lesson.do(acts)
    settle(lesson)


CHANGES = [f"{was}_to_{becomes}" for was, becomes in permutations(MODES, 2)]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("age", [RECENTLY, LONG_AGO], ids=["recent", "old"])
@table(
    {
        "one_in_the_room": FACTS["one_for_a_third"],
        "staff": SAID["staff"],
        "self_of_one": SAID["self_of_one"],
        "held": ORGANIZER["held"],
        "both": WITH_FACTS["staff_and_the_room"],
    }
)
def test_another_mode_decides_anew(
    change: str, age: timedelta, acts: list[Act]
) -> None:
    was, becomes = change.split("_to_")
    lesson = Lesson(was)
    lesson.do(acts)
    settle(lesson)
    lesson.school.now += age
    lesson.change_mode(becomes)
    settle(lesson)
    lesson.change_mode(was)
    settle(lesson)


def test_facts_alone_make_no_session_of_last_month_due() -> None:
    lesson = Lesson("online")
    settle(lesson)
    before = lesson.report()[0]
    lesson.school.now += LONG_AGO
    lesson.livekit("Ana")
    lesson.calculate()
    assert lesson.report()[0] == before


def test_a_late_tap_makes_a_session_of_last_month_due_and_its_late_facts_count() -> (
    None
):
    lesson = Lesson("in_person")
    settle(lesson)
    lesson.school.now += LONG_AGO
    lesson.livekit("Ana")
    lesson.check_in("Ben")
    settle(lesson)
