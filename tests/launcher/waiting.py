"""Waiting for what another process does: a condition and a deadline, never a pause."""

import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

PATIENCE_SECONDS = 60.0
Value = TypeVar("Value")


def until(
    condition: Callable[[], Value | None],
    *,
    every: float = 0.02,
    patience: float = PATIENCE_SECONDS,
) -> Value:
    """Return the condition's first true value; fail if it does not come."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < deadline, "It did not come about in time."
        select.select([], [], [], every)
    return value


def is_running(pid: int) -> bool:
    """Return whether the process exists and has not ended (a zombie has)."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def processes_of(directory: Path) -> list[str]:
    """Return what runs in or for a data directory, by its command lines."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or not is_running(int(entry.name)):
            continue
        try:
            inside = (entry / "cwd").readlink().is_relative_to(directory)
            told = f"ROLLCALL_DATA_DIR={directory}\0".encode()
            if inside or told in (entry / "environ").read_bytes():
                command = (entry / "cmdline").read_bytes()
                found.append(command.replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found
