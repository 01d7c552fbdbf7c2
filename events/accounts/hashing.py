"""Hashing passwords, of which few run at the same time.

A hash takes a processor for a good part of a second, by intent. Without a bound,
whoever sends passwords in parallel would take all of them from everybody else.

Source: docs/rules.md 131, 164.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import BoundedSemaphore

from django.contrib.auth.hashers import PBKDF2PasswordHasher

SECONDS_TO_COME_BACK = 5


class Lane:
    """Whose passwords are hashed ``at_once``, while as many as ``waiting`` wait."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self.places = at_once + waiting
        self.room = BoundedSemaphore(self.places)
        self.hashing = BoundedSemaphore(at_once)


# In each web process; the others of its eight threads answer other requests.
STRANGERS = Lane(at_once=2, waiting=2)
# Browsers that have signed in to the account before: strangers cannot fill this one.
KNOWN = Lane(at_once=1, waiting=2)

# Whoever sets a password, or runs a command, is no stranger.
_lane: ContextVar[Lane] = ContextVar("lane of hashing", default=KNOWN)


class Busy(Exception):
    """As many passwords as possible are being checked, and some wait."""


class BoundedHasher(PBKDF2PasswordHasher):
    """Django's hasher, a few at a time."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Hash when it is this password's turn."""
        with _lane.get().hashing:
            return super().encode(password, salt, iterations)


@contextmanager
def room_to_hash(*, is_known: bool = False) -> Iterator[None]:
    """Hold one of the places of those who hash or wait.

    ``is_known``: the browser has signed in to the account before.

    Raises:
        Busy: all places are taken.
    """
    lane = KNOWN if is_known else STRANGERS
    if not lane.room.acquire(blocking=False):
        raise Busy
    before = _lane.set(lane)
    try:
        yield
    finally:
        _lane.reset(before)
        lane.room.release()
