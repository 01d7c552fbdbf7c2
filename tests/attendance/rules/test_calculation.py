"""The calculation against the rules by name.

Nothing here touches the database: the module under test is pure.
"""

from itertools import permutations

import pytest

from attendance.rules.calculation import (
    Figures,
    Interval,
    Policy,
    Stay,
    calculate,
    calculate_person,
    came_late,
    decide_status,
)
from attendance.rules.statuses import Status

SECOND = 1_000_000
MINUTE = 60 * SECOND
TEN = 1_795_514_400 * SECOND  # a lesson that begins at 10:00 ...
ELEVEN = TEN + 60 * MINUTE  # ... and ends at 11:00
DEFAULT = Policy()


def at(minute: float) -> int:
    """The instant this many minutes after 10:00."""
    return TEN + round(minute * MINUTE)


def stay(joined: float, left: float | None, *, inferred: bool = False) -> Stay:
    return Stay(at(joined), None if left is None else at(left), inferred)


def lesson(*stays: Stay, policy: Policy = DEFAULT) -> Figures:
    return calculate(TEN, ELEVEN, stays, policy)


def spans(figures: Figures) -> list[tuple[float, float]]:
    """The intervals in minutes after 10:00."""
    return [
        ((joined - TEN) / MINUTE, (left - TEN) / MINUTE)
        for joined, left, _ in figures.intervals
    ]


def inferred_ends(*stays: Stay) -> list[bool]:
    return [interval.inferred for interval in lesson(*stays).intervals]


# What counts as presence


def test_the_whole_lesson_is_present_with_a_hundred_percent() -> None:
    assert lesson(stay(0, 60)) == Figures(
        status=Status.PRESENT,
        attended=60 * MINUTE,
        attended_seconds=3600,
        percentage_hundredths=100_00,
        first_seen_at=TEN,
        last_seen_at=ELEVEN,
        late_seconds=0,
        is_late=False,
        join_count=1,
        intervals=(Interval(TEN, ELEVEN, inferred=False),),
    )


def test_who_never_came_is_absent_and_not_late() -> None:
    assert lesson() == Figures(
        status=Status.ABSENT,
        attended=0,
        attended_seconds=0,
        percentage_hundredths=0,
        first_seen_at=None,
        last_seen_at=None,
        late_seconds=None,
        is_late=False,
        join_count=0,
        intervals=(),
    )


def test_early_presence_does_not_count() -> None:
    figures = lesson(stay(-20, 40))
    assert spans(figures) == [(0, 40)]
    assert (figures.first_seen_at, figures.late_seconds) == (TEN, 0)


def test_presence_that_ends_before_the_start_is_none() -> None:
    assert lesson(stay(-20, -1)) == lesson()


def test_presence_after_the_end_does_not_count() -> None:
    assert spans(lesson(stay(30, 90))) == [(30, 60)]


def test_presence_that_begins_after_the_end_is_none() -> None:
    assert lesson(stay(61, 90)) == lesson()


def test_touching_the_window_from_outside_is_no_presence() -> None:
    assert lesson(stay(-20, 0), stay(60, 80)) == lesson()


def test_a_phone_and_a_laptop_at_once_count_once() -> None:
    figures = lesson(stay(0, 50), stay(10, 55))
    assert spans(figures) == [(0, 55)]
    assert figures.join_count == 2


def test_a_device_inside_the_time_of_another_adds_nothing() -> None:
    figures = lesson(stay(0, 50), stay(10, 20))
    assert spans(figures) == [(0, 50)]
    assert figures.last_seen_at == at(50)


def test_reconnects_add_up_without_the_gaps() -> None:
    figures = lesson(stay(0, 20), stay(22, 40), stay(45, 60))
    assert spans(figures) == [(0, 20), (22, 40), (45, 60)]
    assert figures.attended == 53 * MINUTE
    assert figures.join_count == 3


def test_a_reconnect_without_a_gap_is_one_interval() -> None:
    figures = lesson(stay(0, 20), stay(20, 40))
    assert spans(figures) == [(0, 40)]
    assert figures.join_count == 2


def test_a_gap_of_a_microsecond_is_a_gap() -> None:
    figures = lesson(stay(0, 20), Stay(at(20) + 1, at(40), inferred=False))
    assert len(figures.intervals) == 2
    assert figures.attended == 40 * MINUTE - 1


def test_stays_that_arrive_in_the_wrong_order_are_put_in_order() -> None:
    assert spans(lesson(stay(30, 40), stay(0, 10))) == [(0, 10), (30, 40)]


def test_ties_in_the_beginning_unite_to_the_longest() -> None:
    assert spans(lesson(stay(5, 10), stay(5, 30), stay(5, 20))) == [(5, 30)]


def test_whoever_never_leaves_stays_to_the_end_of_the_window() -> None:
    figures = lesson(stay(10, None))
    assert spans(figures) == [(10, 60)]
    assert figures.last_seen_at == ELEVEN


def test_a_leave_before_its_own_join_has_no_length() -> None:
    assert lesson(stay(30, 29)) == lesson()


def test_a_leave_before_its_own_join_takes_nothing_from_the_others() -> None:
    assert lesson(stay(30, 29), stay(0, 50)) == lesson(stay(0, 50))


def test_a_stay_of_no_length_is_no_presence() -> None:
    assert lesson(stay(30, 30)) == lesson()


def test_a_stay_of_no_length_does_not_count_as_a_join() -> None:
    assert lesson(stay(30, 30), stay(0, 50), stay(70, None)).join_count == 1


def test_a_single_microsecond_is_presence() -> None:
    figures = lesson(Stay(ELEVEN - 1, ELEVEN + MINUTE, inferred=False))
    assert (figures.attended, figures.attended_seconds) == (1, 0)
    assert figures.join_count == 1


def test_one_stay_counts_in_each_of_two_sessions_of_one_room() -> None:
    through = [stay(0, 120)]
    first = calculate(TEN, ELEVEN, through, DEFAULT)
    second = calculate(ELEVEN, ELEVEN + 60 * MINUTE, through, DEFAULT)
    assert first.attended == second.attended == 60 * MINUTE
    assert second.late_seconds == 0


@pytest.mark.parametrize("length", [0, -1])
def test_a_window_without_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        calculate(TEN, TEN + length, [], DEFAULT)


# Inferred ends


def test_a_known_end_is_not_inferred() -> None:
    assert inferred_ends(stay(0, 50)) == [False]


def test_an_end_that_the_room_gave_is_inferred() -> None:
    assert inferred_ends(stay(0, 50, inferred=True)) == [True]


def test_an_open_end_is_inferred_whatever_its_flag_says() -> None:
    assert inferred_ends(stay(0, None)) == [True]


def test_a_known_end_after_the_window_is_known() -> None:
    assert inferred_ends(stay(0, 90)) == [False]


def test_an_inferred_end_after_the_window_is_inferred() -> None:
    assert inferred_ends(stay(0, 90, inferred=True)) == [True]


def test_an_open_device_beside_one_that_lasted_past_the_end_is_known() -> None:
    assert inferred_ends(stay(0, None), stay(30, 61)) == [False]


def test_an_end_that_a_fact_also_gives_is_not_inferred() -> None:
    for stays in permutations([stay(0, 50, inferred=True), stay(20, 50)]):
        assert inferred_ends(*stays) == [False]


def test_the_last_of_several_ends_says_whether_it_is_inferred() -> None:
    assert inferred_ends(stay(0, 50), stay(20, 40, inferred=True)) == [False]
    assert inferred_ends(stay(0, 40), stay(20, 50, inferred=True)) == [True]


def test_a_fact_of_no_length_does_not_confirm_an_end() -> None:
    assert inferred_ends(stay(0, 50, inferred=True), stay(50, 50)) == [True]


def test_each_interval_says_for_itself_whether_its_end_is_inferred() -> None:
    assert inferred_ends(stay(0, 20, inferred=True), stay(30, 50)) == [True, False]


# The thresholds, to the microsecond


def exactly(percent: int, offset: int = 0) -> Stay:
    """Presence from the start for this share of the hour, and so many us more."""
    return Stay(TEN, TEN + percent * 36 * SECOND + offset, inferred=False)


@pytest.mark.parametrize(
    ("presence", "status"),
    [
        pytest.param(exactly(10, -1), Status.ABSENT, id="just_under_10_is_absent"),
        pytest.param(exactly(10), Status.PARTIAL, id="10_is_partial"),
        pytest.param(exactly(50), Status.PARTIAL, id="50_is_partial"),
        pytest.param(exactly(50, 1), Status.PRESENT, id="just_over_50_is_present"),
    ],
)
def test_shares_decide_exactly(presence: Stay, status: Status) -> None:
    assert lesson(presence).status == status


def after_the_grace(percent: int, offset: int = 0) -> Stay:
    """The same, but first seen at 10:15:00.000001."""
    joined, left, _ = exactly(percent, offset)
    late = 15 * MINUTE + 1
    return Stay(joined + late, (left or 0) + late, inferred=False)


@pytest.mark.parametrize(
    ("policy", "presence", "status"),
    [
        pytest.param(
            DEFAULT, after_the_grace(50), Status.PARTIAL, id="late_and_50_is_partial"
        ),
        pytest.param(
            DEFAULT, after_the_grace(50, 1), Status.LATE, id="just_over_50_is_late"
        ),
        pytest.param(
            Policy(present_regardless_over=70),
            after_the_grace(70),
            Status.LATE,
            id="the_upper_threshold_itself_is_late",
        ),
        pytest.param(
            Policy(present_regardless_over=70),
            after_the_grace(70, 1),
            Status.PRESENT,
            id="just_over_the_upper_threshold_is_present_however_late",
        ),
    ],
)
def test_shares_of_whoever_came_late_decide_exactly(
    policy: Policy, presence: Stay, status: Status
) -> None:
    figures = lesson(presence, policy=policy)
    assert figures.status == status
    assert figures.is_late


def test_exactly_75_percent_after_the_grace_is_late_and_over_it_present() -> None:
    policy = Policy(grace_minutes=14)
    on_it = Stay(at(15), ELEVEN, inferred=False)
    over_it = Stay(at(15) - 1, ELEVEN, inferred=False)
    assert lesson(on_it, policy=policy).status == Status.LATE
    assert lesson(over_it, policy=policy).status == Status.PRESENT


@pytest.mark.parametrize(
    ("offset", "status"),
    [
        pytest.param(-1, Status.PRESENT, id="before_the_grace_ends"),
        pytest.param(0, Status.PRESENT, id="as_the_grace_ends"),
        pytest.param(1, Status.LATE, id="after_the_grace_ended"),
    ],
)
def test_the_last_moment_of_the_grace_is_in_time(offset: int, status: Status) -> None:
    figures = lesson(Stay(at(15) + offset, at(55), inferred=False))
    assert figures.status == status
    assert figures.is_late is (status == Status.LATE)
    assert figures.late_seconds == (15 * 60 * SECOND + offset) // SECOND


def test_a_long_delay_is_forgiven_to_whoever_saw_nearly_all() -> None:
    figures = lesson(stay(16, None), policy=Policy(present_regardless_over=70))
    assert figures.status == Status.PRESENT
    assert figures.is_late


def test_coming_late_is_kept_also_for_partial_and_absent() -> None:
    partial, absent = lesson(stay(40, 60)), lesson(stay(55, 60))
    assert (partial.status, partial.is_late) == (Status.PARTIAL, True)
    assert (absent.status, absent.is_late) == (Status.ABSENT, True)
    assert absent.late_seconds == 55 * 60


def test_without_grace_only_the_start_itself_is_in_time() -> None:
    policy = Policy(grace_minutes=0, present_regardless_over=100)
    assert lesson(stay(-5, 60), policy=policy).status == Status.PRESENT
    a_moment_late = Stay(TEN + 1, ELEVEN, inferred=False)
    assert lesson(a_moment_late, policy=policy).status == Status.LATE


def test_whoever_was_never_there_is_absent_under_any_policy() -> None:
    anything_goes = Policy(0, 0, 0, 0)
    assert lesson(policy=anything_goes).status == Status.ABSENT
    nothing = decide_status(0, 3600, is_late=False, policy=anything_goes)
    assert nothing == Status.ABSENT


def test_whole_sums_decide_as_single_sessions_do() -> None:
    """The same rule serves an event of several sessions."""
    decided = [
        decide_status(attended, 3 * 3600, is_late=False, policy=DEFAULT)
        for attended in (1079, 1080, 5400, 5401)
    ]
    assert decided == [Status.ABSENT, Status.PARTIAL, Status.PARTIAL, Status.PRESENT]


def test_thresholds_that_nobody_has_set_are_the_defaults() -> None:
    assert Policy.of([None] * 4) == Policy()
    assert Policy.of([5, 20, 60, 80]) == Policy(5, 20, 60, 80)
    assert Policy.of([None, None, 60, 80]) == Policy(15, 10, 60, 80)


def test_a_moment_can_be_late_without_any_presence() -> None:
    """A check-in at the door is late by the same rule."""
    assert not came_late(TEN, at(-5), 15)
    assert not came_late(TEN, at(15), 15)
    assert came_late(TEN, at(15) + 1, 15)


# What is shown


def test_seconds_are_rounded_down() -> None:
    joined = Stay(TEN + 1_999_999, TEN + 4_999_998, inferred=False)
    figures = lesson(joined)
    assert (figures.late_seconds, figures.attended_seconds) == (1, 2)


def test_attended_seconds_are_the_floor_of_the_sum_not_the_sum_of_floors() -> None:
    halves = [Stay(at(m), at(m) + SECOND // 2, inferred=False) for m in (1, 2, 3, 4)]
    assert lesson(*halves).attended_seconds == 2


def test_fifty_two_of_sixty_minutes_are_86_67_percent() -> None:
    assert lesson(stay(3, 55)).percentage_hundredths == 86_67


@pytest.mark.parametrize(
    ("attended", "hundredths"),
    [
        pytest.param(4, 0, id="under_half_a_hundredth_goes_down"),
        pytest.param(5, 1, id="half_a_hundredth_goes_up"),
        pytest.param(15, 2, id="half_goes_up_also_to_even"),
        pytest.param(25, 3, id="half_goes_up_also_to_odd"),
        pytest.param(99_995, 100_00, id="nearly_all_shows_as_all"),
    ],
)
def test_percentages_are_rounded_half_up(attended: int, hundredths: int) -> None:
    presence = Stay(TEN, TEN + attended, inferred=False)
    figures = calculate(TEN, TEN + 100_000, [presence], DEFAULT)
    assert figures.percentage_hundredths == hundredths


def test_what_shows_as_a_threshold_may_lie_beside_it() -> None:
    shown = lesson(exactly(50, 1))
    assert (shown.percentage_hundredths, shown.status) == (50_00, Status.PRESENT)


# Which source decides


def decided(livekit: list[Stay], whiteboard: list[Stay]) -> tuple[str | None, Figures]:
    stays = {"livekit_auto": livekit, "whiteboard_auto": whiteboard}
    return calculate_person(TEN, ELEVEN, stays.items(), DEFAULT)


def test_livekit_decides_where_it_saw_the_person() -> None:
    source, figures = decided([stay(50, 55)], [stay(0, 60)])
    assert source == "livekit_auto"
    assert figures == lesson(stay(50, 55))


def test_the_whiteboard_decides_where_livekit_saw_nothing() -> None:
    source, figures = decided([], [stay(0, 60)])
    assert source == "whiteboard_auto"
    assert figures == lesson(stay(0, 60))


def test_livekit_outside_the_window_leaves_it_to_the_whiteboard() -> None:
    livekit = [stay(-30, 0), stay(60, None), stay(20, 20), stay(20, 10)]
    source, figures = decided(livekit, [stay(1, 2)])
    assert source == "whiteboard_auto"
    assert figures.join_count == 1


def test_the_two_sources_are_never_united() -> None:
    _, figures = decided([stay(0, 20)], [stay(20, 60)])
    assert spans(figures) == [(0, 20)]


def test_no_source_decides_about_whom_none_saw() -> None:
    outside = [stay(70, 80)]
    for whiteboard in ([], outside):
        assert decided(outside, whiteboard) == (None, lesson())
    assert calculate_person(TEN, ELEVEN, [], DEFAULT) == (None, lesson())
