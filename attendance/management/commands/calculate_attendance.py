"""``manage.py calculate_attendance``: calculate all due sessions, or one session."""

import json
import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from attendance.calculating.sessions import (
    CalculationResult,
    calculate_session,
    calculate_sessions,
)
from attendance.evidence.due import DAYS, Selection
from core import commands
from core.errors import Conflict
from sessions_app.models import LiveSession, SessionType

FAILED, WRONG_USE = 1, 2
DAYS_AT_MOST = 36_500


class Command(commands.Command):
    help = (
        "Calculate attendance: of all sessions that are due, or of one. "
        "Exit code 0: done, 1: failed in part, 2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "session",
            nargs="?",
            type=int,
            metavar="SESSION_ID",
            help="only this session",
        )
        parser.add_argument(
            "--force", action="store_true", help="even if nothing is new"
        )
        parser.add_argument(
            "--type", choices=SessionType.values, help="only sessions of this type"
        )
        parser.add_argument(
            "--days",
            type=int,
            default=DAYS,
            metavar="N",
            help=f"sessions that ended in the last N days ({DAYS})",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="show what would change, and write nothing",
        )
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= DAYS_AT_MOST:
            self.stderr.write(f"--days must be a number from 1 to {DAYS_AT_MOST}.")
            sys.exit(WRONG_USE)
        if options["session"] is None:
            outcome = calculate_sessions(
                Selection(
                    now=timezone.now(),
                    session_type=options["type"],
                    days=options["days"],
                    force=options["force"],
                ),
                dry_run=options["dry_run"],
            )
        else:
            outcome = self._calculate_one(options)
        document = _as_document(outcome)
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        elif options["session"] and not (outcome.calculated or outcome.failed):
            self.stdout.write(
                f"Session {options['session']}: nothing new; --force recalculates."
            )
        else:
            self._print(document, dry_run=options["dry_run"])
        if outcome.failed:
            sys.exit(FAILED)

    def _calculate_one(self, options: dict[str, Any]) -> CalculationResult:
        session = LiveSession.objects.filter(pk=options["session"]).first()
        if session is None:
            self.stderr.write(f"There is no session {options['session']}.")
            sys.exit(WRONG_USE)
        try:
            return calculate_session(
                session,
                now=timezone.now(),
                force=options["force"],
                dry_run=options["dry_run"],
            )
        except Conflict as refusal:
            self.stderr.write(f"Session {session.pk}: {refusal}")
            sys.exit(FAILED)

    def _print(self, document: dict[str, Any], *, dry_run: bool) -> None:
        for session in document["sessions"]:
            statuses = ", ".join(f"{n} {s}" for s, n in session["statuses"].items())
            self.stdout.write(
                f"{session['id']} {session['title']}: "
                f"{statuses or 'nobody on the roster'}; {session['changed']} changed"
            )
        for failure in document["failed"]:
            self.stderr.write(f"{failure['id']} failed: {failure['error']}")
        count = len(document["sessions"])
        would = "would be " if dry_run else ""
        self.stdout.write(
            f"{count} {would}calculated, {len(document['failed'])} failed."
        )


def _as_document(outcome: CalculationResult) -> dict[str, Any]:
    titles = dict(
        LiveSession.objects.filter(pk__in=outcome.calculated).values_list("pk", "title")
    )
    return {
        "sessions": [
            {
                "id": pk,
                "title": titles[pk],
                "participants": session.statuses.total(),
                "changed": session.changed,
                "statuses": dict(session.statuses),
            }
            for pk, session in outcome.calculated.items()
        ],
        "failed": [{"id": pk, "error": error} for pk, error in outcome.failed.items()],
    }
