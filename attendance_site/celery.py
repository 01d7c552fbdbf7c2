"""The Celery application. Messages are only hints: tasks find their work in Postgres.

A lost message therefore loses no work.
"""

import os

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging

from attendance_site import liveness

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "attendance_site.settings")

app = Celery("rollcall")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@heartbeat_sent.connect
def _leave_pulse(**_: object) -> None:
    liveness.leave(liveness.WORKER)


@setup_logging.connect
def _keep_logging(**_: object) -> None:
    """Keep Celery from configuring logging: being connected to the signal suffices."""
