"""How a log line looks: JSON for machines, a plain line for a person at a terminal.

What a line must not hold is left out here: query strings, which carry what people
search for and the secrets of links, and the values with which Postgres explains an
error.
"""

import logging
import logging.config
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from pythonjsonlogger.json import JsonFormatter

logger = logging.getLogger(__name__)

# After these words Postgres quotes rows and parameters.
_QUOTED_BY_POSTGRES = re.compile(r"^(DETAIL|CONTEXT|LINE \d+): .*\n?", re.MULTILINE)


class _WithoutValues(logging.Formatter):
    """Formats tracebacks without the values that stood in the database."""

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return _QUOTED_BY_POSTGRES.sub("", super().formatException(ei))


class _Json(_WithoutValues, JsonFormatter):
    """One JSON object a line; of a request its method and path."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        request = log_data.pop("request", None)
        if isinstance(request, HttpRequest):
            log_data |= {"method": request.method, "path": request.path}
        # Celery's, for formatters of its own.
        log_data.pop("data", None)
        return log_data

    def formatTime(  # noqa: N802
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(
            timespec="milliseconds"
        )


def formatter() -> logging.Formatter:
    """Return the formatter that fits where stderr goes."""
    if sys.stderr.isatty():
        return _WithoutValues("%(asctime)s %(levelname)s %(name)s %(message)s")
    return json_formatter()


def json_formatter() -> logging.Formatter:
    """Return the formatter for machines."""
    return _Json(
        "{asctime}{levelname}{name}{message}",
        style="{",
        rename_fields={
            "asctime": "at",
            "levelname": "level",
            "name": "logger",
            "exc_info": "exception",
        },
        json_ensure_ascii=False,
    )


def configure(config: dict[str, Any]) -> None:
    """Set up logging (``LOGGING_CONFIG``), of warnings and uncaught errors too.

    At a terminal both look as Python shows them.
    """
    logging.config.dictConfig(config)
    if not sys.stderr.isatty():
        logging.captureWarnings(True)
        sys.excepthook = _log_uncaught


@contextmanager
def told_as_uncaught() -> Iterator[None]:
    """End the process over an error as if nobody had caught it.

    For what is imported by a server that would print the error in its own way.
    """
    try:
        yield
    except Exception as error:
        sys.excepthook(type(error), error, error.__traceback__)
        raise SystemExit(1) from error


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        first_line = str(error).strip().partition("\n")[0]
        # Of a bad setting the line says all.
        where = kind is not ImproperlyConfigured and (kind, error, traceback)
        logger.critical("%s: %s", kind.__name__, first_line, exc_info=where or None)
