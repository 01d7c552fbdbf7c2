"""The geometry of the bars that show when people were in the room. Pure.

Instants are integers, microseconds since the epoch. Positions and widths are SVG
percentages of the session's window, measured from the left edge. In languages that run
from right to left, so does time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from attendance.rules.calculation import MINUTE, Interval

# In percent, so that two seconds of an hour stay visible.
NARROWEST = 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """One presence on the bar.

    Attributes:
        x: Left edge, such as ``"2.5%"``.
        width: Such as ``"60%"``; at least :data:`NARROWEST`.
        inferred: The end is estimated.
    """

    x: str
    width: str
    inferred: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """The window of a session, laid along a bar.

    Attributes:
        start: Start of the window.
        end: End of the window, later than ``start``.
        is_rtl: Time runs from right to left.
    """

    start: int
    end: int
    is_rtl: bool

    def bars(self, intervals: Iterable[Interval]) -> list[Bar]:
        """Return the bars of intervals, clipped to the window."""
        bars = []
        for joined_at, left_at, inferred in intervals:
            first, last = self._share(joined_at), self._share(left_at)
            if first >= 100 or last <= 0:
                continue
            width = max(last - first, NARROWEST)
            first = min(first, 100 - width)
            x = 100 - first - width if self.is_rtl else first
            bars.append(Bar(_percent(x), _percent(width), inferred))
        return bars

    def place(self, instant: int) -> str | None:
        """Return the position of an instant; None if it is not inside the window."""
        if not self.start < instant < self.end:
            return None
        share = self._share(instant)
        return _percent(100 - share if self.is_rtl else share)

    def end_of_grace(self, grace_minutes: int) -> str | None:
        """Return the position of the end of the grace period.

        None without a grace period, or if the window ends first.
        """
        return self.place(self.start + grace_minutes * MINUTE)

    def _share(self, instant: int) -> float:
        inside = min(max(instant, self.start), self.end) - self.start
        return inside * 100 / (self.end - self.start)


def _percent(share: float) -> str:
    return f"{round(share, 3):g}%"
