"""``python -m launcher.manage_all A … --then B …``: management commands in one process.

Importing Django takes longer than most commands: each process saved is a second.
"""

import os
import sys

from django.core.management import execute_from_command_line


def main(arguments: list[str]) -> None:
    """Run the commands in order; the first one that fails ends the process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "attendance_site.settings")
    while arguments:
        end = arguments.index("--then") if "--then" in arguments else len(arguments)
        execute_from_command_line(["manage.py", *arguments[:end]])
        arguments = arguments[end + 1 :]


if __name__ == "__main__":
    main(sys.argv[1:])
