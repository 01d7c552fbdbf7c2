"""Doing several things at the same moment, each over a connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

# No test waits for so long unless something is broken.
PATIENCE = 60


def at_once(requests: Sequence[Callable[[], Any]]) -> list[Any]:
    """Send all of them at the same moment, each over a connection of its own."""
    together = Barrier(len(requests))

    def send(request: Callable[[], Any]) -> Any:
        together.wait(PATIENCE)
        try:
            return request()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as threads:
        sent = [threads.submit(send, request) for request in requests]
        return [one.result(PATIENCE) for one in sent]
