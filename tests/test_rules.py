"""The rules in docs/rules.md: numbered, with reasons and tests, cited by number."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "docs/rules.md"
PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
WITH_TEXT = {".py", ".md", ".html", ".js", ".css", ".toml", ".yml", ".yaml", ".sql"}

RULE = re.compile(r"\*\*(\d+)\. ")
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
# In code `docs/rules.md 17, 18`, in pages "rule 17" or "rules 17, 18".
NEXT = r"(?:,| to| and)\s+(?:(?:#|//)\s+)?"
NUMBERS = rf"\d+(?:{NEXT}\d+)*"
CITED_IN_CODE = re.compile(rf"docs/rules\.md(?:\s+(?:(?:#|//)\s+)?({NUMBERS}))?")
CITED_IN_PAGES = re.compile(rf"\b[Rr]ules?\s+({NUMBERS})")
PAGE = re.compile(r"(?<![\w*./-])(?:\.\./)?[\w/-]+\.md\b")


@cache
def rules() -> dict[int, str]:
    """Return the text of each rule by its number."""
    paragraphs = RULES.read_text(encoding="utf-8").split("\n\n")
    found = [(RULE.match(text), text) for text in paragraphs]
    numbered = [(int(start[1]), text) for start, text in found if start]
    assert len(dict(numbered)) == len(numbered), "a number stands twice"
    return dict(numbered)


def texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Yield name and content of every file of ours that ends so."""
    for top in ROOT.iterdir():
        if top.name.startswith("."):
            continue
        for path in top.rglob("*") if top.is_dir() else [top]:
            if path.suffix in suffixes:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def unknown(cited: Iterable[str]) -> list[str]:
    """Return what of such lists of numbers is no rule."""
    numbers = [number for numbers in cited for number in re.split(NEXT, numbers)]
    return [number for number in numbers if not (number and int(number) in rules())]


def test_numbers_run_from_1_on_without_gaps() -> None:
    assert sorted(rules()) == list(range(1, len(rules()) + 1))


def test_each_rule_names_a_reason_and_a_test() -> None:
    lacking = [
        number
        for number, text in rules().items()
        if not re.search(r"^\*Why:\* \w.{12,}", text, re.MULTILINE)
        or not NAMED_TEST.search(text.rpartition("*Test:* ")[2])
    ]
    assert lacking == []


def test_each_test_that_a_rule_names_is_there() -> None:
    missing = [
        f"{number}: {path}::{name}"
        for number, text in rules().items()
        for path, name in NAMED_TEST.findall(text)
        if not _defines(ROOT / path, name)
    ]
    assert missing == []


def _defines(path: Path, name: str) -> bool:
    return path.exists() and f"\ndef {name}(" in path.read_text(encoding="utf-8")


def test_each_number_that_code_cites_is_a_rule() -> None:
    wrong = {
        name: unknown(CITED_IN_CODE.findall(text))
        for name, text in texts(".py", ".js", ".css", ".html")
        if name != "tests/test_rules.py"
    }
    assert {name: numbers for name, numbers in wrong.items() if numbers} == {}


def test_each_number_that_a_page_cites_is_a_rule() -> None:
    wrong = {
        page.name: unknown(CITED_IN_PAGES.findall(page.read_text(encoding="utf-8")))
        for page in PAGES
    }
    assert {name: numbers for name, numbers in wrong.items() if numbers} == {}


def test_no_page_is_cited_that_is_not_there() -> None:
    wrong = {
        name: [page for page in PAGE.findall(text) if not _is_there(page, name)]
        for name, text in texts(*WITH_TEXT)
    }
    assert {name: pages for name, pages in wrong.items() if pages} == {}


def _is_there(page: str, cited_in: str) -> bool:
    places = ROOT, ROOT / "docs", (ROOT / cited_in).parent
    return any((place / page).exists() for place in places)
