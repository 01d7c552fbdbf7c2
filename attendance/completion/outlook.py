"""What stands in the way of completing an event, and what it would do, before it does.

Source: docs/rules.md 58, 115.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from attendance.decisions.event_outlook import Undecided, Who, undecided
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
        undecided: Expected people, and those on the waiting list, about whom nothing is
            decided.
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
            or self.absent
            or self.stay_unknown(Who.ATTENDEE)
        )

    @property
    def absent(self) -> list[Undecided]:
        """Those who would become absent by default."""
        return [each for each in self.undecided if each.becomes_absent]

    def stay_unknown(self, who: Who) -> list[Undecided]:
        """Return the undecided people of one kind who would stay unknown."""
        return [
            each
            for each in self.undecided
            if each.who == who and not each.becomes_absent
        ]


def named_first(people: Sequence[Undecided]) -> list[Participant]:
    """Return the first of these people, by name."""
    ids = [each.participant_id for each in people]
    named = Participant.objects.filter(pk__in=ids).select_related("person")
    return list(named.order_by("person__name", "pk")[:NAMED_AT_MOST])
