"""A real Chromium, and the real application that it asks."""

import http.client
import os
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from launcher import browser
from launcher.environment import PYTHON
from launcher.instance import PROJECT
from launcher.lifeline import die_with_parent
from tests.browser.school import School
from tests.browser.visitor import Windows
from tests.launcher.test_instance import free_port
from tests.launcher.waiting import until
from tests.tables import empty_tables


@pytest.fixture(scope="session")
def site(django_db_setup: None) -> Iterator[str]:
    """Rollcall as users get it, over the database of the tests: its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    url = urlsplit(os.environ["DATABASE_URL"])
    database = f"/{connection.settings_dict['NAME']}"
    environ = {
        **os.environ,
        "DATABASE_URL": urlunsplit((url.scheme, url.netloc, database, url.query, "")),
        "ROLLCALL_AS_OWNER": "0",
        "PUBLIC_URL": address,
    }
    granian = [str(PYTHON), "-m", "granian", "--interface", "asgi", "--no-ws"]
    where = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    server = subprocess.Popen(  # noqa: S603
        [*granian, *where, "attendance_site.asgi:application"],
        cwd=PROJECT,
        env=environ,
        preexec_fn=die_with_parent,
    )
    until(lambda: answers(port) or server.poll() is not None)
    assert server.poll() is None, "The web server ended."
    yield address
    server.terminate()
    server.wait()


def answers(port: int) -> bool:
    probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        probe.request("GET", "/health/live")
        return probe.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        probe.close()


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
