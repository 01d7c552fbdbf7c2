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

from core.error_text import without_values, words_of

logger = logging.getLogger(__name__)


class _WithoutValues(logging.Formatter):
    """Formats lines and tracebacks without the values that stood in the database."""

    def formatException(self, ei: Any) -> str:  # noqa: N802
        text = super().formatException(ei)
        for error in _errors_of(ei[1]):
            # In a group its lines are set in.
            lines = r"\n[ |]*".join(map(re.escape, str(error).split("\n")))
            said = words_of(error).replace("\\", r"\\")
            text = re.sub(lines, said, text)
        return text

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        record.message = _message_of(record)
        return super().formatMessage(record)


def _message_of(record: logging.LogRecord) -> str:
    """Return the line itself; Celery's of a failed task holds the error."""
    message = record.message
    for error in _errors_of(record.exc_info[1] if record.exc_info else None):
        for written in filter(None, (str(error), _represented(error))):
            message = message.replace(written, words_of(error))
    return without_values(message)


def _represented(error: BaseException) -> str:
    """Return what an error says as it stands in its representation."""
    return repr(str(error))[1:-1]


def _errors_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what caused it, and what it is a group of."""
    known: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in known:
            continue
        known.add(id(current))
        yield current
        waiting += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions


class _Json(_WithoutValues, JsonFormatter):
    """One JSON object a line; of a request its method and path."""

    def add_fields(
        self,
        log_data: dict[str, Any],
        record: logging.LogRecord,
        message_dict: dict[str, Any],
    ) -> None:
        record.message = _message_of(record)
        super().add_fields(log_data, record, message_dict)

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
def logging_uncaught_errors() -> Iterator[None]:
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
        first_line = words_of(error).strip().partition("\n")[0]
        # Of a bad setting the line says all.
        where = kind is not ImproperlyConfigured and (kind, error, traceback)
        logger.critical("%s: %s", kind.__name__, first_line, exc_info=where or None)
