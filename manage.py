#!/usr/bin/env python3
"""Django's command line; it chooses the virtual environment and the database role."""

import os
import sys
from pathlib import Path

# Commands that need the owner's role, because they change tables or databases. So does
# --purge, which removes rows of append-only tables.
AS_OWNER = frozenset(
    {
        "flush",
        "makemigrations",
        "migrate",
        "optimizemigration",
        "sqlmigrate",
        "squashmigrations",
        "test",
        "testserver",
    }
)


def main() -> None:
    """Run the command; in the project's environment if this Python has no Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "attendance_site.settings")
    if AS_OWNER.intersection(sys.argv[1:2]) or "--purge" in sys.argv[2:]:
        os.environ.setdefault("ROLLCALL_AS_OWNER", "1")
    if sys.argv[1:2] == ["doctor"]:
        # It lists settings with bad values, which stop all other commands.
        os.environ.setdefault("ROLLCALL_AS_DOCTOR", "1")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        _use_project_environment()
        raise
    execute_from_command_line(sys.argv)


def _use_project_environment() -> None:
    environment = Path(__file__).resolve().parent / ".venv"
    python = environment / "bin" / "python"
    if not python.exists():
        sys.exit("Django is not installed. Run `make run` once, which installs it.")
    if Path(sys.prefix).resolve() != environment:
        os.execv(python, [str(python), *sys.argv])  # noqa: S606


if __name__ == "__main__":
    main()
