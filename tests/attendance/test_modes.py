"""Each kind of evidence in each mode, before and after the calculation.

What must follow is told by a plain account of what came (``modes_oracle.py``): online
is proved by presence, in person by what people did there, hybrid by either, and each by
an organizer's answer; who is what follows from that.
"""

from datetime import timedelta

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
from tests.attendance.modes_lesson import PUPIL, Act, Lesson, Row, School
from tests.attendance.modes_oracle import Held

pytestmark = pytest.mark.django_db

A_LITTLE_LATER = timedelta(hours=1)


@pytest.mark.parametrize("mode", MODES)
@table(FACTS | SAID | WITH_FACTS)
def test_before_the_calculation(mode: str, acts: list[Act]) -> None:
    lesson = Lesson(mode)
    lesson.do(acts)
    settle(lesson)


@pytest.mark.parametrize("mode", MODES)
@table(FACTS | SAID | WITH_FACTS | ORGANIZER)
def test_after_the_calculation(mode: str, acts: list[Act]) -> None:
    lesson = Lesson(mode)
    lesson.calculate()
    lesson.school.now += A_LITTLE_LATER
    lesson.do(acts)
    settle(lesson)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "taps",
    [
        (("self", 5), ("staff", 9)),
        (("self", 5), ("staff", 40)),
        (("staff", 5), ("self", 40)),
        (("self", 5), ("self", 9)),
    ],
    ids=["self_then_staff", "self_then_staff_late", "staff_then_self", "self_twice"],
)
@pytest.mark.parametrize("is_heard_in_order", [True, False], ids=["heard", "late"])
def test_the_earliest_tap_counts_whichever_was_heard_first(
    mode: str, taps: tuple[tuple[str, int], ...], is_heard_in_order: bool
) -> None:
    lesson = Lesson(mode)
    for tap in taps if is_heard_in_order else reversed(taps):
        lesson.check_in("Ana", *tap)
        settle(lesson)


def test_a_school_of_28_whose_taps_are_undone_and_to_whom_one_comes_by_livekit() -> (
    None
):
    """Said by hand, so that the oracle is held to something too."""
    names = [f"Pupil{number}" for number in range(28)]
    lesson = Lesson("in_person", School(dict.fromkeys(names, PUPIL)))
    came, others = names[:3], names[3:]
    absent = Row("absent", "system_default", marked=False, figures=False)
    unknown = Row("unknown", None, marked=False, figures=False)
    for name in came:
        lesson.check_in(name)
    lesson.calculate()
    rows, held, mode = lesson.report()
    present = Row("present", "check_in", marked=True, figures=False)
    assert rows == dict.fromkeys(came, present) | dict.fromkeys(others, absent)
    assert (held, mode) == (Held(True, 0, 3, 0), "in_person")
    for name in came:
        lesson.undo(name)
    lesson.calculate()
    assert lesson.report()[:2] == (dict.fromkeys(names, unknown), Held(False, 0, 0, 0))
    lesson.livekit(came[0])
    lesson.calculate()
    rows, held, _mode = lesson.report()
    assert {row.status for row in rows.values()} == {"unknown"}
    assert held == Held(False, 1, 0, 0)
    lesson.check_in(came[1])
    lesson.calculate()
    rows, held, _mode = lesson.report()
    assert held == Held(True, 1, 1, 0)
    assert rows[came[0]] == Row("present", "livekit_auto", marked=False, figures=True)
    assert rows[came[1]] == present._replace(figures=True)
    assert {rows[name] for name in names[2:]} == {
        Row("absent", "livekit_auto", marked=False, figures=True)
    }
    lesson.check()
