"""Whether a session, or an event without sessions, is ahead, running or ended."""

from datetime import datetime
from enum import StrEnum

from sessions_app.occasions import Occasion


class Phase(StrEnum):
    """Whether the present is before, inside or after a session's window.

    An event without sessions has its own times instead.
    """

    AHEAD = "ahead"
    RUNNING = "running"
    ENDED = "ended"

    @classmethod
    def of(cls, occasion: Occasion, now: datetime) -> "Phase":
        """Return the phase by the clock only, even of a cancelled session."""
        if now < occasion.starts_at:
            return cls.AHEAD
        return cls.RUNNING if now < occasion.end else cls.ENDED
