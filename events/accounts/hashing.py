"""Hashing passwords, of which few run at the same time.

A hash takes a processor for a good part of a second, by intent. Without a bound,
whoever sends passwords in parallel would take all of them from everybody else.

Source: docs/rules.md 131.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import PBKDF2PasswordHasher

# In each web process; the others of its eight threads answer other requests.
AT_ONCE = 2
WAITING = 2
SECONDS_TO_COME_BACK = 5

_hashing = BoundedSemaphore(AT_ONCE)
_room = BoundedSemaphore(AT_ONCE + WAITING)


class Busy(Exception):
    """As many passwords as possible are being checked, and some wait."""


class BoundedHasher(PBKDF2PasswordHasher):
    """Django's hasher, a few at a time."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Hash when it is this password's turn."""
        with _hashing:
            return super().encode(password, salt, iterations)


@contextmanager
def room_to_hash() -> Iterator[None]:
    """Hold one of the places of those who hash or wait.

    Raises:
        Busy: all places are taken.
    """
    if not _room.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _room.release()
