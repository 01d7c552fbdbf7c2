"""Where the tests of the pages get their Chromium from."""

from pathlib import Path

import pytest

from launcher import browser
from launcher.console import RefusedError


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser, whose programs lie in the directory returned."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:1")
    for name in ("ROLLCALL_CHROMIUM", "PLAYWRIGHT_BROWSERS_PATH"):
        monkeypatch.delenv(name, raising=False)
    return programs


def make_program(path: Path, code: int = 0) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


def test_one_on_the_path_is_taken(bare_machine: Path) -> None:
    chromium = make_program(bare_machine / "chromium")
    assert browser.ensure() == chromium


def test_one_that_does_not_start_is_passed_over(bare_machine: Path) -> None:
    make_program(bare_machine / "chromium-browser", code=1)
    chrome = make_program(bare_machine / "google-chrome")
    assert browser.find() == chrome


def test_one_that_playwright_fetched_is_taken(tmp_path: Path) -> None:
    cache = tmp_path / ".cache" / "ms-playwright" / "chromium-1" / "chrome-linux64"
    fetched = make_program(cache / "chrome")
    assert browser.find() == fetched


def test_the_one_that_the_environment_names_is_taken(
    tmp_path: Path, bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_program(bare_machine / "chromium")
    own = make_program(tmp_path / "own")
    monkeypatch.setenv("ROLLCALL_CHROMIUM", own)
    assert browser.find() == own


def test_a_name_in_the_environment_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ROLLCALL_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(RefusedError, match="ROLLCALL_CHROMIUM=/nowhere"):
        browser.find()


def test_without_any_the_refusal_is_a_line_that_says_how_to_get_one() -> None:
    with pytest.raises(RefusedError) as refusal:
        browser.ensure()
    said = str(refusal.value)
    assert said.startswith(
        "Chromium, for the tests in a browser, could not be installed (Error: "
    )
    assert "apt-get install chromium" in said
    assert "\n" not in said
