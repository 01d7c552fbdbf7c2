"""One word for each idea: docs/words.md, held against every text that people read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "locale/ar/LC_MESSAGES/django.po"
MOST_WORDS = 40


class Word(NamedTuple):
    word: str
    arabic: str
    meaning: str
    avoided: list[str]


def _words() -> list[Word]:
    rows = re.findall(r"^\| (.+) \|$", (ROOT / "docs/words.md").read_text(), re.M)
    cells = [[cell.strip() for cell in row.split("|")] for row in rows[1:]]
    return [
        Word(word, arabic, meaning, avoided.split(", ") if avoided else [])
        for word, arabic, meaning, avoided in cells
    ]


WORDS = _words()
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").glob("*.md")) if page.name != "words.md"),
]
PROGRAMS = [
    *sorted(ROOT.glob("launcher/[a-z]*.py")),
    ROOT / "attendance_site/doctor.py",
    *sorted(ROOT.glob("*/management/commands/[a-z]*.py")),
]
AVOIDED = [(word.word, avoided) for word in WORDS for avoided in word.avoided]


def _strings(kind: str) -> Iterator[str]:
    """The texts of the catalogue, which has every one (tests/test_templates.py)."""
    for found in re.findall(
        rf'^{kind} ((?:"(?:[^"\\]|\\.)*"\n)+)', CATALOGUE.read_text(), re.M
    ):
        yield "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found))


def test_there_are_few_enough_to_learn() -> None:
    assert 20 < len(WORDS) <= MOST_WORDS
    assert all(word.meaning and word.arabic for word in WORDS)
    assert len({word.word for word in WORDS}) == len(WORDS)


@pytest.mark.parametrize(("word", "avoided"), AVOIDED)
def test_no_text_says_it_otherwise(word: str, avoided: str) -> None:
    pattern = re.compile(rf"\b{re.escape(avoided)}\b", re.I)
    texts = [
        re.sub(r"%\(\w+\)[sd]|<[^>]+>", "", t.replace("\\n", " "))
        for t in _strings("msgid(?:_plural)?")
    ]
    assert [text for text in texts if pattern.search(text)] == [], f"say “{word}”"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_what_commands_print_uses_the_same_words(program: Path) -> None:
    nodes = list(ast.walk(ast.parse(program.read_text())))
    docstrings = {
        ast.get_docstring(node, clean=False)
        for node in nodes
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    }
    texts = [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and " " in node.value
        and node.value not in docstrings
    ]
    avoided = "|".join(re.escape(avoided) for _word, avoided in AVOIDED)
    assert [t for t in texts if re.search(rf"(?i)\b(?:{avoided})\b", t)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_docs_use_the_same_words(page: Path) -> None:
    text = re.sub(r"`[^`]*`|^```.*?^```", "", page.read_text(), flags=re.S | re.M)
    avoided = "|".join(re.escape(avoided) for _word, avoided in AVOIDED)
    found = re.findall(rf"(?i)^.*\b(?:{avoided})\b.*$", text, re.M)
    assert found == []


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.word)
def test_the_arabic_word_is_the_one_that_pages_use(word: Word) -> None:
    assert any(word.arabic in text for text in _strings(r"msgstr(?:\[\d\])?"))
