"""Words of names, for searching and for guesses."""

import pytest

from core.names import is_found, readings, words


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("oneil", "Sean O\u2019Neil"),
        ("o'neil", "Sean ONeil"),
        ("neil sean", "Sean O'Neil"),
        ("ana lim", "Lima, Ana"),
        ("lodz", "\u0141\xf3d\u017a"),
        ("jean luc", "Jean-Luc"),
        ("ana@example", "Ana ana@example.com"),
        ("", "Ana"),
        ("?!", "Ana"),
    ],
)
def test_a_search_finds_words_in_any_order_and_without_signs(q: str, name: str) -> None:
    assert is_found(name, q)


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("lina", "Lena"),
        ("ana omar", "Ana Lima"),
        ("कमार", "कुमार"),
        ("कुमारी", "कुमार"),
        ("ば", "はな"),
    ],
)
def test_a_search_finds_nothing_else(q: str, name: str) -> None:
    assert not is_found(name, q)


def test_words_are_compared_in_any_order_and_without_signs() -> None:
    assert (
        words("“Lina” M. Haddad") == words("haddad, lina M") == ["haddad", "lina", "m"]
    )
    assert words(" !? 🙂 ") == []


@pytest.mark.parametrize(
    "name",
    [
        "Lina Haddad (iPad)",
        "Lina Haddad [Guest] ",
        "Haddad, Lina (Guest)",
        "Lina Haddad (iPad) (Guest)",
        "Lina Haddad\uff08ゲスト\uff09",
    ],
)
def test_what_stands_in_brackets_behind_a_name_does_not_hide_it(name: str) -> None:
    assert words("Lina Haddad") in readings(name)


def test_what_stands_in_brackets_may_be_of_the_name() -> None:
    assert words("Lina Haddad") in readings("Lina (Haddad)")
    assert readings("Lina (Umm Omar) Haddad") == [["haddad", "lina", "omar", "umm"]] * 2
    assert readings("(Guest)") == [["guest"]]
    assert readings("Lina)") == [["lina"]] * 2
    assert readings(" () ") == []
