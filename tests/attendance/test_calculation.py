"""The calculation against the rules by name, and against an oracle that paints.

Nothing here touches the database: the module under test is pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import permutations
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.calculation import (
    Figures,
    Interval,
    Policy,
    Status,
    Stay,
    calculate,
    calculate_person,
    came_late,
    decide_status,
)

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


def attended_minutes(*stays: Stay) -> float:
    return lesson(*stays).attended / MINUTE


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


def test_a_moment_can_be_late_without_any_presence() -> None:
    """A check-in at the door is late by the same rule."""
    assert not came_late(TEN, at(-5), DEFAULT)
    assert not came_late(TEN, at(15), DEFAULT)
    assert came_late(TEN, at(15) + 1, DEFAULT)


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


def test_livekit_decides_where_it_saw_the_person() -> None:
    source, figures = calculate_person(
        TEN, ELEVEN, [stay(50, 55)], [stay(0, 60)], DEFAULT
    )
    assert source == "livekit_auto"
    assert figures == lesson(stay(50, 55))


def test_the_whiteboard_decides_where_livekit_saw_nothing() -> None:
    source, figures = calculate_person(TEN, ELEVEN, [], [stay(0, 60)], DEFAULT)
    assert source == "whiteboard_auto"
    assert figures == lesson(stay(0, 60))


def test_livekit_outside_the_window_leaves_it_to_the_whiteboard() -> None:
    livekit = [stay(-30, 0), stay(60, None), stay(20, 20), stay(20, 10)]
    source, figures = calculate_person(TEN, ELEVEN, livekit, [stay(1, 2)], DEFAULT)
    assert source == "whiteboard_auto"
    assert figures.join_count == 1


def test_the_two_sources_are_never_united() -> None:
    _, figures = calculate_person(TEN, ELEVEN, [stay(0, 20)], [stay(20, 60)], DEFAULT)
    assert spans(figures) == [(0, 20)]


def test_no_source_decides_about_whom_none_saw() -> None:
    outside = [stay(70, 80)]
    for whiteboard in ([], outside):
        decided = calculate_person(TEN, ELEVEN, outside, whiteboard, DEFAULT)
        assert decided == (None, lesson())


# An oracle that paints every millisecond

MARGIN = 15_000
"""How far, in milliseconds, a painted stay may reach out of its window."""

thorough = settings(
    max_examples=2_000,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
quick = settings(thorough, max_examples=200)


@dataclass(frozen=True)
class Case:
    """Stays in milliseconds after the start of a window of so many milliseconds."""

    window: int
    stays: list[Stay]
    policy: Policy


def film_of(window: int, stays: Sequence[Stay]) -> bytes:
    """A film of the window, one frame a millisecond: 1 where anybody is seen.

    The film is longer than the window on both sides; the window is cut out of it.
    """
    film = bytearray(MARGIN + window + MARGIN)
    for joined, left, _ in stays:
        first = MARGIN + joined
        end = len(film) if left is None else MARGIN + left
        if first < end:
            film[first:end] = b"\1" * (end - first)
    return bytes(film[MARGIN : MARGIN + window])


def status_of(film: bytes, policy: Policy) -> Status:
    """The rules as they are told, read off the film."""
    seen = Fraction(film.count(1), len(film))
    if seen == 0 or seen < Fraction(policy.partial_from, 100):
        return Status.ABSENT
    if seen <= Fraction(policy.present_over, 100):
        return Status.PARTIAL
    if seen > Fraction(policy.present_regardless_over, 100):
        return Status.PRESENT
    in_time = film[: policy.grace_minutes * 60_000 + 1]
    return Status.PRESENT if 1 in in_time else Status.LATE


def shown_percentage(film: bytes) -> Decimal:
    with localcontext(prec=60):
        exact = Decimal(100 * film.count(1)) / len(film)
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def oracle(case: Case, start: int) -> Figures:
    """The figures of a case whose window begins at ``start`` microseconds."""
    film = film_of(case.window, case.stays)
    alone = [film_of(case.window, [stay]) for stay in case.stays]
    last_frames_by_fact = {
        frames.rfind(1)
        for frames, (_, left, inferred) in zip(alone, case.stays, strict=True)
        if left is not None and not inferred
    }
    runs = [run.span() for run in re.finditer(b"\1+", film)]
    return Figures(
        status=status_of(film, case.policy),
        attended=1000 * film.count(1),
        attended_seconds=film.count(1) // 1000,
        percentage_hundredths=int(100 * shown_percentage(film)),
        first_seen_at=start + 1000 * runs[0][0] if runs else None,
        last_seen_at=start + 1000 * runs[-1][1] if runs else None,
        late_seconds=film.index(1) // 1000 if runs else None,
        is_late=film.find(1) > case.policy.grace_minutes * 60_000,
        join_count=sum(1 in frames for frames in alone),
        intervals=tuple(
            Interval(
                start + 1000 * first,
                start + 1000 * end,
                inferred=end - 1 not in last_frames_by_fact,
            )
            for first, end in runs
        ),
    )


SHARES = st.sampled_from([0, 1, 10, 33, 50, 75, 99, 100])
POLICIES = st.one_of(
    st.sampled_from([Policy(0), Policy(1), DEFAULT]),
    st.builds(Policy, st.integers(0, 2), SHARES, SHARES, SHARES),
)
WINDOWS = st.sampled_from([20, 40, 1_000, 90_000]) | st.integers(1, 180_000)
POSITIONS = st.integers(-250, 1250)
KINDS = st.sampled_from(["ended", "ended", "open", "inferred", "backward"])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Windows up to three minutes, with stays whose ends often meet.

    Instants come from few: what the rules turn upon, and up to five others between
    a quarter of the window before it and a quarter after it.
    """
    window, policy = draw(WINDOWS), draw(POLICIES)
    too_late = policy.grace_minutes * 60_000 + 1
    shares = [window * share // 100 for share in policy[1:]]
    instants = [0, 1, window - 1, window, too_late - 1, too_late]
    instants += shares + [too_late + share for share in shares]
    for position in draw(st.lists(POSITIONS, min_size=1, max_size=5)):
        instants += [max(-MARGIN, position * window // 1000)] * 2
    chosen = st.sampled_from([i for i in sorted(instants) if i <= window + MARGIN])
    stays = []
    for kind in draw(st.lists(KINDS, min_size=1, max_size=5)):
        joined, left = sorted([draw(chosen), draw(chosen)], reverse=kind == "backward")
        stays.append(Stay(joined, None if kind == "open" else left, kind == "inferred"))
    return Case(window, stays, policy)


def starts() -> st.SearchStrategy[int]:
    return st.sampled_from([0, TEN, TEN + 1]) | st.integers(0, 4 * 10**15)


def calculated(case: Case, start: int = TEN) -> Figures:
    stays = [
        Stay(
            start + 1000 * joined,
            None if left is None else start + 1000 * left,
            inferred,
        )
        for joined, left, inferred in case.stays
    ]
    return calculate(start, start + 1000 * case.window, stays, case.policy)


@thorough
@given(cases(), starts())
def test_the_calculation_agrees_with_painted_milliseconds(
    case: Case, start: int
) -> None:
    assert calculated(case, start) == oracle(case, start)


def ordinary_case(chance: Random) -> Case:
    """A few visits of a fifth of the window each, often on a grid so that ends meet."""
    grid = chance.choice([1, 50, 1_000, 3_000])
    window = grid * chance.randint(20, 60)

    def stay() -> Stay:
        joined = grid * chance.randint(-5, window // grid)
        length = round(chance.expovariate(5 / window) / grid) * grid
        kind = chance.choice(["ended", "ended", "ended", "inferred", "open"])
        left = None if kind == "open" else joined + length
        return Stay(
            min(joined + chance.randint(0, 1), window), left, kind == "inferred"
        )

    policy = Policy(
        chance.choice([0, 0, 1]), *chance.choice([(10, 50, 75), (5, 30, 60)])
    )
    return Case(window, [stay() for _ in range(chance.randint(0, 6))], policy)


def test_it_agrees_with_painted_milliseconds_for_five_thousand_people() -> None:
    chance = Random("a roll call")  # noqa: S311
    for _ in range(5_000):
        case = ordinary_case(chance)
        assert calculated(case) == oracle(case, TEN)


# Properties that hold for everybody


@quick
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_stays_does_not_matter(case: Case, chance: Random) -> None:
    shuffled = list(case.stays)
    chance.shuffle(shuffled)
    assert calculated(replace(case, stays=shuffled)) == calculated(case)


@quick
@given(cases())
def test_copies_of_a_stay_change_nothing_but_the_number_of_joins(case: Case) -> None:
    once, twice = calculated(case), calculated(replace(case, stays=case.stays * 2))
    assert twice.join_count == 2 * once.join_count
    assert twice._asdict() == once._asdict() | {"join_count": twice.join_count}


@quick
@given(cases())
def test_more_than_a_hundred_percent_cannot_happen(case: Case) -> None:
    figures = calculated(case)
    assert 0 <= figures.attended <= 1000 * case.window
    assert 0 <= figures.percentage_hundredths <= 100_00


@quick
@given(cases(), cases())
def test_more_presence_never_lowers_anything(case: Case, more: Case) -> None:
    both = replace(case, stays=case.stays + more.stays)
    before, after = calculated(case), calculated(both)
    assert after.attended >= before.attended
    if before.first_seen_at is not None:
        assert after.first_seen_at is not None
        assert after.first_seen_at <= before.first_seen_at
    rank = [Status.ABSENT, Status.PARTIAL, Status.LATE, Status.PRESENT]
    assert rank.index(after.status) >= rank.index(before.status)


@quick
@given(cases(), st.integers(0, 4 * 10**15))
def test_shifting_everything_shifts_the_instants_and_nothing_else(
    case: Case, shift: int
) -> None:
    here, there = calculated(case), calculated(case, TEN + shift)
    moved = tuple(
        Interval(joined + shift, left + shift, inferred)
        for joined, left, inferred in here.intervals
    )
    expected = here._asdict() | {"intervals": moved}
    if moved:
        expected["first_seen_at"] = moved[0].joined_at
        expected["last_seen_at"] = moved[-1].left_at
    assert there._asdict() == expected


@quick
@given(cases())
def test_intervals_are_in_order_inside_the_window_and_never_touch(case: Case) -> None:
    figures = calculated(case)
    ends = [moment for interval in figures.intervals for moment in interval[:2]]
    assert ends == sorted(set(ends))
    assert all(TEN <= moment <= TEN + 1000 * case.window for moment in ends)
    lengths = [interval.left_at - interval.joined_at for interval in figures.intervals]
    assert sum(lengths) == figures.attended


@quick
@given(cases())
def test_cutting_a_stay_in_two_keeps_the_presence(case: Case) -> None:
    middle = case.window // 2
    halves = [
        half
        for joined, left, inferred in case.stays
        for half in (
            [Stay(joined, middle, inferred), Stay(middle, left, inferred)]
            if joined < middle and (left is None or left > middle)
            else [Stay(joined, left, inferred)]
        )
    ]
    whole, cut = calculated(case), calculated(replace(case, stays=halves))
    assert cut.attended == whole.attended
    assert cut.status == whole.status
    assert [i[:2] for i in cut.intervals] == [i[:2] for i in whole.intervals]
