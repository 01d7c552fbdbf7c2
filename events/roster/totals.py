"""Lines of a table that sum it up, and stand for nobody. Pure.

Source: docs/rules.md 107.
"""

import re

from core.names import searched

_WORDS = (
    *("total", "totals", "grand total", "subtotal", "sub total", "total number"),
    *("sum", "count", "المجموع", "المجموع الكلي", "الإجمالي", "الإجمالي الكلي"),
    *("Summe", "Gesamt", "Gesamtsumme", "Insgesamt", "Anzahl"),
    *("somme", "total général", "suma", "total general"),
)
# A name may be as long as the file, and reading it so takes a while.
_LONGER_THAN_ANY = 100
_TOTALS = frozenset(map(searched, _WORDS))


def is_total(name: str) -> bool:
    """Return whether this is "Total: 23" or the like, with only numbers behind."""
    return (
        len(name) < _LONGER_THAN_ANY and searched(re.sub(r"\d+", " ", name)) in _TOTALS
    )


def has_letter(text: str) -> bool:
    """Return whether a text is more than a number, such as "A-17" or an address."""
    return any(letter.isalpha() for letter in text)
