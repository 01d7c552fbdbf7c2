"""Signs of life of worker and beat: in Redis for everybody, in a file for one's own.

A sign in Redis is soon forgotten, so that what is there is true. It says that some
worker lives; whether *this* one does, its file's age says (docker-compose.yml).
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
# A worker's heart beats every two seconds, beat ticks every five at the latest.
EVERY_SECONDS = 5.0
FORGOTTEN_AFTER_SECONDS = 30
ANSWER_SECONDS = 1.0

_left_at: dict[str, float] = {}


def connect(answer_seconds: float) -> redis.Redis:
    """Return a client of the Redis of the settings that waits no longer than this."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=answer_seconds,
        socket_connect_timeout=answer_seconds,
        retry=None,
    )


def key(kind: str) -> str:
    """Return where in Redis the sign of a kind of process stands."""
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
    # It appears when the process is ready (launcher/celery_process.py).
    with suppress(OSError):
        os.utime(os.environ.get("ROLLCALL_READY_FILE", ""))


def signs_of_life(answer_seconds: float = ANSWER_SECONDS) -> dict[str, bool]:
    """Return of each kind whether one has lived within the last half minute.

    Raises:
        redis.RedisError, OSError: Redis does not answer, so nobody knows.
    """
    with connect(answer_seconds) as client:
        values = client.mget([key(kind) for kind in KINDS])
    return {kind: value is not None for kind, value in zip(KINDS, values, strict=True)}
