"""Reading the ids of rows from URLs and forms."""

BIGGEST_ID = 2**63 - 1
# The id of no row.
NOBODYS = 0


def row_id(text: str) -> int | None:
    """Return a text as an id; None if it is not a number.

    A number that is too large for an id becomes :data:`NOBODYS`.
    """
    if not (text.isascii() and text.isdecimal()):
        return None
    # int() raises for thousands of digits, so the length is checked first.
    if len(text) > len(str(BIGGEST_ID)) or int(text) > BIGGEST_ID:
        return NOBODYS
    return int(text)
