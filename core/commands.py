"""The base class of all ``manage.py`` commands."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError


class Command(BaseCommand):
    """A command that needs the database."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; if the database fails, say so in one line and exit 1."""
        try:
            return super().execute(*args, **options)
        except OperationalError as error:
            first_line = str(error).strip().partition("\n")[0]
            self.stderr.write(f"The database does not answer: {first_line}")
            sys.exit(1)
