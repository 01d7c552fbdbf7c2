"""A worker whose Redis goes and comes back: it waits for it, and says so in a line."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher import redis, rollcall
from launcher.instance import Instance
from launcher.supervisor import Program
from tests.launcher.machine import SITE_PACKAGES
from tests.launcher.waiting import until

Running = subprocess.Popen[bytes]
Start = Callable[[Program], Running]


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    instance = Instance(tmp_path / "data", {})
    instance.open()
    instance.choose_privately()
    return instance


@pytest.fixture
def start() -> Iterator[Start]:
    """Start programs; what still runs is ended, those first that were started first."""
    started: list[Running] = []

    def start_program(program: Program) -> Running:
        program.before()
        with program.log.open("ab") as log:
            process = subprocess.Popen(
                program.argv,
                env=program.env,
                cwd=program.cwd,
                stdout=log,
                stderr=log,
                **program.account.identity,
            )
        started.append(process)
        until(lambda: program.is_ready(process.pid))
        return process

    yield start_program
    for process in started:
        process.terminate()
        process.wait(30)


def test_a_worker_outlives_its_redis_with_neither_traceback_nor_old_advice(
    instance: Instance, start: Start
) -> None:
    broker = redis.program(instance, SITE_PACKAGES)
    worker = next(one for one in rollcall.programs(instance) if one.name == "worker")

    def lines(logger: str = "") -> list[dict[str, Any]]:
        *whole, _ = worker.log.read_text().split("\n")
        read = map(json.loads, whole)
        return [line for line in read if line["logger"].endswith(logger)]

    first_broker = start(broker)
    running = start(worker)
    first_broker.terminate()
    first_broker.wait(30)
    until(lambda: "ERROR" in [line["level"] for line in lines("consumer.consumer")])
    start(broker)
    until(lambda: len(lines("consumer.connection")) == 2)
    assert running.poll() is None
    assert [line for line in lines() if "exception" in line] == []
    assert lines("py.warnings") == []
