"""A database for each test, as it was before there were people."""

import os
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.attendance.migrating_people.before_people import (
    connected_to,
    migrate_to_before,
    new_database,
)

TEMPLATE = f"test_before_people_{os.getpid()}"


@pytest.fixture(scope="session")
def tables_before_people(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    with django_db_blocker.unblock(), new_database(TEMPLATE):
        with connected_to(TEMPLATE):
            migrate_to_before()
        yield


@pytest.fixture
def before_people(
    tables_before_people: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    name = f"{TEMPLATE}_copy"
    with django_db_blocker.unblock(), new_database(name, TEMPLATE), connected_to(name):
        yield
