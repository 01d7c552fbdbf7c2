"""When two names are the same to people, and how they stand in sentences."""

import re
from itertools import chain
from pathlib import Path

import pytest

from events.names import isolated, plain

ROOT = Path(__file__).resolve().parent.parent.parent


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


def test_a_name_in_a_sentence_keeps_its_direction_to_itself() -> None:
    assert f"{isolated('مريم')} came" == "\u2068مريم\u2069 came"
    assert isolated("") == ""


def test_nobody_else_writes_isolates_by_hand() -> None:
    folders = ("attendance", "attendance_site", "events", "notifications")
    files = chain.from_iterable(
        (ROOT / folder).rglob("*.*")
        for folder in (*folders, "sessions_app", "static", "templates")
    )
    by_hand = {
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix in (".py", ".js", ".html")
        and re.search(
            r"[\u2066-\u2069]|(\\u|&#x)206[6-9]", path.read_text(), re.IGNORECASE
        )
    }
    # What the validators refuse in names is these very characters.
    assert by_hand == {"events/names.py", "events/validators.py"}
