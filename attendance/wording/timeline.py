"""Where things lie on a person's bar: instants in, lengths along the bar out.

Pure Python on numbers. Every instant is an integer in microseconds since the epoch;
every place and width is a percentage of the session's window, as SVG takes it, measured
from the left edge. Where text runs from right to left, so does time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from attendance.rules.calculation import MINUTE, Interval

# Percent: two seconds of an hour are seen too.
NARROWEST = 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """One presence on the bar.

    Attributes:
        x: Its left edge, as ``"2.5%"``.
        width: As ``"60%"``, never too narrow to be seen.
        inferred: Its end is inferred.
    """

    x: str
    width: str
    inferred: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """The window of a session, laid along a bar.

    Attributes:
        start: Where the window begins.
        end: Where it ends, later than ``start``.
        is_rtl: Time runs from right to left.
    """

    start: int
    end: int
    is_rtl: bool

    def bars(self, intervals: Iterable[Interval]) -> list[Bar]:
        """Lay intervals out; what lies outside the window is cut off."""
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
        """Return where an instant lies; None if not inside the window."""
        if not self.start < instant < self.end:
            return None
        share = self._share(instant)
        return _percent(100 - share if self.is_rtl else share)

    def end_of_grace(self, grace_minutes: int) -> str | None:
        """Return where the grace ends; None without any, or if the window ends first.

        Without grace the start itself is its end, and needs no line.
        """
        return self.place(self.start + grace_minutes * MINUTE)

    def _share(self, instant: int) -> float:
        inside = min(max(instant, self.start), self.end) - self.start
        return inside * 100 / (self.end - self.start)


def _percent(share: float) -> str:
    return f"{round(share, 3):g}%"
