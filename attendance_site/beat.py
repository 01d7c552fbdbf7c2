"""Celery's beat with its schedule in the database, and a pulse that doctor can feel."""

from django_celery_beat.schedulers import DatabaseScheduler

from attendance_site import pulse


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    """The scheduler that ``celery beat`` uses (``CELERY_BEAT_SCHEDULER``)."""

    def tick(self, *args: object, **kwargs: object) -> float:
        """Send what is due and leave a sign of life."""
        pulse.leave(pulse.BEAT)
        return float(super().tick(*args, **kwargs))
