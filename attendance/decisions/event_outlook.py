"""About whom nothing is decided when an event is about to be completed.

Source: docs/rules.md 61, 62, 115.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from attendance.decisions.event_decisions import (
    EventDecision,
    derived_decision,
    read_event_decisions,
)
from attendance.evidence.session_decisions import session_decisions
from attendance.models import Status
from attendance.rules.precedence import SYSTEM_DEFAULT
from events.models import EXPECTED, ParticipantRole


class Undecided(NamedTuple):
    """An expected attendee about whom neither the event nor a session has decided.

    ``becomes_absent``: by default, once the event is completed; else they stay unknown.
    """

    participant_id: int
    becomes_absent: bool


def undecided(people: Sequence[int]) -> Iterator[Undecided]:
    """Yield whoever of these people is undecided, by two queries; write nothing.

    Args:
        people: Ids of participants of an event that is not completed.
    """
    at_sessions = session_decisions(people)
    for standing in read_event_decisions(people):
        if standing.status != Status.UNKNOWN or not _is_expected(standing):
            continue
        new = derived_decision(
            standing, at_sessions.get(standing.participant_id, ()), True
        )
        if new is None or new.status == Status.UNKNOWN:
            yield Undecided(standing.participant_id, becomes_absent=False)
        elif new.source == SYSTEM_DEFAULT and not new.is_derived:
            yield Undecided(standing.participant_id, becomes_absent=True)


def _is_expected(person: EventDecision) -> bool:
    return person.role == ParticipantRole.ATTENDEE and person.registration in EXPECTED
