"""Where a session stands by the clock."""

from datetime import datetime
from enum import StrEnum

from sessions_app.models import LiveSession


class Phase(StrEnum):
    """Where the present lies: before, inside or after the window of a session."""

    AHEAD = "ahead"
    RUNNING = "running"
    ENDED = "ended"

    @classmethod
    def of(cls, session: LiveSession, now: datetime) -> "Phase":
        """Tell by the clock alone, also of a cancelled session."""
        if now < session.starts_at:
            return cls.AHEAD
        return cls.RUNNING if now < session.end else cls.ENDED
