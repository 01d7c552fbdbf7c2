"""``manage.py send_prompts``: ask people, as a task does every minute."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core import commands
from notifications.prompts.preparing import Prepared, prepare_due_prompts
from notifications.prompts.sending import Sent, send_due_prompts


class Command(commands.Command):
    help = "Ask people about events that ended an hour ago, and send the mails due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        prepared = prepare_due_prompts(now=now)
        mails = send_due_prompts(now=now)
        if options["json"]:
            document = {
                "prompts": prepared.written,
                "sent": mails.sent,
                "refused": mails.refused,
                "later": mails.later,
                "failed": _failed(prepared, mails),
            }
            self.stdout.write(json.dumps(document))
        else:
            self.stdout.write(
                f"{prepared.written} prompts written; mails: {mails.sent} sent, "
                f"{mails.refused} refused, {mails.later} to try again."
            )
        if failed := _failed(prepared, mails):
            raise CommandError("\n".join(failed))


def _failed(prepared: Prepared, mails: Sent) -> list[str]:
    failed = [f"event {pk}: {error}" for pk, error in prepared.failed.items()]
    failed += [f"prompt {pk}: {error}" for pk, error in mails.failed.items()]
    if mails.is_away:
        failed.append("The mail server does not answer, or breaks off.")
    return failed
