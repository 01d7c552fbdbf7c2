"""``python -m launcher.celery_process worker|beat``: Celery, with a file when ready.

A worker is ready when it takes tasks, beat when it has read its schedule. Then it
creates the file named by ROLLCALL_READY_FILE. Asking from outside
(``celery inspect ping``) would take 1.5 seconds of processor time for each check, and
Celery's own command line half a second to import.
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
    """Run a worker or beat until it is asked to stop; return its exit code."""
    if kind == "worker":
        # The warning about root is for pickled messages; ours are JSON.
        warnings.simplefilter("ignore", SecurityWarning)
        worker = app.Worker(
            concurrency=WORKER_PROCESSES,
            loglevel="INFO",
            quiet=True,
            # Workers need no contact: they coordinate through Postgres.
            without_mingle=True,
            without_gossip=True,
        )
        # Celery warns that tasks go on when Redis is lost, which the settings want.
        # Ignored only now, because creating a worker enables this warning again.
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
    # The web server runs the system checks; they import every page.
    os.environ["CELERY_SKIP_CHECKS"] = "1"
    worker_ready.connect(_ready)
    beat_init.connect(_ready)
    worker_process_init.connect(_tie_to_worker)
    sys.exit(main(sys.argv[1]))
