"""Finding or installing Chromium, for the browser tests and the pictures."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from launcher import environment
from launcher.console import RefusedError, Stopwatch, say, step
from launcher.environment import PYTHON

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Debian's Chromium comes without a font for Arabic.
PACKAGES = ("chromium", "fonts-noto-core")
HOW_TO_GET_ONE = (
    "Install it (Debian, Ubuntu: apt-get install chromium fonts-noto-core; elsewhere:"
    " .venv/bin/playwright install chromium), or set ROLLCALL_CHROMIUM to its path."
)
OPTIONS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # No requests to other machines, not even to look up a name.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def find() -> str:
    """Return the path of a Chromium that starts; "" if there is none.

    Raises:
        RefusedError: ROLLCALL_CHROMIUM is set to something else.
    """
    if named := os.environ.get("ROLLCALL_CHROMIUM"):
        if not _starts(named):
            raise RefusedError(
                f"ROLLCALL_CHROMIUM={named} is not a Chromium that starts."
                " Correct the path, or unset it to let Rollcall find one."
            )
        return named
    return next((path for path in _candidates() if _starts(path)), "")


def options() -> list[str]:
    """Return Chromium's options; its sandbox does not work for root."""
    return [*OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def ensure() -> str:
    """Return the path of a Chromium; install one if there is none.

    Raises:
        RefusedError: there is none, and installing one failed.
    """
    watch = Stopwatch()
    path = find()
    if not path:
        say("  Installing Chromium, once, for the tests in a browser.")
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
        f"Chromium, for the tests in a browser, could not be installed ({words})."
        f" {HOW_TO_GET_ONE}"
    )


def _installations() -> list[list[str]]:
    by_playwright = [str(PYTHON), "-m", "playwright", "install", "chromium"]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return [by_playwright]
    # Ubuntu's package only points to a snap, which does not run in a container; then
    # Playwright installs one.
    return [
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-qy", "--no-install-recommends", *PACKAGES],
        [*by_playwright, "--with-deps"],
    ]


def _run(command: list[str]) -> str:
    """Run a command; return the reason of its failure, "" if it succeeded."""
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
    # Browsers that Playwright downloaded.
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    cache = Path(given) if given else Path.home() / ".cache" / "ms-playwright"
    yield from map(str, cache.glob("chromium-*/chrome-*/chrome"))


def _starts(path: str) -> bool:
    # Ubuntu's pointer to a snap exists, but fails if snaps do not run here.
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0
