"""The calculation against an oracle that paints, and what holds for every case.

Nothing here touches the database: the module under test is pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.rules.calculation import (
    Figures,
    Interval,
    Policy,
    Stay,
    calculate,
)
from attendance.rules.statuses import Status

TEN = 1_795_514_400_000_000  # a lesson that begins at 10:00
DEFAULT = Policy()

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
