"""``manage.py demo``: load the demonstration, or remove it."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import ProgrammingError
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from attendance_site.demo.loading import load_demo
from attendance_site.demo.purge import purge_demo
from attendance_site.simulation.livekit import NotDelivered
from attendance_site.simulation.ownership import NotOurs
from core import commands

FAILED = 1


class Command(commands.Command):
    help = (
        "Load two schools with some weeks of sessions online, one that ended ten "
        "minutes ago and one that runs now, told by signed webhooks, and with a class "
        "and meetups at a door. Again: one more session, and the weeks since. Exit "
        "code 0: done, 1: failed in part."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--purge",
            action="store_true",
            help="remove what this command and simulate_session made in organizations "
            "of their own, for good and without asking, and nothing else",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["purge"]:
            self._purge()
        else:
            self._load()

    def _load(self) -> None:
        try:
            loaded = load_demo(now=timezone.now())
        except NotDelivered as error:
            self.stderr.write(f"The running instance took no webhook: {error}")
            sys.exit(FAILED)
        except NotOurs as error:
            self.stderr.write(str(error))
            sys.exit(FAILED)
        number = _counted(loaded.sessions, "session")
        if loaded.is_first:
            events = _counted(loaded.events, "event")
            self.stdout.write(f"Made two schools with {events} and {number}.")
        else:
            self.stdout.write(f"The two schools stay as they are; {number} added.")
        self.stdout.write("The session that ended ten minutes ago:")
        self.stdout.write(f"{settings.PUBLIC_URL}/sessions/{loaded.lesson.pk}/")

    def _purge(self) -> None:
        try:
            purged = purge_demo()
        except ProgrammingError as error:
            if not isinstance(error.__cause__, InsufficientPrivilege):
                raise
            reason = str(error).partition("\n")[0]
            self.stderr.write(
                "Nothing was removed: only the database's owner may. Set "
                f"DATABASE_OWNER_URL. ({reason})"
            )
            sys.exit(FAILED)
        removed = ", ".join(f"{name} {n}" for name, n in purged.removed.items() if n)
        self.stdout.write(f"Removed: {removed or 'nothing, for nothing was there'}.")
        for kept in purged.kept:
            self.stderr.write(kept)
        if purged.kept:
            sys.exit(FAILED)


def _counted(number: int, name: str) -> str:
    return f"one {name}" if number == 1 else f"{number} {name}s"
