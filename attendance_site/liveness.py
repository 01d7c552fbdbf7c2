"""Signs of life that worker and beat leave in Redis and in a file.

A sign in Redis says that some worker, or some beat, is alive; it expires after half a
minute. The age of the file says whether *this* process is alive, for the health check
of its container (docker-compose.yml).
"""

import logging
import os
import time
from contextlib import suppress

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

PREFIX = "rollcall"
WORKER, BEAT = KINDS = ("worker", "beat")
# A worker sends a heartbeat every two seconds, beat ticks at least every five.
EVERY_SECONDS = 5.0
FORGOTTEN_AFTER_SECONDS = 30
ANSWER_SECONDS = 1.0

_left_at: dict[str, float] = {}


def connect(answer_seconds: float) -> redis.Redis:
    """Return a client of ``REDIS_URL`` that waits at most ``answer_seconds``."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=answer_seconds,
        socket_connect_timeout=answer_seconds,
        retry=None,
    )


def key(kind: str) -> str:
    """Return the Redis key of the sign of ``WORKER`` or ``BEAT``."""
    return f"{PREFIX}:{kind}"


def leave(kind: str) -> None:
    """Leave a sign of life, at most every :data:`EVERY_SECONDS`."""
    now = time.monotonic()
    if now - _left_at.get(kind, -EVERY_SECONDS) < EVERY_SECONDS:
        return
    _left_at[kind] = now
    try:
        with connect(ANSWER_SECONDS) as client:
            client.set(key(kind), "1", ex=FORGOTTEN_AFTER_SECONDS)
    except (redis.RedisError, OSError) as error:
        logger.warning(
            "No sign of life could be left.",
            extra={"op": "pulse", "of": kind, "reason": str(error)},
        )
        return
    # launcher/celery_process.py creates the file when the process is ready.
    with suppress(OSError):
        os.utime(os.environ.get("ROLLCALL_READY_FILE", ""))


def signs_of_life(answer_seconds: float = ANSWER_SECONDS) -> dict[str, bool]:
    """Return by kind whether such a process was alive in the last half minute.

    Raises:
        redis.RedisError, OSError: Redis does not answer.
    """
    with connect(answer_seconds) as client:
        values = client.mget([key(kind) for kind in KINDS])
    return {kind: value is not None for kind, value in zip(KINDS, values, strict=True)}
