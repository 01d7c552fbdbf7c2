"""What an error says, without what Postgres quotes of the data to explain it."""

import re
from collections.abc import Iterator

# After these words stand rows and parameters, over as many lines as they have. The
# representation of an error has a backslash and an n where the error has a new line.
_QUOTED = re.compile(
    r"(?:^|\n|\\n)(?:DETAIL|CONTEXT|QUERY|LINE \d+): .*", re.DOTALL | re.MULTILINE
)
# Of what is wrong with a value the first line quotes that value too.
_ABOUT_A_VALUE = "22"
_BEFORE_THE_VALUE = re.compile(r"[^:\"'«»„“]*")
LONGEST = 2_000


def without_values(text: str) -> str:
    """Return a text about errors up to where the database begins to quote."""
    return _QUOTED.sub("", text)


def words_of(error: BaseException) -> str:
    """Return what an error says, without the values that the database quotes."""
    said = str(error)
    state = next(_states(error), "")
    if said and state.startswith(_ABOUT_A_VALUE):
        words = _BEFORE_THE_VALUE.match(said)
        return f"{words[0].strip() if words else ''} (SQLSTATE {state})"
    return without_values(said)


def error_text(error: BaseException) -> str:
    """Return an error in words that may be kept and shown, with its type."""
    return f"{type(error).__name__}: {words_of(error)}"[:LONGEST].rstrip()


def _states(error: BaseException) -> Iterator[str]:
    """Yield the SQLSTATE of an error, or of the driver's that Django raised it from."""
    for raised in (error, error.__cause__):
        if state := getattr(raised, "sqlstate", None):
            yield state
