"""``manage.py backfill_attendance``: write missing course results as ``unknown``."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from attendance.calculating.backfill import Backfilled, backfill_attendance
from core import commands


class Command(commands.Command):
    help = (
        "Give people on rosters who have no decision a row that says "
        "unknown, in batches; broken off, the next run goes on. Changes no decision."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        is_watched = self.stdout.isatty() and not options["json"]
        done = (
            backfill_attendance(progress=self._tell)
            if is_watched
            else backfill_attendance()
        )
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done)))
        else:
            self.stdout.write(f"{done.people} people got a row.")

    def _tell(self, done: Backfilled) -> None:
        self.stdout.write(f"\r{done.people} people …", ending="")
        self.stdout.flush()
