"""``python3 -m launcher run`` itself, in a copy of the project below a spaced path."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from launcher.environment import VENV
from launcher.instance import PROJECT
from launcher.rollcall import APPS
from tests.launcher.machine import free_port
from tests.launcher.waiting import is_running, processes_of, until

COPIED = (*APPS, "launcher", "static", "templates")


class Checkout:
    """A copy of the project with the environment of this one, and its instance."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data_dir = directory / "data"
        for name in COPIED:
            shutil.copytree(PROJECT / name, directory / name)
        for file in (PROJECT / "manage.py", *PROJECT.glob("requirements*.lock")):
            shutil.copy(file, directory)
        (directory / ".venv").symlink_to(VENV)
        self.port = str(free_port())

    def start(self) -> subprocess.Popen[str]:
        theirs = ("DATABASE", "REDIS", "LIVEKIT", "ROLLCALL", "ALLOWED", "PUBLIC")
        environ = {k: v for k, v in os.environ.items() if not k.startswith(theirs)}
        own = {
            "ROLLCALL_DATA_DIR": str(self.data_dir),
            "ROLLCALL_PORT": self.port,
            "ROLLCALL_DEMO": "0",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "launcher", "run"],
            cwd=self.directory,
            env=environ | own,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def value(self, name: str) -> str:
        text = (self.data_dir / "instance.env").read_text()
        return dict(line.split("=", 1) for line in text.splitlines())[name]

    def is_ready(self) -> bool:
        return bool(self.checks())

    def checks(self) -> dict[str, str]:
        """What readiness is made of; nothing while it is not ready."""
        url = f"http://127.0.0.1:{self.port}/health/ready"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return dict(json.load(answer)["checks"])
        except OSError:
            return {}

    def none_left(self) -> bool:
        return not processes_of(self.data_dir)


def ready(run: subprocess.Popen[str]) -> list[str]:
    """Read what a start says until it stands."""
    assert run.stdout is not None
    lines: list[str] = []
    while not lines or "Ctrl-C stops" not in lines[-1]:
        line = run.stdout.readline()
        assert line, (lines, run.stderr and run.stderr.read())
        lines.append(line)
    return lines


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path / "a path with spaces")
    yield checkout
    for pid in supervisor_of(checkout.data_dir):
        os.kill(pid, signal.SIGKILL)


def supervisor_of(data_dir: Path) -> list[int]:
    try:
        pid = int((data_dir / "lock").read_text())
    except (OSError, ValueError):
        return []
    return [pid] if is_running(pid) else []


def test_a_run_from_its_first_start_to_a_kill(checkout: Checkout) -> None:
    run = checkout.start()
    said = ready(run)
    names = [line.split()[0] for line in said if line.startswith("  ")]
    assert names[:4] == ["environment", "redis", "postgres", "migrations"]
    assert sorted(names[4:]) == ["beat", "web", "worker"]
    # The worker's heart beats a moment after it is ready.
    until(lambda: set(checkout.checks().values()) == {"ok"})

    sign_in = checkout.data_dir / "sign-in.txt"
    assert stat.S_IMODE(sign_in.stat().st_mode) == 0o600
    name, password = sign_in.read_text().split()
    assert f"Sign in as {name} with the password {password}\n" in said
    with psycopg.connect(checkout.value("DATABASE_OWNER_URL")) as owner:
        users = owner.execute("SELECT username, is_superuser FROM events_user")
        assert users.fetchall() == [(name, True)]
    with (
        psycopg.connect(checkout.value("DATABASE_URL")) as application,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        application.execute("ALTER TABLE events_user ADD COLUMN rights boolean")

    second = checkout.start()
    _, refusal = second.communicate(timeout=60)
    assert second.returncode == 1
    assert refusal.startswith("Rollcall already runs in ")
    assert refusal.count("\n") == 1

    postmaster = checkout.data_dir / "pg18" / "postmaster.pid"
    killed = postmaster.read_text().split()[0]
    os.kill(int(killed), signal.SIGKILL)
    until(lambda: postmaster.exists() and postmaster.read_text().split()[0] != killed)
    until(checkout.is_ready)

    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=60)
    assert (run.returncode, out.splitlines()[-1]) == (0, "Stopped.")
    assert checkout.none_left()

    again = checkout.start()
    assert not any(password in line for line in ready(again))
    again.kill()
    again.communicate()
    until(checkout.none_left)
