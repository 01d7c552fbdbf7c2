"""The launcher's output: steps on stdout, log lines and refusals on stderr."""

import json
import os
import time
from datetime import UTC, datetime

STDOUT, STDERR = 1, 2


class RefusedError(Exception):
    """The command cannot go on; the text says in one line why and what to do."""


def say(text: str = "") -> None:
    """Write a line to stdout."""
    _write(STDOUT, text)


def complain(text: str) -> None:
    """Write a line to stderr."""
    _write(STDERR, text)


def _write(descriptor: int, text: str) -> None:
    # Services must be stopped even if the terminal was closed.
    try:
        os.write(descriptor, f"{text}\n".encode(errors="replace"))
    except OSError:
        return


def for_machines() -> bool:
    """Return whether stderr is not a terminal; then log lines are JSON."""
    try:
        return not os.isatty(STDERR)
    except OSError:
        return True


def log(level: str, message: str) -> None:
    """Write a log line of the launcher itself."""
    if for_machines():
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": level, "logger": "launcher", "message": message}
        complain(json.dumps(line, ensure_ascii=False))
    else:
        complain(f"  {message}")


class Stopwatch:
    """The seconds since it was created, as text."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def __str__(self) -> str:
        return f"{time.monotonic() - self._since:5.1f} s"


def step(name: str, result: str, watch: Stopwatch) -> None:
    """Write the line of a finished step."""
    say(f"  {name:<12} {result:<44} {watch}")
