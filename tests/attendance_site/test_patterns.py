"""No pattern takes longer and longer for texts that somebody sends.

One that tries each way to cut a text needs a square of its length, or worse: for these
texts it would never end.
"""

import ast
import importlib
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from events.models import slug_validator
from events.roster.pasted_lines import as_in_mail
from tests.attendance_site.modules import MODULES, ROOT

LENGTH = 150_000
PIECES = (
    *("a", "0", " ", "\t", "@", "<", "<@", "a@", "-", "a-", "_", "\\", '"', ",", ";"),
    *("\n", "\r", "T0:0 0", "%", ".", "turnpassword", "turnpassword=", "\\u00", "é"),
    *("'\\", "DETAIL: ", "\0", "\ud800"),
)
TEXTS = [
    text
    for piece in PIECES
    for many in [piece * (LENGTH // len(piece))]
    for text in (many, f"<{many}", f"{many}<", f"a{many}!", f'turnPassword="{many}')
]

# No measurement, but the end of a hang: a square of the length takes many minutes, and
# what stands here a second or two.
SECONDS = 60


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    """Let what would never end fail; ``re`` looks for signals while it searches."""

    def fail(*_: object) -> None:
        pytest.fail(f"It had not ended after {SECONDS} s.")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def kept_patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Yield the patterns that modules keep."""
    for name in MODULES:
        for known, value in vars(importlib.import_module(name)).items():
            if isinstance(value, re.Pattern):
                yield f"{name}.{known}", value


def written_patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Yield those that are written where they are used."""
    for name in MODULES:
        path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re")),
                    args=[ast.Constant(value=str(written)), *_],
                ):
                    yield f"{name}:{node.lineno}", re.compile(written)


PATTERNS = {pattern: name for name, pattern in (*written_patterns(), *kept_patterns())}


def test_patterns_are_found() -> None:
    names = set(PATTERNS.values())
    assert "core.validators._CONTROL" in names
    assert any(name.startswith("events.roster.lines:") for name in names)


@pytest.mark.parametrize("pattern", PATTERNS, ids=PATTERNS.values())
def test_a_pattern_takes_no_longer_than_the_text_is_long(
    pattern: re.Pattern[Any],
) -> None:
    for text in TEXTS:
        searched: Any = text
        if isinstance(pattern.pattern, bytes):
            searched = text.encode(errors="replace")
        pattern.match(searched)
        pattern.sub(searched[:0], searched)


def test_the_form_of_a_slug_takes_no_longer_either() -> None:
    for text in TEXTS:
        assert re.search(slug_validator.regex, text) or text.strip("a0")


@pytest.mark.parametrize("piece", ["@", " ", "<", "a ", "a@", "<@>", "\t"])
def test_a_line_of_a_million_characters_is_read_at_once(piece: str) -> None:
    many = piece * (1_000_000 // len(piece))
    for text in (many, f"<{many}", f"<@{many}!", f"{many}<a@b>", f"a<a@b>{many}"):
        as_in_mail(text)
