"""What every command of ``manage.py`` does alike."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError


class Command(BaseCommand):
    """A command that needs the database, and says in one line if it does not answer."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run it; exit 1 if the database is down or breaks off."""
        try:
            return super().execute(*args, **options)
        except OperationalError as error:
            first_line = str(error).strip().partition("\n")[0]
            self.stderr.write(f"The database does not answer: {first_line}")
            sys.exit(1)
