"""When two names are the same to people."""

import pytest

from core.names import plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José Pérez", "jose perez"),
        ("  Lina   Haddad ", "lina haddad"),
        ("“Lina” (Haddad)", "Lina Haddad"),
        ("STRASSE", "straße"),
        ("مُحَمَّد", "محمد"),
        ("محـمد", "محمد"),
        ("\u2068Lina\u2069", "Lina"),
        ("\uff2c\uff49\uff4e\uff41", "lina"),
    ],
)
def test_case_accents_signs_and_spaces_make_no_other_name(one: str, other: str) -> None:
    assert plain(one) == plain(other) != ""


def test_other_letters_make_another_name() -> None:
    assert plain("Lina") != plain("Lena")


def test_of_signs_alone_nothing_is_left() -> None:
    assert plain(" !? 🙂 ") == ""
