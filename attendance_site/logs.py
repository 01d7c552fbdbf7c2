"""How a log line looks: JSON for machines, a plain line for a person at a terminal."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter


def formatter() -> logging.Formatter:
    """Return the formatter that fits where stderr goes."""
    if sys.stderr.isatty():
        return logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    return JsonFormatter(
        "{asctime}{levelname}{name}{message}",
        style="{",
        rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
    )
