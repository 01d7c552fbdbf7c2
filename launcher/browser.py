"""Chromium, with which the tests and the pictures see the pages as people do."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from launcher import environment
from launcher.console import RefusedError, Stopwatch, say, step
from launcher.environment import PYTHON

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Arabic needs a face of its own; Debian's Chromium brings none.
PACKAGES = ("chromium", "fonts-noto-core")
HOW_TO_GET_ONE = (
    "install one (Debian, Ubuntu: apt-get install chromium fonts-noto-core; elsewhere:"
    " .venv/bin/playwright install chromium), or set ROLLCALL_CHROMIUM to its path."
)
OPTIONS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # Nothing beside this machine is asked for, not even a name.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def find() -> str:
    """Return the path of a Chromium that starts; empty if there is none.

    Raises:
        RefusedError: ROLLCALL_CHROMIUM names none that does.
    """
    if named := os.environ.get("ROLLCALL_CHROMIUM"):
        if not _starts(named):
            raise RefusedError(
                f"ROLLCALL_CHROMIUM={named}: there is no Chromium that starts."
            )
        return named
    return next((path for path in _candidates() if _starts(path)), "")


def options() -> list[str]:
    """Return how to start it; root, as in a container, cannot have its sandbox."""
    return [*OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def ensure() -> str:
    """Return the path of a Chromium, installed if there is none.

    Raises:
        RefusedError: there is none and it cannot be installed.
    """
    watch = Stopwatch()
    path = find()
    if not path:
        say("  Installing Chromium for the tests of the pages; this is done once.")
        path = _install()
    step("browser", path, watch)
    return path


def _install() -> str:
    environment.ensure(development=True)
    words = ""
    for command in _installations():
        words = _run(command) or words
        if path := find():
            return path
    raise RefusedError(
        f"The tests of the pages need Chromium ({words}): {HOW_TO_GET_ONE}"
    )


def _installations() -> list[list[str]]:
    by_playwright = [str(PYTHON), "-m", "playwright", "install", "chromium"]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return [by_playwright]
    # On Ubuntu the package only points to a snap, which a container cannot run.
    return [
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-qy", "--no-install-recommends", *PACKAGES],
        [*by_playwright, "--with-deps"],
    ]


def _run(command: list[str]) -> str:
    """Run it; return why it failed, empty if it did not."""
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    answer = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False
    )
    if answer.returncode == 0:
        return ""
    lines = f"{answer.stdout}\n{answer.stderr}".strip().splitlines()
    reasons = [line for line in lines if line.startswith(("E:", "Error"))]
    return next(iter(reasons or lines[-1:]), "no reason given").rstrip(",.")


def _candidates() -> Iterable[str]:
    for name in NAMES:
        if found := shutil.which(name):
            yield found
    # What Playwright fetched.
    kept = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    cache = Path(kept) if kept else Path.home() / ".cache" / "ms-playwright"
    yield from map(str, cache.glob("chromium-*/chrome-*/chrome"))


def _starts(path: str) -> bool:
    # A pointer to a snap fails at this where there are no snaps.
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0
