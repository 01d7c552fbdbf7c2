"""``manage.py rebuild_connections``: rebuild connections from the facts."""

import json
import sys
from collections import Counter
from typing import Any

from django.core.management.base import CommandParser

from core import commands
from sessions_app.models import LiveSession
from sessions_app.rebuild import Rebuilt, rebuild_connections

WRONG_USE = 2


class Command(commands.Command):
    help = (
        "Make LiveKit's connections anew from the facts, and write those that differ "
        "from what stands. Exit code 0: done, 2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--session", type=int, metavar="ID", help="only those of its room"
        )
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rebuilt = rebuild_connections(room_name=self._room_name(options["session"]))
        if options["json"]:
            document = {
                "connections": rebuilt.connections,
                "differing": rebuilt.differing,
            }
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        else:
            self._print(rebuilt, options["session"] or "SESSION_ID")

    def _room_name(self, session_id: int | None) -> str | None:
        if session_id is None:
            return None
        session = LiveSession.objects.filter(pk=session_id).first()
        if session is None:
            self.stderr.write(f"There is no session {session_id}.")
            sys.exit(WRONG_USE)
        return session.room_name

    def _print(self, rebuilt: Rebuilt, session: int | str) -> None:
        self.stdout.write(
            f"{rebuilt.connections} connections, {len(rebuilt.differing)} differed."
        )
        columns = Counter(name for what in rebuilt.differing.values() for name in what)
        for name, number in columns.most_common():
            self.stdout.write(f"  {name}: {number}")
        if rebuilt.differing:
            # Sessions become due by new facts, and there are none.
            self.stdout.write(
                "No report changes by this alone: "
                f"manage.py calculate_attendance {session} --force"
            )
