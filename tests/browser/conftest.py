"""A real Chromium, and the real application that it asks."""

from collections.abc import Iterator

import pytest
from django.db import connection
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from launcher import browser
from tests.browser.school import School
from tests.browser.visitor import Windows
from tests.serving import served
from tests.tables import empty_tables


@pytest.fixture(scope="session")
def site(django_db_setup: None) -> Iterator[str]:
    """Rollcall as users get it, over the database of the tests: its address."""
    with served() as port:
        yield f"http://localhost:{port}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, as long as a module needs it.

    Playwright keeps an event loop in this thread, between whose turns the tests run:
    Django must be told that they are no asynchronous code, and the tests of other
    modules must find the thread without it.
    """
    path = browser.find()
    assert path, f"There is no Chromium: {browser.HOW_TO_GET_ONE}"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        started = playwright.chromium.launch(
            executable_path=path, args=browser.options()
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def windows(chromium: Browser, site: str) -> Iterator[Windows]:
    """The windows of people who look at many pages."""
    windows = Windows(chromium, site)
    yield windows
    windows.close()


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Instead of pytest-django's: rows are committed, for the application to see.

    They stay for all tests of the module.
    """
    with django_db_blocker.unblock():
        yield
        empty_tables()
        connection.close()


@pytest.fixture(scope="module")
def school(db: None) -> School:
    """A school in which everything is at once."""
    return School()
