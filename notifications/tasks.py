"""The Celery tasks; each finds its work in the database."""

from celery import shared_task

from notifications.asking_people import ask_people


@shared_task
def send_prompts() -> None:
    """Write the prompts that are due, and tell people of them; failures are logged."""
    ask_people()
