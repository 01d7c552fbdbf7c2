"""At which door staff stand: the one they chose, else the one that is proposed.

Pure.

Source: docs/rules.md 112.
"""

from collections.abc import Sequence
from datetime import datetime

from attendance.door.opening_hours import Door

# What the address has instead of a session's id while staff choose one.
WHICH = "which"


def chosen_by_staff(doors: Sequence[Door], session: str, now: datetime) -> Door | None:
    """Return the door of a session; None if staff must say which they mean.

    Args:
        doors: All doors of an event, in order of start.
        session: The id of the session that was chosen; empty: propose one.
        now: The present time.
    """
    if not session:
        return doors[0] if len(doors) == 1 else _proposed(doors, now)
    for door in doors:
        if door.session and str(door.session.pk) == session:
            return door
    return None


def _proposed(doors: Sequence[Door], now: datetime) -> Door | None:
    """Return the running session, else the nearest of today; None without any."""
    running = [door for door in doors if door.is_running(now)]
    if running:
        return max(running, key=lambda door: door.starts_at)
    today = [door for door in doors if door.is_on_day_of(now)]
    return min(today, key=lambda door: door.distance(now), default=None)
