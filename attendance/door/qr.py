"""QR codes as the path of an SVG, which a template draws."""

from typing import NamedTuple

import segno

# Width of the white margin that readers need, in modules.
QUIET = 4


class Qr(NamedTuple):
    """A QR code; ``side`` is the side of its square in modules, with the margin."""

    side: int
    path: str


def qr_of(text: str) -> Qr:
    """Return the QR code of a text, readable if up to 15 % of it is damaged."""
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
