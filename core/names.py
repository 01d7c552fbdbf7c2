"""Comparing people's names, and isolating them in sentences.

There are three comparisons, the strictest first:

- ``SAME_NAME``: is it the same person? Ignores only case, spaces and how Unicode
  composes a letter. Only the database answers it (for roster files and links of
  identities), so that the answer is the same everywhere.
- ``plain``: is it probably the same name? Also ignores accents, vowel signs and
  punctuation. For guesses, which are only shown.
- ``searched``: does the name match a search? Also treats letters that people type for
  each other as equal. ``static/door.js`` does the same with the same ``TYPED_AS``.

Source: docs/rules.md 74.
"""

import unicodedata
from functools import lru_cache

# SQL over the column ``{name}``, equal for two names of the same person. The collation
# makes the result independent of the database's locale.
SAME_NAME = (
    "lower(normalize(trim(regexp_replace("
    r"{name} COLLATE pg_c_utf8, '\s+', ' ', 'g')), NFC))"
)

# Letters that people type for each other and that Unicode does not decompose; to find
# O'Neil, people type oneil.
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
    # Python's casefold() changes these, JavaScript's toLowerCase() does not.
    "ß": "ss",
    "\N{GREEK SMALL LETTER FINAL SIGMA}": "\N{GREEK SMALL LETTER SIGMA}",
}
_TYPED_AS = str.maketrans(TYPED_AS)


# Each stranger's name is compared with all names of a roster.
@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a name without case, accents, vowel signs and punctuation.

    ``"  José  PÉREZ "`` and ``"jose perez"`` give the same, as do an Arabic name with
    and without vowel signs. "" if nothing is left.
    """
    return _words(_decomposed(name))


def searched(name: str) -> str:
    """Return a name in the form that searching compares, looser than ``plain``."""
    return _words(_decomposed(name).translate(_TYPED_AS))


def is_found(name: str, q: str) -> bool:
    """Return whether all words of the search ``q`` occur in ``name``."""
    text = searched(name)
    return all(word in text for word in searched(q).split())


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
    """Return a name or note wrapped so that its direction does not affect a sentence.

    For texts that people read: a name may be of any script in a sentence of any
    language. U+2068 and U+2069 isolate it.
    """
    return f"\u2068{text}\u2069" if text else ""
