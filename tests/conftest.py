"""What every test may rely on."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection
from django.test import TransactionTestCase
from rest_framework.test import APIClient

# Rows that migrations made: no test may lose them.
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}


def pytest_configure() -> None:
    """Leave out what costs time and proves nothing here."""
    # Slow by intent.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Looks through every static file for each test client.
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if not name.startswith("whitenoise.")
    ]


def _flush(case: TransactionTestCase) -> None:
    """Empty the tables, also the append-only ones: as their owner, saying why."""
    tables = connection.introspection.django_table_names(
        only_existing=True, include_views=False
    )
    statements = connection.ops.sql_flush(
        no_style(), sorted(set(tables) - KEPT_TABLES), allow_cascade=True
    )
    with connection.cursor() as cursor:
        cursor.execute("SET rollcall.maintenance = 'test flush'")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("RESET rollcall.maintenance")


@pytest.fixture(autouse=True, scope="session")
def _transactional_tests_flush_append_only_tables() -> Iterator[None]:
    """Lift the refusing triggers for the flush after a transactional test only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _flush)
        yield


@pytest.fixture
def api() -> APIClient:
    """A client of the REST API that nobody has signed in on."""
    return APIClient()
