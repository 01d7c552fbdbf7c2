"""What stands in the way of completing an event, and what it would do, before it does.

Source: docs/rules.md 58, 115.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from attendance.decisions.event_outlook import Undecided, undecided
from attendance.evidence.sessions_of_event import SessionsOfEvent
from events.models import Event, Participant

PEOPLE_AT_ONCE = 2000
# The page names this many people and sessions of each kind.
NAMED_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is undecided about an event that somebody wants to complete now.

    Attributes:
        event: The event.
        now: The present time.
        sessions: Its sessions.
        undecided: Expected attendees about whom nothing is decided.
    """

    event: Event
    now: datetime
    sessions: SessionsOfEvent
    undecided: list[Undecided]

    @classmethod
    def of(cls, event: Event, *, now: datetime) -> Self:
        """Read the outlook; writes nothing."""
        people = Participant.objects.in_reports().filter(event=event)
        ids = list(people.order_by("pk").values_list("pk", flat=True))
        return cls(
            event,
            now,
            SessionsOfEvent.of(event, now=now),
            [
                each
                for first in range(0, len(ids), PEOPLE_AT_ONCE)
                for each in undecided(ids[first : first + PEOPLE_AT_ONCE])
            ],
        )

    @property
    def has_not_begun(self) -> bool:
        """Whether nobody can have come yet: there is no session, and it has not begun.

        Cancelled sessions are none.
        """
        return not self.sessions.uncancelled and self.now < self.event.starts_at

    @property
    def has_not_ended(self) -> bool:
        """Whether the event's own end is still ahead."""
        return self.now < self.event.end

    @property
    def is_refused(self) -> bool:
        """Whether the event cannot be completed yet."""
        return self.has_not_begun or bool(self.sessions.unfinished)

    @property
    def asks(self) -> bool:
        """Whether there is anything that somebody should know before they complete."""
        return bool(
            self.is_refused
            or self.has_not_ended
            or self.sessions.not_calculated
            or self.sessions.not_proved
            or self.undecided
        )

    @property
    def absent(self) -> int:
        """The number of people who would become absent by default."""
        return sum(each.becomes_absent for each in self.undecided)

    @property
    def stay_unknown(self) -> int:
        """The number of undecided people who would stay unknown."""
        return len(self.undecided) - self.absent

    def people(self, *, absent: bool) -> list[Participant]:
        """Return the first who would become absent, or else stay unknown, by name."""
        ids = [p.participant_id for p in self.undecided if p.becomes_absent == absent]
        named = Participant.objects.filter(pk__in=ids).select_related("person")
        return list(named.order_by("person__name", "pk")[:NAMED_AT_MOST])
