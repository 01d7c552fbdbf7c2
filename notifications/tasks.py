"""The Celery tasks; each finds its work in the database."""

from celery import shared_task
from django.utils import timezone

from notifications.bell.writing import write_notifications
from notifications.prompts.preparing import prepare_due_prompts
from notifications.prompts.sending import send_due_prompts


@shared_task
def send_prompts() -> None:
    """Write the prompts that are due, and send their mails."""
    now = timezone.now()
    prepare_due_prompts(now=now)
    write_notifications(now=now)
    send_due_prompts(now=now)
