"""``manage.py verify_audit``: verify the log of decisions against its seals."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from attendance.audit.seals import Head, heads, missing, verify
from core import commands
from events.models import Organization

MISFIT, WRONG_USE = 1, 2


class Command(commands.Command):
    help = (
        "Verify the chain of seals over the log of decisions, and name the first row "
        "that does not fit. Exit code 0: all fits, 1: something does not, 2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--organization", metavar="SLUG", help="only this organization"
        )
        parser.add_argument(
            "--export",
            metavar="FILE",
            help="write the newest seals to a file, to keep elsewhere",
        )
        parser.add_argument(
            "--against",
            metavar="FILE",
            help="check the seals of an earlier --export",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organizations = Organization.objects.order_by("slug")
        if slug := options["organization"]:
            organizations = organizations.filter(slug=slug)
            if not organizations:
                self._refuse(f"There is no organization {slug!r}.")
        misfits = verify(organizations)
        if options["against"]:
            kept = self._read(options["against"])
            misfits += missing(h for h in kept if slug in (None, h.organization))
        for misfit in misfits:
            self.stderr.write(f"{misfit.organization}: {misfit.row}: {misfit.why}.")
        if misfits:
            sys.exit(MISFIT)
        if options["export"]:
            self._write(options["export"], heads(organizations))
        number = len(organizations)
        noun = "organization" if number == 1 else "organizations"
        self.stdout.write(f"The history of {number} {noun} is as sealed.")

    def _read(self, name: str) -> list[Head]:
        try:
            document = json.loads(Path(name).read_text(encoding="utf-8"))
            return [Head(**seal) for seal in document["seals"]]
        except (OSError, ValueError, TypeError, KeyError) as error:
            self._refuse(f"{name} is not an export of verify_audit: {error}")
            raise

    def _write(self, name: str, seals: list[Head]) -> None:
        document = {"seals": [seal._asdict() for seal in seals]}
        try:
            Path(name).write_text(json.dumps(document, indent=1), encoding="utf-8")
        except OSError as error:
            self._refuse(f"{name} cannot be written: {error.strerror}")

    def _refuse(self, why: str) -> None:
        self.stderr.write(why)
        sys.exit(WRONG_USE)
