"""Names as they are compared, in one place, and as they stand in sentences.

There are three questions, from the strictest on:

- Is it the same person? ``SAME_NAME``: case, spaces and how Unicode writes a letter
  make no difference, all else does. The database alone answers it (roster files, links
  of identities), so that all who ask get the same answer.
- Is it the same name, probably? ``plain``: also without accents, vowel signs and
  punctuation. For guesses, which are only shown.
- Is somebody looking for it? ``searched``: also with letters that are typed for each
  other. ``static/door.js`` does the same with what is typed, by the same ``TYPED_AS``.

Source: docs/rules.md 74.
"""

import unicodedata
from functools import lru_cache

# Of two names that are the same person's: an expression over the column ``{name}``.
# What is a capital, and what a space, depends on no database's locale.
SAME_NAME = (
    "lower(normalize(trim(regexp_replace("
    r"{name} COLLATE pg_c_utf8, '\s+', ' ', 'g')), NFC))"
)

# Letters that people type for each other and that Unicode does not take apart; who
# looks for O'Neil types oneil.
TYPED_AS = {
    "'": "",
    "\u2018": "",
    "\u2019": "",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "æ": "ae",
    "œ": "oe",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "\N{ARABIC LETTER ALEF MAKSURA}": "\N{ARABIC LETTER YEH}",
    "\N{ARABIC LETTER TEH MARBUTA}": "\N{ARABIC LETTER HEH}",
    # Python folds these, JavaScript only makes small letters.
    "ß": "ss",
    "\N{GREEK SMALL LETTER FINAL SIGMA}": "\N{GREEK SMALL LETTER SIGMA}",
}
_TYPED_AS = str.maketrans(TYPED_AS)


# A roster's names are compared with each stranger's.
@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return the words of a name in the form in which equal names are equal.

    ``"  José  PÉREZ "`` and ``"jose perez"`` give the same; so do an Arabic name with
    and without vowel signs. Empty if nothing is left.
    """
    return _words(_decomposed(name))


def searched(name: str) -> str:
    """Return a name as searching compares it, more tolerant than ``plain``."""
    return _words(_decomposed(name).translate(_TYPED_AS))


def is_found(name: str, q: str) -> bool:
    """Whether all the words that somebody looks for occur in a name."""
    there = searched(name)
    return all(word in there for word in searched(q).split())


def _decomposed(name: str) -> str:
    return unicodedata.normalize("NFKD", name).casefold()


def _words(decomposed: str) -> str:
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
