"""Doing several things at the same moment, each over a connection of its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, TypeVar

import psycopg
from django.db import connection

# No test waits for so long unless something is broken.
PATIENCE = 60
T = TypeVar("T")


def with_own_connection(work: Callable[[], T]) -> Callable[[], T]:
    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    return run


def at_once(requests: Sequence[Callable[[], Any]]) -> list[Any]:
    """Send all of them at the same moment, each over a connection of its own."""
    together = Barrier(len(requests))

    def send(request: Callable[[], Any]) -> Any:
        together.wait(PATIENCE)
        return with_own_connection(request)()

    with ThreadPoolExecutor(len(requests)) as threads:
        sent = [threads.submit(send, request) for request in requests]
        return [one.result(PATIENCE) for one in sent]


@contextmanager
def another_connection() -> Iterator[psycopg.Connection]:
    """A transaction that is left open until the test ends it."""
    other = psycopg.connect(**connection.get_connection_params())
    try:
        yield other
    finally:
        other.close()
