"""Outlives a supervisor that was killed, just long enough to end what it had started.

Run as a script of its own. Its arguments say what runs, ``PID:SIGNAL`` each; then it
reads ``add PID SIGNAL`` and ``drop PID`` from stdin; when stdin ends while processes
are left, the supervisor has died: each gets its signal and, if that does not end it
soon, it and its whole group are killed. PR_SET_PDEATHSIG alone would reach neither the
workers' children nor systems other than Linux.
"""

import os
import signal
import sys
import time
from contextlib import suppress

GRACE_SECONDS = 3.0


def main() -> None:
    """Follow the supervisor until it ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    running = (argument.split(":") for argument in sys.argv[1:])
    left = {int(pid): int(number) for pid, number in running}
    for line in sys.stdin:
        verb, pid, *rest = line.split()
        if verb == "add":
            left[int(pid)] = int(rest[0])
        else:
            left.pop(int(pid), None)
    _end(left)


def _end(left: dict[int, int]) -> None:
    for pid, number in left.items():
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(map(_is_alive, left)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
