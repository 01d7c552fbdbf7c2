"""Ids of rows as texts of addresses and forms name them."""

BIGGEST_ID = 2**63 - 1
NOBODYS = 0


def row_id(text: str) -> int | None:
    """Return the id that a text is; None if it is no number.

    A number that is too large for any row is :data:`NOBODYS`.
    """
    if not (text.isascii() and text.isdecimal()):
        return None
    # Python itself refuses to read thousands of digits.
    if len(text) > len(str(BIGGEST_ID)) or int(text) > BIGGEST_ID:
        return NOBODYS
    return int(text)
