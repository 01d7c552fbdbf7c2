"""The programs' log files, and which of their lines are also shown on stderr."""

import json
import re
from pathlib import Path
from typing import IO, Protocol

from launcher.console import complain, for_machines

ROTATE_BYTES = 20_000_000
LAST_LINE_BYTES = 4_096
SHOWN_LEVELS = frozenset({"WARNING", "ERROR", "CRITICAL"})


class Source(Protocol):
    """A program with a log, as :class:`launcher.supervisor.Program`."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    @property
    def alarm(self) -> str: ...


class LogFile:
    """The log file of a program, which has all its lines.

    At a terminal, warnings and errors are also shown on stderr. If stderr is not a
    terminal, every line is, as JSON.
    """

    def __init__(self, source: Source) -> None:
        self._path = source.log
        self._name = source.name
        self._alarm = re.compile(source.alarm) if source.alarm else None
        self._read_to = self._path.stat().st_size if self._path.exists() else 0
        self._rest = b""

    def open_to_append(self) -> IO[bytes]:
        """Open the file, for the program to write to."""
        return self._path.open("ab")

    def rotate(self) -> None:
        """Start a new file if this one is large; keep it as ``.log.1``."""
        if self._path.exists() and self._path.stat().st_size > ROTATE_BYTES:
            self.show_new()
            self._path.replace(self._path.with_suffix(".log.1"))
            self._read_to = 0

    def last_line(self) -> str:
        """Return the message of the last line; "" if there is none."""
        return last_message(self._path)

    def show_new(self) -> None:
        """Show the lines that were written since the last call."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read_to)
                new = file.read()
        except OSError:
            return
        self._read_to += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            if text := line.decode(errors="replace").rstrip():
                self._show(text)

    def _show(self, text: str) -> None:
        record = _as_record(text)
        if for_machines():
            record = {"process": self._name} | (record or {"message": text})
            complain(json.dumps(record, ensure_ascii=False))
        elif record is not None:
            if record.get("level") in SHOWN_LEVELS:
                complain(f"  {self._name}: {record['level']} {record.get('message')}")
        elif self._alarm and self._alarm.search(text):
            complain(f"  {self._name}: {text}")


def last_message(path: Path) -> str:
    """Return the message of a log's last line that is not blank; "" if none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LAST_LINE_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return _message(lines[-1]) if lines else ""


def _as_record(text: str) -> dict[str, object] | None:
    if not text.startswith("{"):
        return None
    try:
        record = json.loads(text)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _message(text: str) -> str:
    record = _as_record(text)
    return str(record.get("message", text)) if record else text
