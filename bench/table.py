"""The table that `make bench` prints."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A measured value and its goal, a maximum (``at_most``) or a minimum."""

    name: str
    value: float
    goal: float
    unit: str = "x"
    at_most: bool = True
    detail: str = ""

    @property
    def is_met(self) -> bool:
        return self.value <= self.goal if self.at_most else self.value >= self.goal


def say(line: str) -> None:
    """Print a line without buffering."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def print_table(rows: list[Row]) -> bool:
    """Print the rows; return whether every goal is reached."""
    width = max(len(row.name) for row in rows)
    say("")
    for row in rows:
        sign = "≤" if row.at_most else "≥"
        verdict = "met" if row.is_met else "NOT MET"
        say(
            f"{row.name:{width}}  {row.value:8.2f} {row.unit:2}  "
            f"{sign} {row.goal:g} {row.unit:2}  {verdict:8} {row.detail}"
        )
    return all(row.is_met for row in rows)
