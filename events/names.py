"""Names as people compare them, and as they stand in sentences."""

import unicodedata
from functools import lru_cache


# A roster's names are compared with each stranger's.
@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return the words of a name in the form in which equal names are equal.

    ``"  José  PÉREZ "`` and ``"jose perez"`` give the same; so do an Arabic name with
    and without vowel signs. Empty if nothing is left.
    """
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    kept = (
        letter if unicodedata.category(letter)[0] in "LMN" else " "
        for letter in decomposed
        if unicodedata.category(letter) not in ("Mn", "Cf", "Lm")
    )
    return " ".join("".join(kept).split())


def isolated(text: str) -> str:
    """Keep the direction of a name, or of a note, from turning a sentence around.

    For what people read: a name may be of any script in a sentence of any language.
    """
    return f"\u2068{text}\u2069" if text else ""
