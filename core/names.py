"""Comparing people's names, and putting them into sentences.

``folded`` is the one comparison: two names are the same if it gives the same for both.
``searched``, ``words`` and ``readings`` take its words, for searching and for guesses.
``static/names.js`` does the same in the browser, with a map made from this module.

Source: docs/rules.md 74.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from django.utils.translation import pgettext

# What keyboards and programs write for an apostrophe, also for those of Hebrew,
# Armenian and Hawaiian, and for ayin and hamza in Latin letters.
APOSTROPHES = (
    "'`\N{ACUTE ACCENT}\N{GREEK OXIA}\N{GREEK TONOS}\N{GREEK NUMERAL SIGN}"
    "\u2018\u2019\u201b\u2032\u2035"
    "\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02ca\u02cb"
    "\N{ARMENIAN APOSTROPHE}\N{HEBREW PUNCTUATION GERESH}"
    "\N{LATIN CAPITAL LETTER SALTILLO}\N{LATIN SMALL LETTER SALTILLO}"
)

# Letters that Unicode neither decomposes nor folds, as their plain kin.
_PLAIN = {
    "ł": "l",
    "ø": "o",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "æ": "ae",
    "œ": "oe",
    "đ": "d",
    "\N{ARABIC LETTER ALEF WASLA}": "\N{ARABIC LETTER ALEF}",
    "\N{ARABIC LETTER ALEF MAKSURA}": "\N{ARABIC LETTER YEH}",
    "\N{ARABIC LETTER FARSI YEH}": "\N{ARABIC LETTER YEH}",
    "\N{ARABIC LETTER KEHEH}": "\N{ARABIC LETTER KAF}",
    # Urdu has its own letters for heh, and people mix them; Persian and Kurdish write
    # U+06D5 also as heh and a joiner.
    "\N{ARABIC LETTER TEH MARBUTA}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER TEH MARBUTA GOAL}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER HEH GOAL}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER HEH DOACHASHMEE}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER AE}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC TATWEEL}": "",
    "\N{ARABIC COMMA}": ",",
    **dict.fromkeys(APOSTROPHES, "'"),
}
# Their letters lose all marks: accents, vowel signs, the hamza that alef carries.
_WITHOUT_MARKS = ("LATIN ", "GREEK ", "CYRILLIC ", "ARABIC ")
_SHORT_I = "\N{CYRILLIC SMALL LETTER I}", "\N{COMBINING BREVE}"

# Characters that show nothing, beside those of the category Cf: Unicode's
# Default_Ignorable_Code_Point, which Python does not know.
_SHOW_NOTHING = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2065, 0x2065),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)


def is_invisible(letter: str) -> bool:
    """Return whether a character shows nothing and takes no space, joiners too."""
    return unicodedata.category(letter) == "Cf" or any(
        first <= ord(letter) <= last for first, last in _SHOW_NOTHING
    )


def as_plain_letter(letter: str) -> str:
    """Return a character, decomposed already, as ``folded`` has it before its marks."""
    if unicodedata.category(letter) in ("Zs", "Zl", "Zp", "Cc"):
        return " "
    # lower() for Cherokee, whose letters casefold() makes capitals.
    return "".join(_PLAIN.get(one, one) for one in letter.casefold().lower())


class _Visible(dict[int, str | None]):
    """A table for ``str.translate`` that fills itself; letters are looked at once."""

    def __missing__(self, code: int) -> str | None:
        self[code] = None if is_invisible(chr(code)) else chr(code)
        return self[code]


class _PlainLetters(dict[int, str | None]):
    def __missing__(self, code: int) -> str | None:
        self[code] = as_plain_letter(chr(code))
        return self[code]


_VISIBLE = _Visible()
# The spacing accents among them would be decomposed into a space and a mark.
_VISIBLE_LETTERS = _Visible(dict.fromkeys(map(ord, APOSTROPHES), "'"))
_PLAIN_LETTERS = _PlainLetters()


def visible(text: str) -> str:
    """Return a text without invisible characters."""
    return text.translate(_VISIBLE)


def folded(name: str) -> str:
    """Return a name in the form that is equal for all ways of writing it.

    "" if nothing of it can be seen. Characters that are younger than Python's Unicode
    stay as they are.
    """
    text = unicodedata.normalize("NFKD", name.translate(_VISIBLE_LETTERS))
    text = text.translate(_PLAIN_LETTERS)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _without_marks(text))
    if text.count(",") == 1:
        last, _comma, first = text.partition(",")
        text = f"{first} {last}"
    return " ".join(text.split())


def _without_marks(text: str) -> str:
    kept: list[str] = []
    base = ""
    for letter in text:
        if unicodedata.category(letter)[0] != "M":
            base = letter if _loses_marks(letter) else ""
        elif base and ((base, letter) != _SHORT_I or kept[-1] == letter):
            continue
        kept.append(letter)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _loses_marks(letter: str) -> bool:
    is_letter = unicodedata.category(letter)[0] == "L"
    return is_letter and unicodedata.name(letter, "").startswith(_WITHOUT_MARKS)


@lru_cache(maxsize=4096)
def searched(name: str) -> str:
    """Return the words of a name or a search: ``oneil`` for O'Neil."""
    text = folded(name).replace("'", "")
    if not text.isalnum():
        text = "".join(
            letter if unicodedata.category(letter)[0] in "LMN" else " "
            for letter in text
        )
    return " ".join(text.split())


def is_found(name: str, q: str) -> bool:
    """Return whether all words of the search ``q`` occur in ``name``."""
    text = searched(name)
    return all(word in text for word in searched(q).split())


def words(name: str) -> list[str]:
    """Return the words of a name, sorted: many people write the family name first."""
    return sorted(searched(name).split())


def readings(name: str) -> list[list[str]]:
    """Return the words of a name that somebody typed to join, in up to two ways.

    All of them, and those before brackets at its end: "Lina Haddad (iPad)" may be Lina
    Haddad, but "Lina (Haddad)" as well.
    """
    return [found for found in (words(name), words(_without_brackets(name))) if found]


def _without_brackets(name: str) -> str:
    name = name.rstrip()
    while name.endswith((")", "]", "\N{FULLWIDTH RIGHT PARENTHESIS}")):
        opened = max(map(name.rfind, "([\N{FULLWIDTH LEFT PARENTHESIS}"))
        if opened < 0:
            break
        name = name[:opened].rstrip()
    return name


def isolated(text: str) -> str:
    """Return a name or note wrapped so that its direction does not affect a sentence.

    For texts that people read: a name may be of any script in a sentence of any
    language. U+2068 and U+2069 isolate it.
    """
    return f"\u2068{text}\u2069" if text else ""


def listed(names: Iterable[str]) -> str:
    """Return names or other texts as a list with commas, each isolated."""
    return comma().join(isolated(name) for name in names if name)


def comma() -> str:
    """Return the separator between the items of a list, in the active language."""
    return pgettext("between items of a list", ", ")
