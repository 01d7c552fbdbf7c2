"""When two names are the same: however it is written, it is one name."""

import unicodedata
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.names import folded
from tests.core.names.ways_of_writing import (
    BEFORE,
    CHARACTERS,
    COMMAS,
    INVISIBLE,
    LINES,
    SPACES,
    TEXTS,
    TROUBLESOME,
    WRITTEN_AS,
)

any_text = st.one_of(st.text(), st.text(TROUBLESOME))
names = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4).map(" ".join)
# The words of a name, each a list of plain letters and the ways in which they stand.
letters = st.sampled_from(list(WRITTEN_AS)).flatmap(
    lambda plain: st.tuples(st.just(plain), st.sampled_from(WRITTEN_AS[plain]))
)
written_words = st.lists(st.lists(letters, min_size=1), min_size=2, max_size=4)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0] or "nothing")
def test_however_it_is_written_it_is_one_name(line: tuple[str, ...]) -> None:
    assert {text: folded(text) for text in line} == dict.fromkeys(line, folded(line[0]))


def test_different_names_stay_different() -> None:
    same = [
        (one[0], other[0])
        for one, other in combinations(LINES, 2)
        if folded(one[0]) == folded(other[0])
    ]
    assert same == []


@given(written_words, st.data())
def test_a_name_is_found_under_whatever_stands_for_its_letters(
    words: list[list[tuple[str, str]]], data: st.DataObject
) -> None:
    """Known by construction, from a table that shares nothing with the code."""
    plain = ["".join(letter for letter, _way in word) for word in words]
    written = [_with_invisible([way for _, way in word], data) for word in words]
    *first, last = written
    if data.draw(st.booleans()):
        name = f"{last}{data.draw(st.sampled_from(COMMAS))}{' '.join(first)}"
    else:
        name = data.draw(st.sampled_from(SPACES)).join(written)
    assert folded(name) == unicodedata.normalize("NFC", " ".join(plain))


def _with_invisible(parts: list[str], data: st.DataObject) -> str:
    between = st.text(INVISIBLE, max_size=2)
    return "".join(part + data.draw(between) for part in parts)


@given(st.one_of(any_text, names))
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.one_of(any_text, names))
def test_how_unicode_composes_it_makes_no_difference(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert folded(unicodedata.normalize(form, text)) == folded(text)


@given(names, st.data())
def test_case_makes_no_difference(text: str, data: st.DataObject) -> None:
    other = "".join(data.draw(st.sampled_from([c, c.upper(), c.lower()])) for c in text)
    assert folded(other) == folded(text)
    for same in (text.upper(), text.lower(), text.title(), text.swapcase()):
        assert folded(same) == folded(text)


@given(names, st.data())
def test_invisible_characters_make_no_difference(
    text: str, data: st.DataObject
) -> None:
    assert folded(_with_invisible(list(text), data)) == folded(text)


@pytest.mark.parametrize("before", BEFORE)
def test_every_character_keeps_what_is_promised(before: str) -> None:
    wrong = []
    for letter in CHARACTERS:
        text = before + letter
        form = folded(text)
        ways = (form, text.upper(), text.lower(), unicodedata.normalize("NFD", text))
        wrong += [text for way in ways if folded(way) != form]
    assert wrong == []
