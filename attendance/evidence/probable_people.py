"""Who somebody unmatched probably is. Pure; a guess is only shown, never acted upon.

Source: docs/rules.md 73.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from core.names import plain

# Fewer letters say nothing: "A", "me".
SHORTEST_NAME = 3


class Ground(StrEnum):
    """Why a person is guessed."""

    OWN_IDENTITY = "own_identity"
    KNOWN_ELSEWHERE = "known_elsewhere"
    SAME_NAME = "same_name"
    PART_OF_NAME = "part_of_name"


class Candidate(NamedTuple):
    """Somebody it could be.

    ``was_seen``: in this session, by another identity.
    """

    participant_id: int
    name: str
    identity: str
    was_seen: bool


class LinkedElsewhere(NamedTuple):
    """Whom the identity was said to be in another event of the organization."""

    name: str
    email: str
    event: str


class Guess(NamedTuple):
    """A guess; ``participant_id`` is None for who is not on this roster."""

    ground: Ground
    participant_id: int | None
    name: str
    known: LinkedElsewhere | None = None


def guess(
    identity: str,
    name: str,
    known: LinkedElsewhere | None,
    candidates: Iterable[Candidate],
) -> Guess | None:
    """Return who it probably is; None where nobody, or more than one, comes to mind.

    Args:
        identity: The stranger's.
        name: What they called themselves; may be empty.
        known: What was said of the identity elsewhere.
        candidates: The whole roster, those who cancelled or only looked included.
    """
    roster = list(candidates)
    for person in roster:
        if person.identity == identity:
            return Guess(Ground.OWN_IDENTITY, person.participant_id, person.name)
    if known is not None:
        same = _only([person for person in roster if _same(person.name, known.name)])
        if same is not None:
            return Guess(Ground.KNOWN_ELSEWHERE, same.participant_id, same.name, known)
    if same := _only([person for person in roster if _same(person.name, name)]):
        return Guess(Ground.SAME_NAME, same.participant_id, same.name)
    if known is not None:
        return Guess(Ground.KNOWN_ELSEWHERE, None, known.name, known)
    if part := _only([person for person in roster if _is_part(name, person.name)]):
        return Guess(Ground.PART_OF_NAME, part.participant_id, part.name)
    return None


def _only(people: Sequence[Candidate]) -> Candidate | None:
    """Return the one there is, or the only one who was not seen otherwise."""
    if len(people) > 1:
        people = [person for person in people if not person.was_seen]
    return people[0] if len(people) == 1 else None


def _same(name: str, other: str) -> bool:
    """Whether they have the same words; many write the family's name first."""
    return bool(plain(name)) and sorted(plain(name).split()) == sorted(
        plain(other).split()
    )


def _is_part(name: str, whole: str) -> bool:
    words = set(plain(name).split())
    return any(len(word) >= SHORTEST_NAME for word in words) and words < set(
        plain(whole).split()
    )
