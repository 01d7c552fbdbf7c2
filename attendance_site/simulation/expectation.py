"""What a report should say of somebody, counted from what they really did.

Shares no code with the calculation that it is compared with: it counts the seconds at
which somebody was there, one by one, and compares shares as fractions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Said:
    """What a report says of one person; a stranger has no status and no share."""

    status: str | None
    attended_seconds: int | None
    percentage: float | None
    is_late: bool | None
    late_minutes: int | None
    failed_attempts: int

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)

    def __str__(self) -> str:
        if self.attended_seconds is None:
            return "not calculated"
        minutes, seconds = divmod(self.attended_seconds, MINUTE)
        words = [self.status or "unmatched", f"{minutes}:{seconds:02} min"]
        if self.is_late:
            words.append(f"{self.late_minutes} min late")
        if self.failed_attempts:
            words.append(f"{self.failed_attempts} failed attempts")
        return ", ".join(words)


def expect_person(
    presence: Iterable[tuple[int, int]],
    attempts: int,
    *,
    window: int,
    policy: Mapping[str, int],
) -> Said:
    """Say what is true of somebody on the roster.

    Args:
        presence: When they were there, in seconds after the start, ends exclusive.
        attempts: How often they never got through.
        window: Length of the session in seconds.
        policy: The thresholds, as the report shows them.
    """
    seconds = seconds_there(presence, window)
    first = min(seconds, default=None)
    is_late = first is not None and first > policy["grace_minutes"] * MINUTE
    share = Fraction(100 * len(seconds), window)
    if not seconds or share < policy["partial_from"]:
        status = "absent"
    elif share <= policy["present_over"]:
        status = "partial"
    elif is_late and share <= policy["present_regardless_over"]:
        status = "late"
    else:
        status = "present"
    exact = Decimal(100 * len(seconds)) / Decimal(window)
    return Said(
        status=status,
        attended_seconds=len(seconds),
        percentage=float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP)),
        is_late=is_late,
        late_minutes=None if first is None else first // MINUTE,
        failed_attempts=attempts,
    )


def expect_stranger(
    presence: Iterable[tuple[int, int]], attempts: int, *, window: int
) -> Said:
    """Say what is true of somebody who is on no roster."""
    seconds = seconds_there(presence, window)
    return Said(None, len(seconds), None, None, None, attempts)


def seconds_there(presence: Iterable[tuple[int, int]], window: int) -> set[int]:
    """Return the seconds of the window at which somebody was there."""
    return {
        second
        for joined, left in presence
        for second in range(max(joined, 0), min(left, window))
    }


def said_of_person(row: Mapping[str, Any]) -> Said:
    """Read a row of a report."""
    return Said(**{name: row[name] for name in Said.__slots__})


def said_of_stranger(row: Mapping[str, Any]) -> Said:
    """Read an unmatched row of a report."""
    return Said(None, row["attended_seconds"], None, None, None, row["failed_attempts"])
