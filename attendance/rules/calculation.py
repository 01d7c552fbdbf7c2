"""The rules by which the time that somebody spent in a session gives a status.

Plain values in, plain values out: no database, no clock, no Django.
Every instant is an integer, microseconds since the Unix epoch, UTC. Every window,
stay and interval is half-open, ``[start, end)``. Exact integers decide; seconds
and percentages are rounded for showing only.

Source: docs/rules.md 22, 23, 24, 26.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from attendance.rules.statuses import Status

SECOND = 1_000_000
MINUTE = 60 * SECOND


class Policy(NamedTuple):
    """The thresholds of a decision; percentages are whole numbers, 0 to 100.

    The defaults of the fields are the only place where defaults are defined.

    Attributes:
        grace_minutes: Whoever is first seen at most this long after the start is not
            late.
        partial_from: Under this percentage of the window a person is absent.
        present_over: Up to and including this percentage a person is partial.
        present_regardless_over: Over this percentage a person is present, however
            late.
    """

    grace_minutes: int = 15
    partial_from: int = 10
    present_over: int = 50
    present_regardless_over: int = 75

    @property
    def thresholds(self) -> tuple[int, int, int]:
        """The percentages at which the status of a session changes."""
        return self.partial_from, self.present_over, self.present_regardless_over

    @classmethod
    def of(cls, columns: Iterable[int | None]) -> "Policy":
        """Return a policy from column values in field order; None means the default."""
        pairs = zip(columns, cls(), strict=True)
        return cls(*(default if own is None else own for own, default in pairs))


class Stay(NamedTuple):
    """One connection of one person, not yet clipped to any window.

    Attributes:
        joined_at: Start of the connection.
        left_at: End of the connection; before ``joined_at`` the stay has no length.
            None: nothing in the room ended it, so it ends with the window.
        inferred: The end is estimated: no fact of this connection gives it. Taken as
            true if ``left_at`` is None.
    """

    joined_at: int
    left_at: int | None
    inferred: bool


class Interval(NamedTuple):
    """One unbroken presence inside the window, whatever the number of devices.

    Attributes:
        joined_at: Not before the window's start.
        left_at: Not after the window's end, and later than ``joined_at``.
        inferred: The end is estimated: no stay in this interval gives it by a fact.
    """

    joined_at: int
    left_at: int
    inferred: bool


class Figures(NamedTuple):
    """The calculated result of one person in one window.

    Attributes:
        status: Present, late, partial or absent.
        attended: Microseconds of presence, exact; never more than the window.
        attended_seconds: The same in whole seconds, rounded down.
        percentage_hundredths: Share of the window in hundredths of a percent, half
            up: 86.67 % is 8667.
        first_seen_at: First moment of presence inside the window; None if never seen.
        last_seen_at: End of the last presence inside the window; None if never seen.
        late_seconds: From the window's start to ``first_seen_at``, whole seconds,
            rounded down; None if never seen.
        is_late: First seen after the grace period, whatever the status; False if never
            seen.
        join_count: Number of stays that overlap the window for more than no time.
        intervals: When the person was there: in order, never touching.
    """

    status: Status
    attended: int
    attended_seconds: int
    percentage_hundredths: int
    first_seen_at: int | None
    last_seen_at: int | None
    late_seconds: int | None
    is_late: bool
    join_count: int
    intervals: tuple[Interval, ...]


def came_late(window_start: int, moment: int, grace_minutes: int) -> bool:
    """Return whether ``moment`` is after the end of the grace period.

    Source: docs/rules.md 24: the last moment of the grace period is in time.
    """
    return moment - window_start > grace_minutes * MINUTE


def decide_status(
    attended: int, window: int, *, is_late: bool, policy: Policy
) -> Status:
    """Decide between absent, partial, late and present.

    Args:
        attended: Time of presence, in any unit.
        window: Length of the window in the same unit, more than 0.
        is_late: First seen after the grace period (``came_late``).
        policy: The thresholds. Whoever was never there is absent under any policy.

    Source: docs/rules.md 23, 24. Whole products are compared, so that no rounding can
    move anybody over a threshold.
    """
    share = attended * 100
    if not attended or share < policy.partial_from * window:
        return Status.ABSENT
    if share <= policy.present_over * window:
        return Status.PARTIAL
    if is_late and share <= policy.present_regardless_over * window:
        return Status.LATE
    return Status.PRESENT


def calculate(
    window_start: int, window_end: int, stays: Iterable[Stay], policy: Policy
) -> Figures:
    """Calculate the figures and the status of one person from one source.

    Args:
        window_start: First instant that counts.
        window_end: First instant that no longer counts.
        stays: The person's connections in any order; they may overlap, touch, lie
            outside the window or have no length. Without any the person is absent.
        policy: The thresholds that decide.

    Raises:
        ValueError: The window has no length.

    Source: docs/rules.md 22, 23, 24.
    """
    window = window_end - window_start
    if window <= 0:
        raise ValueError("A window must end after it starts.")
    inside = _clip(window_start, window_end, stays)
    if not inside:
        return Figures(Status.ABSENT, 0, 0, 0, None, None, None, False, 0, ())
    intervals, attended = _unite(inside)
    first_seen_at = intervals[0][0]
    is_late = came_late(window_start, first_seen_at, policy.grace_minutes)
    return Figures(
        decide_status(attended, window, is_late=is_late, policy=policy),
        attended,
        attended // SECOND,
        (20_000 * attended + window) // (2 * window),
        first_seen_at,
        intervals[-1][1],
        (first_seen_at - window_start) // SECOND,
        is_late,
        len(inside),
        intervals,
    )


def calculate_person(
    window_start: int,
    window_end: int,
    stays: Iterable[tuple[str, Sequence[Stay]]],
    policy: Policy,
) -> tuple[str | None, Figures]:
    """Calculate the figures of one person from the source that decides.

    The first source decides that has a stay which overlaps the window for more than no
    time. Sources are never united: to show another one as well, call ``calculate`` with
    its stays.

    Args:
        window_start: As in ``calculate``.
        window_end: As in ``calculate``.
        stays: Each source with its stays of the person, the highest rank first.
        policy: As in ``calculate``.

    Returns:
        The source and its figures; None and the figures of an absence if no source saw
        the person in the window.

    Raises:
        ValueError: The window has no length.

    Source: docs/rules.md 26.
    """
    for source, seen in stays:
        if seen:
            figures = calculate(window_start, window_end, seen, policy)
            if figures.join_count:
                return source, figures
    return None, calculate(window_start, window_end, (), policy)


def _clip(
    window_start: int, window_end: int, stays: Iterable[Stay]
) -> list[tuple[int, int, bool]]:
    """Clip the stays to the window and drop those that have no length in it.

    An end after the window is clipped, but does not become inferred: a fact that
    somebody left later proves that they were there to the end.
    """
    inside = []
    for start, end, inferred in stays:
        if start < window_start:
            start = window_start
        if end is None:
            end = window_end
            inferred = True
        elif end > window_end:
            end = window_end
        if start < end:
            inside.append((start, end, inferred))
    return inside


def _unite(
    inside: list[tuple[int, int, bool]],
) -> tuple[tuple[Interval, ...], int]:
    """Unite stays that overlap or touch; ``inside`` must not be empty, and is sorted.

    Returns:
        The intervals in order, and the sum of their lengths.
    """
    inside.sort()
    intervals = []
    attended = 0
    start, end, inferred = inside[0]
    for next_start, next_end, next_inferred in inside:
        if next_start > end:
            intervals.append(Interval(start, end, inferred))
            attended += end - start
            start, end, inferred = next_start, next_end, next_inferred
        elif next_end > end:
            end, inferred = next_end, next_inferred
        elif next_end == end:
            inferred = inferred and next_inferred
    intervals.append(Interval(start, end, inferred))
    return tuple(intervals), attended + end - start
