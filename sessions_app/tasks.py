"""Celery tasks; each finds its own work in the database."""

from celery import shared_task
from django.utils import timezone

from sessions_app import reconciliation


@shared_task
def reconcile_connections() -> None:
    """Estimate the end of connections whose leave will never be received."""
    reconciliation.reconcile_connections(now=timezone.now())
