"""What every test may rely on."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as generated_cases
from rest_framework.test import APIClient

from tests.tables import empty_tables


def pytest_configure() -> None:
    """Leave out what costs time and proves nothing here."""
    # Slow by intent.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Looks through every static file for each test client.
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if not name.startswith("whitenoise.")
    ]
    # A busy machine is no failure: no test is about time.
    generated_cases.register_profile(
        "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    generated_cases.load_profile("untimed")


@pytest.fixture(autouse=True, scope="session")
def _transactional_tests_flush_append_only_tables() -> Iterator[None]:
    """Lift the refusing triggers for the flush after a transactional test only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda _: empty_tables()
        )
        yield


@pytest.fixture
def api() -> APIClient:
    """A client of the REST API that nobody has signed in on."""
    return APIClient()
