"""``python -m launcher.celery_process worker|beat``: Celery, with a sign of readiness.

A worker is ready when it takes tasks, beat when it has read its schedule and is about
to tick; then the file named by ROLLCALL_READY_FILE appears. Asking from outside
(``celery inspect ping``) would cost a second and a half of processor time each time,
and Celery's own command line takes half a second to import.
"""

import os
import sys
import warnings
from pathlib import Path

from celery.exceptions import CPendingDeprecationWarning, SecurityWarning
from celery.signals import beat_init, worker_process_init, worker_ready

from attendance_site.celery import app
from launcher.lifeline import die_with_parent

WORKER_PROCESSES = 2


def main(kind: str) -> int:
    """Run a worker or beat until it is told to stop; return its exit code."""
    if kind == "worker":
        # Of root, who may start it: messages are JSON, which runs nothing.
        warnings.simplefilter("ignore", SecurityWarning)
        worker = app.Worker(
            concurrency=WORKER_PROCESSES,
            loglevel="INFO",
            quiet=True,
            # Workers have nothing to say to each other: Postgres tells them apart.
            without_mingle=True,
            without_gossip=True,
        )
        # That tasks go on when Redis is lost is what the settings say. Only now: a
        # worker that is being made asks to be warned each time.
        warnings.simplefilter("ignore", CPendingDeprecationWarning)
        worker.start()
        return int(worker.exitcode or 0)
    app.Beat(loglevel="INFO", quiet=True).run()
    return 0


def _ready(**_: object) -> None:
    if path := os.environ.get("ROLLCALL_READY_FILE"):
        Path(path).touch()


def _tie_to_worker(**_: object) -> None:
    die_with_parent()


if __name__ == "__main__":
    # The system checks are the web server's; they import every page.
    os.environ["CELERY_SKIP_CHECKS"] = "1"
    worker_ready.connect(_ready)
    beat_init.connect(_ready)
    worker_process_init.connect(_tie_to_worker)
    sys.exit(main(sys.argv[1]))
