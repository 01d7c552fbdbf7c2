"""Logging: JSON lines for machines, plain lines for a person at a terminal.

Personal data and secrets are left out here: query strings, which contain searches and
secret links, and the values that Postgres quotes in errors.
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
from core.secret_links import without_secrets

logger = logging.getLogger(__name__)


class _WithoutValues(logging.Formatter):
    """Formats lines and tracebacks without the values that Postgres quotes."""

    def formatException(self, ei: Any) -> str:  # noqa: N802
        text = super().formatException(ei)
        for error in _errors_of(ei[1]):
            # In the traceback of an exception group, lines are indented.
            lines = r"\n[ |]*".join(map(re.escape, str(error).split("\n")))
            safe = words_of(error).replace("\\", r"\\")
            text = re.sub(lines, safe, text)
        return without_secrets(text)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        record.message = _message_of(record)
        return super().formatMessage(record)


def _message_of(record: logging.LogRecord) -> str:
    """Return the message without values; Celery's of a failed task has the error."""
    message = record.message
    for error in _errors_of(record.exc_info[1] if record.exc_info else None):
        for written in filter(None, (str(error), _text_in_repr(error))):
            message = message.replace(written, words_of(error))
    return without_secrets(without_values(message))


def _text_in_repr(error: BaseException) -> str:
    """Return an error's text as ``repr()`` shows it, with escapes."""
    return repr(str(error))[1:-1]


def _errors_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, its causes and contexts, and the members of groups."""
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
    """One JSON object per line; of a request only method and path."""

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
            path = without_secrets(request.path)
            log_data |= {"method": request.method, "path": path}
        # Celery adds it for its own formatters.
        log_data.pop("data", None)
        return log_data

    def formatTime(  # noqa: N802
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(
            timespec="milliseconds"
        )


def formatter() -> logging.Formatter:
    """Return the formatter for stderr: plain at a terminal, else JSON."""
    if sys.stderr.isatty():
        return _WithoutValues("%(asctime)s %(levelname)s %(name)s %(message)s")
    return json_formatter()


def json_formatter() -> logging.Formatter:
    """Return the formatter of JSON lines."""
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
    """Configure logging (``LOGGING_CONFIG``), also of warnings and uncaught errors.

    At a terminal, Python prints these two as usual.
    """
    logging.config.dictConfig(config)
    if not sys.stderr.isatty():
        logging.captureWarnings(True)
        sys.excepthook = _log_uncaught


@contextmanager
def logging_uncaught_errors() -> Iterator[None]:
    """Log an error of the block as uncaught, and exit.

    For modules that a server imports: it would print the error in its own format.
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
        # For a bad setting, the message is enough.
        where = kind is not ImproperlyConfigured and (kind, error, traceback)
        logger.critical("%s: %s", kind.__name__, first_line, exc_info=where or None)
