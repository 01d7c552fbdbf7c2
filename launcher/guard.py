"""The guard: a script that ends all processes if the supervisor was killed.

Its arguments are the processes that run, each as ``PID:SIGNAL``. Then it reads
``add PID SIGNAL`` and ``drop PID`` from stdin. If stdin ends while processes are left,
the supervisor has died: each process gets its signal, and if that does not end it soon,
it is killed with its whole group. PR_SET_PDEATHSIG (lifeline.py) is not enough: it does
not reach the workers' children, and only Linux has it.
"""

import os
import signal
import sys
import time
from contextlib import suppress

GRACE_SECONDS = 3.0


def main() -> None:
    """Read from the supervisor until it ends; then end the processes that are left."""
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
