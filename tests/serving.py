"""Rollcall as users get it: its own web server, over the database of the tests."""

import http.client
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from launcher.environment import PYTHON
from launcher.instance import PROJECT
from launcher.lifeline import die_with_parent
from tests.launcher.machine import free_port
from tests.launcher.waiting import until


@contextmanager
def served(**variables: str) -> Iterator[int]:
    """The port that it listens on, as long as the server runs."""
    port = free_port()
    url = urlsplit(os.environ["DATABASE_URL"])
    database = f"/{connection.settings_dict['NAME']}"
    environ = {
        **os.environ,
        "DATABASE_URL": urlunsplit((url.scheme, url.netloc, database, url.query, "")),
        "ROLLCALL_AS_OWNER": "0",
        "PUBLIC_URL": f"http://localhost:{port}",
        **variables,
    }
    granian = [str(PYTHON), "-m", "granian", "--interface", "asgi", "--no-ws"]
    where = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    server = subprocess.Popen(  # noqa: S603
        [*granian, *where, "attendance_site.asgi:application"],
        cwd=PROJECT,
        env=environ,
        preexec_fn=die_with_parent,
    )
    until(lambda: _answers(port) or server.poll() is not None)
    assert server.poll() is None, "The web server ended."
    yield port
    server.terminate()
    server.wait()


def _answers(port: int) -> bool:
    probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        probe.request("GET", "/health/live")
        return probe.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        probe.close()
