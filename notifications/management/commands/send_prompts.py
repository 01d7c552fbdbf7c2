"""``manage.py send_prompts``: ask people, as a task does every minute."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core import commands
from notifications.asking_people import ask_people


class Command(commands.Command):
    help = "Ask people about events that ended an hour ago, and send the mails due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        done = ask_people()
        mails = done.mails
        if options["json"]:
            document = {
                "prompts": done.prompts,
                "sent": mails.sent,
                "refused": mails.refused,
                "later": mails.later,
                "failed": done.failed,
            }
            self.stdout.write(json.dumps(document))
        else:
            self.stdout.write(
                f"{done.prompts} prompts written; mails: {mails.sent} sent, "
                f"{mails.refused} refused, {mails.later} to try again."
            )
        if done.failed:
            raise CommandError("\n".join(done.failed))
