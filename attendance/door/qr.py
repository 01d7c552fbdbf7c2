"""QR codes, as the one path of an SVG that a template draws."""

from typing import NamedTuple

import segno

# Readers need this much white around it.
QUIET = 4


class Qr(NamedTuple):
    """A QR code: ``side`` is that of its square, with the white around it."""

    side: int
    path: str


def qr_of(text: str) -> Qr:
    """Return the code of a text; up to 15 % of it may be dirty."""
    rows = segno.make(text, error="m", micro=False).matrix
    path = []
    for y, row in enumerate(rows, QUIET):
        # Runs of dark modules, one stroke each.
        run = 0
        for x, dark in enumerate([*row, 0], QUIET):
            if dark:
                run += 1
            elif run:
                path.append(f"M{x - run} {y}h{run}v1h-{run}z")
                run = 0
    return Qr(len(rows) + 2 * QUIET, "".join(path))
