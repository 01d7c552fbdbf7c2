"""Celery's beat with its schedule in the database, and a pulse that doctor can feel."""

import logging

import redis
from django.conf import settings
from django_celery_beat.schedulers import DatabaseScheduler

logger = logging.getLogger(__name__)

PULSE = "rollcall:beat"
# Beat ticks every five seconds at the latest.
PULSE_SECONDS = 30
ANSWER_SECONDS = 1


def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
    )


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    """The scheduler that ``celery beat`` uses (``CELERY_BEAT_SCHEDULER``)."""

    def tick(self, *args: object, **kwargs: object) -> float:
        """Send what is due and leave a sign of life, which Redis soon forgets."""
        try:
            _redis().set(PULSE, "1", ex=PULSE_SECONDS)
        except (redis.RedisError, OSError) as error:
            logger.warning("Beat left no sign of life.", extra={"reason": str(error)})
        return float(super().tick(*args, **kwargs))


def has_pulse() -> bool:
    """Return whether a beat has ticked lately.

    Raises:
        redis.RedisError: Redis does not answer, so nobody knows.
    """
    return bool(_redis().exists(PULSE))
