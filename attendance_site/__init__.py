"""The Django project: settings, routes, and the WSGI, ASGI and Celery applications."""

from attendance_site.celery import app as celery_app

__all__ = ["celery_app"]
