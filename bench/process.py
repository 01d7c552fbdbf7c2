"""Measuring code in a process of its own, to get its peak memory."""

import os
import subprocess
import sys
from typing import NamedTuple

_PREPARE = """
import resource, sys, time
import django
django.setup()
from django.db import connection
from django.utils import timezone
# The statement to compare with has an open connection too.
connection.ensure_connection()
{prepare}
started = time.perf_counter()
{measured}
seconds = time.perf_counter() - started
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(seconds, megabytes, result)
"""


class Run(NamedTuple):
    """Seconds, peak memory in MB, and the code's ``result``."""

    seconds: float
    megabytes: float
    result: int


def run(measured: str, *, prepare: str = "") -> Run:
    """Run the code ``prepare``, then measure the code ``measured``.

    ``measured`` must set ``result`` to a whole number.
    """
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "attendance_site.settings",
        "LOG_LEVEL": "ERROR",
    }
    script = _PREPARE.format(prepare=prepare, measured=measured)
    output = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.split()
    return Run(float(output[0]), float(output[1]), int(output[2]))
