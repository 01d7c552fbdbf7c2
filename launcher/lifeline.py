"""Lets a process die with its parent, however the parent ends (Linux only)."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(number: int = signal.SIGKILL, parent: int | None = None) -> None:
    """Ask the kernel for a signal when the thread that forked this process ends.

    Must be called after a change of user, which would clear the request. On other
    systems than Linux it does nothing: there, only the guard cleans up.

    Args:
        number: The signal.
        parent: The id of the expected parent; if it has died already, exit now.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)
