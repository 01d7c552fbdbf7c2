"""About whom nothing is decided when an event is about to be completed.

Source: docs/rules.md 61, 62, 115.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from attendance.decisions.event_decisions import (
    EventDecision,
    derived_decision,
    read_event_decisions,
)
from attendance.evidence.session_decisions import session_decisions
from attendance.models import Status
from attendance.rules.precedence import SYSTEM_DEFAULT
from events.models import EXPECTED, ParticipantRole, Registration


class Who(Enum):
    """As what somebody stands on a roster."""

    ATTENDEE = "attendee"
    HOST = "host"
    WAITING = "on the waiting list"


class Undecided(NamedTuple):
    """Somebody about whom neither the event nor a session has decided.

    ``becomes_absent``: by default, once the event is completed; else they stay unknown.
    """

    participant_id: int
    who: Who
    becomes_absent: bool


def undecided(people: Sequence[int]) -> Iterator[Undecided]:
    """Yield whoever of these people is undecided, by two queries; write nothing.

    They are expected, or on the waiting list.

    Args:
        people: Ids of participants of an event that is not completed.
    """
    at_sessions = session_decisions(people)
    for standing in read_event_decisions(people):
        who = _who(standing)
        if standing.status != Status.UNKNOWN or who is None:
            continue
        new = derived_decision(
            standing, at_sessions.get(standing.participant_id, ()), True
        )
        if new is None or new.status == Status.UNKNOWN:
            yield Undecided(standing.participant_id, who, becomes_absent=False)
        elif new.source == SYSTEM_DEFAULT and not new.is_derived:
            yield Undecided(standing.participant_id, who, becomes_absent=True)


def _who(person: EventDecision) -> Who | None:
    """Return as what somebody stands there; None if nobody looks for them."""
    if person.registration == Registration.WAITLISTED:
        return Who.WAITING
    if person.registration not in EXPECTED:
        return None
    return Who.HOST if person.role == ParticipantRole.HOST else Who.ATTENDEE
