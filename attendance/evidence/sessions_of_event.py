"""How far the sessions of an event are: to come, running, decided, or not held at all.

Source: docs/rules.md 114, 115.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from events.models import Event
from sessions_app.models import LiveSession
from sessions_app.phase import Phase


@dataclass(frozen=True, slots=True)
class SessionsOfEvent:
    """The sessions of an event, each in one of these lists, in order of start.

    Attributes:
        decided: Calculated, and something proves that it was held.
        not_proved: Calculated, and nothing proves that it was held.
        not_calculated: Has ended, and was never calculated.
        running: Has begun, and not ended.
        to_come: Has not begun.
        cancelled: Counts for nobody.
    """

    decided: list[LiveSession] = field(default_factory=list)
    not_proved: list[LiveSession] = field(default_factory=list)
    not_calculated: list[LiveSession] = field(default_factory=list)
    running: list[LiveSession] = field(default_factory=list)
    to_come: list[LiveSession] = field(default_factory=list)
    cancelled: list[LiveSession] = field(default_factory=list)

    @classmethod
    def of(cls, event: Event, *, now: datetime) -> Self:
        """Return the sessions of ``event``, by one query."""
        sessions = cls()
        read = event.sessions.select_related("calculation")
        for session in read.order_by("starts_at", "pk"):
            sessions._list_of(session, now).append(session)
        return sessions

    def __bool__(self) -> bool:
        """Whether the event has sessions that are not cancelled."""
        return bool(self.uncancelled)

    @property
    def uncancelled(self) -> list[LiveSession]:
        return [
            *self.decided,
            *self.not_proved,
            *self.not_calculated,
            *self.unfinished,
        ]

    @property
    def unfinished(self) -> list[LiveSession]:
        """Those that have not ended."""
        return [*self.running, *self.to_come]

    def _list_of(self, session: LiveSession, now: datetime) -> list[LiveSession]:
        if session.cancelled_at is not None:
            return self.cancelled
        phase = Phase.of(session, now)
        if phase != Phase.ENDED:
            return self.running if phase == Phase.RUNNING else self.to_come
        calculation = getattr(session, "calculation", None)
        if calculation is None or calculation.calculated_at is None:
            return self.not_calculated
        return self.decided if calculation.proved else self.not_proved
