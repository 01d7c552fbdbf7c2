"""``manage.py doctor``: print what is misconfigured, and how to fix it."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from attendance_site.doctor import Finding, examine


class Command(BaseCommand):
    help = "Say what is misconfigured and how to mend it. Exit code 1 if anything is."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        for finding in examine():
            findings.append(finding)
            if not options["json"]:
                self._print(finding)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings]))
        if any(finding.is_broken for finding in findings):
            sys.exit(1)

    def _print(self, finding: Finding) -> None:
        sign = "broken" if finding.is_broken else "hint" if finding.mend else "well"
        self.stdout.write(f"{sign:6}  {finding.subject}: {finding.what}")
        if finding.mend:
            self.stdout.write(f"        → {finding.mend}")
