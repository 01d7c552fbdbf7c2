"""Counting attempts: to sign in, to get a mail, to guess a code.

They are counted in Postgres, so the numbers hold for all processes and do not depend on
Redis. One statement counts an attempt and returns the number, so parallel attempts
cannot slip through.

Source: docs/rules.md 55, 85.
"""

import hashlib
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

_COUNT = """
INSERT INTO events_signintries AS known (key, tries, since)
VALUES (%(key)s, 1, now())
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN known.since <= now() - %(seconds)s * interval '1 second'
        THEN 1 ELSE known.tries + 1 END,
    since = CASE WHEN known.since <= now() - %(seconds)s * interval '1 second'
        THEN now() ELSE known.since END
RETURNING tries, extract(epoch FROM since + %(seconds)s * interval '1 second' - now())
"""
_LOOK = """
SELECT tries, extract(epoch FROM since + interval '1 minute' - now())
FROM events_signintries WHERE key = %s AND since > now() - interval '1 minute'
"""
_TAKE_BACK = """
WITH gone AS (DELETE FROM events_signintries WHERE key = %s AND tries <= 1)
UPDATE events_signintries SET tries = tries - 1 WHERE key = %s AND tries > 1
"""
_FORGET = "DELETE FROM events_signintries WHERE key = %s OR since < %s"

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Tries(NamedTuple):
    """The attempts in the present span; ``wait`` is the seconds until it ends."""

    number: int
    wait: int


def key_of(*parts: str) -> str:
    """Return a digest of who tries what, so that the table holds no personal data."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def count_try(key: str, within: timedelta = MINUTE) -> Tries:
    """Count one more attempt and return the new number.

    One key is always counted within one span, which is a day at most.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "seconds": within.total_seconds()})
        return _read(cursor.fetchone())


def is_too_often(*what: str, most: Mapping[timedelta, int]) -> bool:
    """Count one more, and return whether it is more than ``most`` within one span.

    What is too often within one span is not counted in those after it.
    """
    return any(
        count_try(key_of(*what, str(within)), within).number > number
        for within, number in most.items()
    )


def tries_of(key: str) -> Tries:
    """Return the number of attempts in this minute, without counting one."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [key])
        return _read(cursor.fetchone() or (0, 0))


def take_back_try(key: str) -> None:
    """Count one attempt less."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, [key, key])


def forget_tries(key: str) -> None:
    """Delete the attempts of ``key``, and everybody's that no limit counts any more."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [key, timezone.now() - DAY])


def _read(row: tuple[int, float]) -> Tries:
    return Tries(row[0], max(1, math.ceil(row[1])))
