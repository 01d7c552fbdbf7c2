"""``manage.py send_prompts``: ask people, as a task does every minute."""

from typing import Any

from django.utils import timezone

from core import commands
from notifications.prompts.preparing import prepare_due_prompts
from notifications.prompts.sending import send_due_prompts


class Command(commands.Command):
    help = "Ask people about events that ended an hour ago, and send the mails due."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        written = prepare_due_prompts(now=now)
        sent = send_due_prompts(now=now)
        self.stdout.write(f"{written} prompts, {sent} mails sent.")
