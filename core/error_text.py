"""What an error says, without what Postgres quotes of the data to explain it."""

import re

# After these words stand rows and parameters, over as many lines as they have. The
# representation of an error has a backslash and an n where the error has a new line.
_QUOTED = re.compile(
    r"(?:^|\n|\\n)(?:DETAIL|CONTEXT|QUERY|LINE \d+): .*", re.DOTALL | re.MULTILINE
)
LONGEST = 2_000


def without_values(text: str) -> str:
    """Return what one error says up to where the database begins to quote."""
    return _QUOTED.sub("", text)


def error_text(error: BaseException) -> str:
    """Return an error in words that may be kept and shown, with its type."""
    return f"{type(error).__name__}: {without_values(str(error))}"[:LONGEST].rstrip()
