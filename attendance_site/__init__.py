"""The project: settings, routes, and the three applications that servers start."""

from attendance_site.celery import app as celery_app

__all__ = ["celery_app"]
