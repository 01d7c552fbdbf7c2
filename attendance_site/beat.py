"""Celery beat with its schedule in the database and a sign of life in Redis."""

from django_celery_beat.schedulers import DatabaseScheduler

from attendance_site import liveness


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    """The scheduler that ``celery beat`` uses (``CELERY_BEAT_SCHEDULER``)."""

    def tick(self, *args: object, **kwargs: object) -> float:
        """Send due tasks and leave a sign of life."""
        liveness.leave(liveness.BEAT)
        return float(super().tick(*args, **kwargs))
