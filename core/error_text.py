"""Texts of errors, without the data that Postgres quotes in them."""

import re
from collections.abc import Iterator

# After these words Postgres quotes rows and parameters, up to the end of the text. In
# the repr() of an error, a line ends with a backslash and an n.
_QUOTED = re.compile(
    r"(?:^|\n|\\n)(?:DETAIL|CONTEXT|QUERY|LINE \d+): .*", re.DOTALL | re.MULTILINE
)
# Errors of SQLSTATE class 22 quote the wrong value in their first line.
_DATA_EXCEPTION = "22"
_BEFORE_THE_VALUE = re.compile(r"[^:\"'«»„“]*")
LONGEST = 2_000


def without_values(text: str) -> str:
    """Return a text about errors up to where Postgres begins to quote data."""
    return _QUOTED.sub("", text)


def words_of(error: BaseException) -> str:
    """Return an error's message without the values that Postgres quotes."""
    message = str(error)
    state = next(_states(error), "")
    if message and state.startswith(_DATA_EXCEPTION):
        words = _BEFORE_THE_VALUE.match(message)
        return f"{words[0].strip() if words else ''} (SQLSTATE {state})"
    return without_values(message)


def error_text(error: BaseException) -> str:
    """Return an error's type and message, safe to store and show; cut if long."""
    return f"{type(error).__name__}: {words_of(error)}"[:LONGEST].rstrip()


def _states(error: BaseException) -> Iterator[str]:
    """Yield the SQLSTATE of an error, and of the driver's error behind it."""
    for raised in (error, error.__cause__):
        if state := getattr(raised, "sqlstate", None):
            yield state
