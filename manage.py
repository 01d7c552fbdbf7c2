#!/usr/bin/env python3
"""Django's command line, which finds its environment and its database role itself."""

import os
import sys
from pathlib import Path

# These change tables or whole databases, which the application's role may not; nor may
# it remove what is append-only (--purge).
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
    """Run the command, with the project's own environment if this one has no Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "attendance_site.settings")
    if AS_OWNER.intersection(sys.argv[1:2]) or "--purge" in sys.argv[2:]:
        os.environ.setdefault("ROLLCALL_AS_OWNER", "1")
    if sys.argv[1:2] == ["doctor"]:
        # It tells of bad values instead of stumbling over them.
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
        sys.exit("Django is not installed: `make run` makes the environment, once.")
    if Path(sys.prefix).resolve() != environment:
        os.execv(python, [str(python), *sys.argv])  # noqa: S606


if __name__ == "__main__":
    main()
