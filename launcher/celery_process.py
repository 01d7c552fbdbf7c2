"""``python -m launcher.celery_process``: ``celery``, with a sign when it is ready.

A worker is ready when it takes tasks, beat when it has read its schedule and is about
to tick; then the file named by ROLLCALL_READY_FILE appears. Asking from outside
(``celery inspect ping``) would cost a second and a half of processor time each time.
"""

import os
import sys
from pathlib import Path

from celery.__main__ import main
from celery.signals import beat_init, worker_process_init, worker_ready

from launcher.lifeline import die_with_parent


def _ready(**_: object) -> None:
    if path := os.environ.get("ROLLCALL_READY_FILE"):
        Path(path).touch()


def _tie_to_worker(**_: object) -> None:
    die_with_parent()


if __name__ == "__main__":
    worker_ready.connect(_ready)
    beat_init.connect(_ready)
    worker_process_init.connect(_tie_to_worker)
    sys.exit(main())
