"""The Celery tasks; each finds its work in the database."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from events.public.news import send_news


@shared_task
def send_registration_news() -> None:
    """Send the mails about registrations that are due."""
    send_news(now=timezone.now())


@shared_task
def forget_sessions_that_are_over() -> None:
    """Delete the sessions of browsers that can no longer be used."""
    SessionStore.clear_expired()
