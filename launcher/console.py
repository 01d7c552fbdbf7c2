"""What the launcher says: steps on stdout, log lines and refusals on stderr."""

import json
import os
import time
from datetime import UTC, datetime

STDOUT, STDERR = 1, 2


class RefusedError(Exception):
    """The start cannot go on; the text is the one line that says why and what to do."""


def say(text: str = "") -> None:
    """Write a line to stdout."""
    _write(STDOUT, text)


def complain(text: str) -> None:
    """Write a line to stderr."""
    _write(STDERR, text)


def _write(descriptor: int, text: str) -> None:
    # A terminal that has gone away must not keep the services from being stopped.
    try:
        os.write(descriptor, f"{text}\n".encode(errors="replace"))
    except OSError:
        return


def for_machines() -> bool:
    """Return whether stderr is read by a program: then log lines are JSON."""
    try:
        return not os.isatty(STDERR)
    except OSError:
        return True


def log(level: str, message: str) -> None:
    """Write one log line of the launcher's own."""
    if for_machines():
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": level, "logger": "launcher", "message": message}
        complain(json.dumps(line, ensure_ascii=False))
    else:
        complain(f"  {message}")


class Stopwatch:
    """The seconds since it was made."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def __str__(self) -> str:
        return f"{time.monotonic() - self._since:5.1f} s"


def step(name: str, result: str, watch: Stopwatch) -> None:
    """Write the line of a step that is done."""
    say(f"  {name:<12} {result:<44} {watch}")
