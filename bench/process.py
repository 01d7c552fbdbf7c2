"""Something measured in a process of its own: its peak memory is its own, too."""

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
# A statement by hand has its connection open, too.
connection.ensure_connection()
{prepare}
started = time.perf_counter()
{measured}
seconds = time.perf_counter() - started
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(seconds, megabytes, result)
"""


class Run(NamedTuple):
    """Seconds, peak memory in MB, and the number that was the result."""

    seconds: float
    megabytes: float
    result: int


def run(measured: str, *, prepare: str = "") -> Run:
    """Run ``measured``, which sets ``result``, and say what it took."""
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
