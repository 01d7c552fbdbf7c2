"""Run all benchmarks; exit 1 if a goal is not reached."""

import sys

from bench import calculation, deciding, migrating, prompting, webhooks
from bench.table import Row, print_table, say

PARTS = {
    "webhooks": webhooks.measure,
    "calculation": calculation.measure,
    "deciding": deciding.measure,
    "migrating": migrating.measure,
    "prompting": prompting.measure,
}


def main(names: list[str]) -> int:
    """Measure the named parts, or all of them; return the exit code."""
    rows: list[Row] = []
    for name in names or PARTS:
        say(f"{name}:")
        rows += PARTS[name]()
    return 0 if print_table(rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
