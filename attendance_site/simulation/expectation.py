"""What a report should say about people, counted from what they really did.

Shares no code with the calculation that it checks: it counts the seconds at which
somebody was there one by one, and compares shares as fractions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

MINUTE = 60


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """What a report says about a person; a stranger has no status and no share."""

    status: str | None
    attended_seconds: int | None
    percentage: float | None
    is_late: bool | None
    late_minutes: int | None
    failed_attempts: int

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name, for JSON."""
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
) -> ReportedRow:
    """Return what a report should say about a person on the roster.

    Args:
        presence: When they were there, in seconds after the start, ends exclusive.
        attempts: The number of failed attempts to connect.
        window: The length of the session in seconds.
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
    return ReportedRow(
        status=status,
        attended_seconds=len(seconds),
        percentage=float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP)),
        is_late=is_late,
        late_minutes=None if first is None else first // MINUTE,
        failed_attempts=attempts,
    )


def expect_stranger(
    presence: Iterable[tuple[int, int]], attempts: int, *, window: int
) -> ReportedRow:
    """Return what a report should say about somebody who is not on the roster."""
    seconds = seconds_there(presence, window)
    return ReportedRow(None, len(seconds), None, None, None, attempts)


def seconds_there(presence: Iterable[tuple[int, int]], window: int) -> set[int]:
    """Return the seconds of the session at which somebody was there."""
    return {
        second
        for joined, left in presence
        for second in range(max(joined, 0), min(left, window))
    }


def person_row(row: Mapping[str, Any]) -> ReportedRow:
    """Read a person's row of a report."""
    return ReportedRow(**{name: row[name] for name in ReportedRow.__slots__})


def stranger_row(row: Mapping[str, Any]) -> ReportedRow:
    """Read an unmatched row of a report."""
    return ReportedRow(
        None, row["attended_seconds"], None, None, None, row["failed_attempts"]
    )
