"""The codes on the screen at the door, which attendees open or type.

Pure. A code is six letters that change every 30 seconds, then the event's id in
letters: nothing is stored, and the event is found from the code alone. Knowing one code
does not tell the next. Vowels, which would make words, and letters that are easily
confused are not used.

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
    """A code and its times.

    Attributes:
        changes_at: When another code is shown.
        valid_until: When this code is no longer accepted: one step later, because the
            previous code is accepted, too.
    """

    text: str
    changes_at: datetime
    valid_until: datetime


def code_at(event_id: int, now: datetime, *, key: bytes) -> Code:
    """Return the code of an event at a time.

    Args:
        event_id: The event's id, positive.
        now: An aware datetime, not before 1970.
        key: The secret key.
    """
    step = _step(now)
    return Code(
        _text(event_id, step, key),
        changes_at=datetime.fromtimestamp((step + 1) * STEP_SECONDS, UTC),
        valid_until=datetime.fromtimestamp((step + 2) * STEP_SECONDS, UTC),
    )


def normalized(typed: str) -> str:
    """Return a typed code in capitals, without spaces, hyphens and the like."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def event_of(text: str) -> int | None:
    """Return the id of the event in a code; None for text that cannot be a code.

    Neither the changing letters nor the event are looked up.
    """
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
    """Return whether a text is the current code of its event, or the previous one."""
    event_id = event_of(text)
    if event_id is None:
        return False
    step = _step(now)
    current, previous = (_text(event_id, s, key) for s in (step, step - 1))
    # Always compare both, each in constant time.
    is_current = hmac.compare_digest(text, current)
    return hmac.compare_digest(text, previous) or is_current


def grouped(text: str) -> str:
    """Return a code in groups of letters that are easy to read: "BCD FGH JK"."""
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
