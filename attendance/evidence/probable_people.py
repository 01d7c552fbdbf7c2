"""Guesses who somebody unmatched is. Pure; a guess is only shown, never acted upon.

Source: docs/rules.md 73.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from core.names import readings, words

# Shorter words, such as "A" or "me", are no evidence.
SHORTEST_NAME = 3


class Ground(StrEnum):
    """Why this person is guessed."""

    OWN_IDENTITY = "own_identity"
    KNOWN_ELSEWHERE = "known_elsewhere"
    SAME_NAME = "same_name"
    PART_OF_NAME = "part_of_name"


class Candidate(NamedTuple):
    """Somebody on the roster who may be the stranger.

    ``was_seen``: they were seen in this session under another identity.
    """

    participant_id: int
    name: str
    identity: str
    was_seen: bool


class LinkedElsewhere(NamedTuple):
    """The person to whom the identity was linked in another event."""

    name: str
    email: str
    event: str


class Guess(NamedTuple):
    """A guess; ``participant_id`` is None if the person is not on this roster."""

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
    """Return who a stranger probably is; None if nobody fits, or several people do.

    Args:
        identity: The stranger's LiveKit identity.
        name: The name under which they joined; may be empty.
        known: The person to whom the identity was linked in another event, if any.
        candidates: The whole roster, including people who cancelled and onlookers.
    """
    roster = list(candidates)
    for person in roster:
        if person.identity == identity:
            return Guess(Ground.OWN_IDENTITY, person.participant_id, person.name)
    if known is not None:
        same = _only(
            [person for person in roster if _same_words(person.name, known.name)]
        )
        if same is not None:
            return Guess(Ground.KNOWN_ELSEWHERE, same.participant_id, same.name, known)
    if same := _only([person for person in roster if _same_words(person.name, name)]):
        return Guess(Ground.SAME_NAME, same.participant_id, same.name)
    if known is not None:
        return Guess(Ground.KNOWN_ELSEWHERE, None, known.name, known)
    if part := _only([person for person in roster if _is_part(name, person.name)]):
        return Guess(Ground.PART_OF_NAME, part.participant_id, part.name)
    return None


def _only(people: Sequence[Candidate]) -> Candidate | None:
    """Return the only person, or the only one of several not seen otherwise."""
    if len(people) > 1:
        people = [person for person in people if not person.was_seen]
    return people[0] if len(people) == 1 else None


def _same_words(name: str, typed: str) -> bool:
    """Ignore the order of the words: many people write the family name first."""
    return bool(words(name)) and words(name) in readings(typed)


def _is_part(typed: str, whole: str) -> bool:
    return any(
        any(len(word) >= SHORTEST_NAME for word in part)
        and set(part) < set(words(whole))
        for part in readings(typed)
    )
