"""Whether a session, or an event without sessions, is ahead, running or ended."""

from datetime import datetime, timedelta
from enum import StrEnum

from events.models import Event
from sessions_app.models import LiveSession

# Of sessions that ended longer ago, news changes reports only if somebody asks.
RESTS_AFTER = timedelta(days=7)


class Phase(StrEnum):
    """Whether the present is before, inside or after a session's window.

    An event without sessions has its own times instead.
    """

    AHEAD = "ahead"
    RUNNING = "running"
    ENDED = "ended"

    @classmethod
    def of(cls, meeting: LiveSession | Event, now: datetime) -> "Phase":
        """Return the phase by the clock only, even of a cancelled session."""
        if now < meeting.starts_at:
            return cls.AHEAD
        return cls.RUNNING if now < meeting.end else cls.ENDED
