"""Real processes: a supervisor of two toys is started, stopped and shot at."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher.instance import PROJECT
from tests.launcher.waiting import is_running, until

Start = Callable[..., "ToyRun"]
STOPPING = "Stopping when running tasks are finished (Ctrl-C again: at once)."


class ToyRun:
    """A running toy_run.py."""

    def __init__(self, directory: Path, *behaviours: str) -> None:
        self.directory = directory
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.launcher.toy_run", *behaviours],
            cwd=directory,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def up(self) -> "ToyRun":
        """Wait until all is up."""
        assert "all up\n" in self._lines_to("all up")
        return self

    def told(self, text: str) -> None:
        """Wait for a line of its stdout."""
        assert text in self._lines_to(text)[-1]

    def _lines_to(self, text: str) -> list[str]:
        assert self.process.stdout is not None
        lines = [""]
        while text not in lines[-1] and (line := self.process.stdout.readline()):
            lines.append(line)
        return lines

    def pids(self, name: str) -> list[int]:
        """Wait for a toy; return its own number and its child's."""
        file = self.directory / f"{name}.pids"
        until(file.exists)
        return [int(pid) for pid in file.read_text().split()]

    def all_pids(self) -> list[int]:
        return self.pids("first") + self.pids("second")

    def restarted(self, name: str, old: list[int]) -> list[int]:
        """Wait for a toy's next process."""

        def others() -> list[int]:
            pids = self.pids(name)
            return pids if pids != old else []

        return until(others)

    def guard(self) -> int:
        """Return the number of the guard's process; 0 while there is none."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return next(
            (
                pid
                for pid in map(int, children.read_text().split())
                if b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
            ),
            0,
        )

    def ended(self) -> tuple[int, str, str]:
        """Wait for the end; return exit code, stdout and stderr."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    runs: list[ToyRun] = []

    def start_toys(first: str = "good", second: str = "good") -> ToyRun:
        runs.append(ToyRun(tmp_path, first, second))
        return runs[-1]

    yield start_toys
    for run in runs:
        run.process.kill()
        run.process.communicate()


def none_left(pids: list[int]) -> bool:
    return not any(map(is_running, pids))


def test_ctrl_c_lets_work_finish_and_leaves_no_process(
    start: Start, tmp_path: Path
) -> None:
    run = start().up()
    pids = [*run.all_pids(), run.guard()]
    run.process.send_signal(signal.SIGINT)
    run.told(STOPPING)
    (tmp_path / "finish").touch()
    assert run.ended()[0] == 0
    assert (tmp_path / "first.finished").exists()
    assert (tmp_path / "second.finished").exists()
    assert none_left(pids)


def test_a_second_ctrl_c_ends_what_will_not_stop(start: Start) -> None:
    run = start("good", "stubborn").up()
    pids = run.all_pids()
    run.process.send_signal(signal.SIGINT)
    run.told(STOPPING)

    def ends() -> bool:
        run.process.send_signal(signal.SIGINT)
        return run.process.poll() is not None

    until(ends)
    assert none_left(pids)


def test_a_killed_supervisor_leaves_no_process(start: Start) -> None:
    run = start().up()
    pids = [*run.all_pids(), run.guard()]
    run.process.kill()
    until(lambda: none_left(pids))


def test_supervisor_and_guard_killed_together_leave_no_toy(start: Start) -> None:
    run = start().up()
    toys = [run.pids("first")[0], run.pids("second")[0]]
    os.kill(run.guard(), signal.SIGKILL)
    run.process.kill()
    until(lambda: none_left(toys))


def test_a_killed_guard_is_replaced_and_knows_what_runs(start: Start) -> None:
    run = start().up()
    pids, guard = run.all_pids(), run.guard()
    os.kill(guard, signal.SIGKILL)
    until(lambda: not is_running(guard) and run.guard() not in {0, guard})
    run.process.kill()
    until(lambda: none_left(pids))


def test_what_dies_is_started_again_without_what_it_left(start: Start) -> None:
    run = start().up()
    old, other = run.pids("first"), run.pids("second")
    os.kill(old[0], signal.SIGKILL)
    run.restarted("first", old)
    assert none_left(old)
    assert run.pids("second") == other


def test_three_deaths_within_a_minute_stop_everything_with_one_line(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "finish").touch()
    run = start().up()
    pids, other = run.pids("first"), run.pids("second")
    for _ in range(2):
        os.kill(pids[0], signal.SIGKILL)
        pids = run.restarted("first", pids)
    os.kill(pids[0], signal.SIGKILL)
    code, _, err = run.ended()
    *notices, last = err.splitlines()
    assert code == 1
    assert [json.loads(line)["message"] for line in notices] == [
        "first died (killed by signal 9) and is restarted now.",
        "first died (killed by signal 9) and is restarted in 1 s.",
    ]
    assert last.startswith("first died three times within a minute, so everything was")
    # A killed process is gone once the kernel has had time for it.
    until(lambda: none_left([*pids, *other]))


def test_what_does_not_start_is_named_with_its_last_words(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "finish").touch()
    run = start("good", "refuses")
    code, _, err = run.ended()
    assert code == 1
    assert err.splitlines()[-1] == (
        "second did not start (exit code 1: a toy without batteries; log: second.log)."
    )
    assert none_left(run.pids("first"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_ways_of_asking_it_to_stop(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "finish").touch()
    run = start().up()
    pids = run.all_pids()
    run.process.send_signal(number)
    assert run.ended()[0] == 0
    assert none_left(pids)
