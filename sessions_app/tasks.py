"""What Celery runs; each finds its own work in the database."""

from celery import shared_task
from django.utils import timezone

from sessions_app import reconciliation


@shared_task
def reconcile_connections() -> None:
    """Take off the live pages whom nobody will ever say to have left."""
    reconciliation.reconcile_connections(now=timezone.now())
