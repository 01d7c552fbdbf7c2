"""The role that web and workers have; the tests themselves are the owner."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from attendance_site.env import postgres


@contextmanager
def as_application() -> Iterator[None]:
    """Let Django itself connect as web and workers do."""
    owner = dict(connection.settings_dict)
    connection.close()
    role = postgres(settings.DATABASE_URL, name="DATABASE_URL")
    connection.settings_dict.update(USER=role["USER"], PASSWORD=role["PASSWORD"])
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(owner)
