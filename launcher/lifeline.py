"""Ties a process to its parent: when the parent dies, however, so does it (Linux)."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(number: int = signal.SIGKILL, parent: int | None = None) -> None:
    """Ask the kernel for this signal when the thread that forked this process ends.

    To be called after a change of user, which clears the request. Elsewhere than on
    Linux it does nothing: there the guard alone cleans up.

    Args:
        number: the signal.
        parent: the expected parent; if it has died already, this process ends now.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)
