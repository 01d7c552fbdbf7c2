"""What every scenario may rely on."""

import time
from collections.abc import Iterator

import pytest

from tests_livekit.meetings import Meeting, Rollcall
from tests_livekit.server import Server


@pytest.fixture(scope="session")
def rollcall() -> Rollcall:
    """The running instance."""
    return Rollcall()


@pytest.fixture
def meeting(rollcall: Rollcall) -> Iterator[Meeting]:
    """A meeting that has just begun."""
    meeting = Meeting(rollcall, time.time())
    yield meeting
    for person in meeting.people.values():
        person.ends_client()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of one's own, that signs with a key from before a rotation."""
    server = Server("APIprevious")
    server.starts()
    yield server
    server.is_killed()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was measured."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
