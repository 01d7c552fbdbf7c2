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

    A block that raises leaves no line here: whoever catches the error tells it.

    Args:
        logger: Whose line it is.
        op: The operation's name, by which lines are found.
        message: What is then done, as a sentence.
        fields: Ids and counts, and never a name, an address or a secret.

    Yields:
        The fields, to which the block adds what it comes to know.
    """
    began = time.monotonic()
    yield fields
    duration = round((time.monotonic() - began) * 1000)
    logger.info(message, extra={"op": op, **fields, "duration_ms": duration})
