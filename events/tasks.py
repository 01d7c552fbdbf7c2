"""The Celery tasks; each finds its work in the database."""

from celery import shared_task
from django.utils import timezone

from events.public.news import send_news


@shared_task
def send_registration_news() -> None:
    """Send the mails about registrations that are due."""
    send_news(now=timezone.now())
