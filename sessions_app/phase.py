"""Whether a session is ahead, running or ended."""

from datetime import datetime, timedelta
from enum import StrEnum

from sessions_app.models import LiveSession

# Of sessions that ended longer ago, news changes reports only if somebody asks.
RESTS_AFTER = timedelta(days=7)


class Phase(StrEnum):
    """Whether the present is before, inside or after a session's window."""

    AHEAD = "ahead"
    RUNNING = "running"
    ENDED = "ended"

    @classmethod
    def of(cls, session: LiveSession, now: datetime) -> "Phase":
        """Return the phase by the clock only, even of a cancelled session."""
        if now < session.starts_at:
            return cls.AHEAD
        return cls.RUNNING if now < session.end else cls.ENDED
