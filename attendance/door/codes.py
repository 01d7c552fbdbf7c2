"""The codes on the screen at the door, which attendees open or type.

Pure. A code is six letters that change every 30 seconds, then the event's number in
letters: nothing is stored, and the event is found from the code alone. Nobody who
knows one can tell the next. Letters that are taken for others, or make words, are
left out.

Source: docs/rules.md 54, 55.
"""

import hmac
from datetime import UTC, datetime
from typing import NamedTuple

LETTERS = "BCDFGHJKMNPQRSTVWXYZ"
CHANGING = 6
STEP_SECONDS = 30
# The id of a row, 8 bytes, has at most this many of these letters.
LONGEST = CHANGING + 15


class Code(NamedTuple):
    """A code and its times; ``valid_until``: the previous one is still accepted."""

    text: str
    changes_at: datetime
    valid_until: datetime


def code_at(event_id: int, now: datetime, *, key: bytes) -> Code:
    """Return the code of an event.

    Args:
        event_id: The event's number, positive.
        now: An aware time, not before 1970.
        key: What nobody else knows.
    """
    step = _step(now)
    return Code(
        _text(event_id, step, key),
        changes_at=datetime.fromtimestamp((step + 1) * STEP_SECONDS, UTC),
        valid_until=datetime.fromtimestamp((step + 2) * STEP_SECONDS, UTC),
    )


def normalized(typed: str) -> str:
    """Return a code as it was typed: any case, with spaces or hyphens."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def event_of(text: str) -> int | None:
    """Return whose code this is, or would be; None for what never is a code."""
    number = text[CHANGING:]
    if not number or len(text) > LONGEST or not set(text) <= set(LETTERS):
        return None
    if number[0] == LETTERS[0]:
        return None
    event_id = 0
    for letter in number:
        event_id = event_id * len(LETTERS) + LETTERS.index(letter)
    return event_id


def is_accepted(text: str, now: datetime, *, key: bytes) -> bool:
    """Whether it is the present code of its event, or the one just before."""
    event_id = event_of(text)
    if event_id is None:
        return False
    step = _step(now)
    present, previous = (_text(event_id, each, key) for each in (step, step - 1))
    # Both are compared, each in constant time.
    is_present = hmac.compare_digest(text, present)
    return hmac.compare_digest(text, previous) or is_present


def grouped(text: str) -> str:
    """Return it as it is read aloud and typed: "BCD FGH JK"."""
    parts = [text[start : start + 3] for start in range(0, len(text), 3)]
    if len(parts[-1]) == 1:
        parts[-2:] = ["".join(parts[-2:])]
    return " ".join(parts)


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _text(event_id: int, step: int, key: bytes) -> str:
    digest = hmac.digest(key, f"check-in code {event_id} {step}".encode(), "sha256")
    value = int.from_bytes(digest)
    return _letters(value % len(LETTERS) ** CHANGING).rjust(
        CHANGING, LETTERS[0]
    ) + _letters(event_id)


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, len(LETTERS))
        letters = LETTERS[rest] + letters
    return letters
