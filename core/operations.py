"""The one log line that each run of an operation leaves."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def logged(
    logger: logging.Logger, op: str, message: str, **fields: Any
) -> Iterator[dict[str, Any]]:
    """Log one line when the block is done, with its duration in milliseconds.

    If the block raises, nothing is logged here: whoever catches the error logs it.

    Args:
        logger: The logger of the calling module.
        op: The operation's name, to search the logs by.
        message: A sentence that says what was done.
        fields: Ids and counts; never a name, an address or a secret.

    Yields:
        The fields; the block may add more.
    """
    began = time.monotonic()
    yield fields
    duration = round((time.monotonic() - began) * 1000)
    logger.info(message, extra={"op": op, **fields, "duration_ms": duration})
