"""The Celery tasks; each finds its work in the database."""

from celery import shared_task
from django.utils import timezone

from attendance.calculating.sessions import QUICK_RETRY, calculate_sessions
from attendance.completion import completing
from attendance.evidence.due import Selection


@shared_task
def calculate_due_sessions() -> None:
    """Calculate due sessions; after a failure, run again when a retry is due."""
    if calculate_sessions(Selection(now=timezone.now())).failed:
        calculate_due_sessions.apply_async(countdown=QUICK_RETRY.total_seconds())


@shared_task
def complete_events() -> None:
    """Complete the events whose end has passed."""
    completing.complete_due_events(now=timezone.now())
