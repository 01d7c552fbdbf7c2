"""How long something waits that has failed: twice as long after each try."""

from datetime import timedelta

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


def pause_after(failures: int) -> timedelta:
    """Return how long to wait after one more failure than these. Pure."""
    doubled: int = 2 ** min(failures, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
