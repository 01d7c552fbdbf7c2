"""Rollcall's own processes: web server, Celery worker, beat, commands."""

import http.client
from collections.abc import Callable
from pathlib import Path

from launcher.environment import PYTHON
from launcher.instance import PROJECT, Instance
from launcher.supervisor import Program

# Tasks are finished before a stop; none runs longer.
WORKER_STOPS_WITHIN_SECONDS = 300.0
WORKER_PROCESSES = 2


def manage(*arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [str(PYTHON), str(PROJECT / "manage.py"), *arguments]


def programs(instance: Instance) -> list[Program]:
    """Return what Rollcall consists of, beside Postgres and Redis."""
    worker = ["--concurrency", str(WORKER_PROCESSES), "--without-mingle"]
    return [
        _web(instance),
        _celery(instance, "worker", worker, WORKER_STOPS_WITHIN_SECONDS),
        _celery(instance, "beat", ["--scheduler", SCHEDULER], 10.0),
    ]


SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"


def _web(instance: Instance) -> Program:
    address = ["--host", instance.host, "--port", str(instance.port)]
    # Without a limit open event streams would hold up the stop.
    limits = ["--workers", "1", "--workers-kill-timeout", "3"]
    application = "attendance_site.asgi:application"
    granian = [str(PYTHON), "-m", "granian", "--interface", "asgi", "--no-ws"]
    return Program(
        name="web",
        argv=[*granian, *address, *limits, application],
        env=instance.process_environment(),
        cwd=PROJECT,
        log=instance.logs / "web.log",
        is_ready=lambda _: _web_is_ready(instance),
        shown=f"ready, on {instance.host}:{instance.port}",
    )


def _web_is_ready(instance: Instance) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(instance.host, instance.host)  # noqa: S104
    name = instance.values["ALLOWED_HOSTS"].split(",")[0].lstrip(".")
    connection = http.client.HTTPConnection(host, instance.port, timeout=5)
    try:
        headers = {"Host": name.replace("*", "localhost")}
        connection.request("GET", "/health/ready", headers=headers)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _celery(
    instance: Instance, name: str, options: list[str], stop_within_seconds: float
) -> Program:
    sign = instance.data_dir / f"{name}.ready"
    celery = [str(PYTHON), "-m", "launcher.celery_process", "--quiet"]
    return Program(
        name=name,
        argv=[*celery, "--app", "attendance_site", name, "--loglevel=INFO", *options],
        env=instance.process_environment() | {"ROLLCALL_READY_FILE": str(sign)},
        cwd=PROJECT,
        log=instance.logs / f"{name}.log",
        is_ready=_exists(sign),
        before=lambda: sign.unlink(missing_ok=True),
        stop_within_seconds=stop_within_seconds,
    )


def _exists(sign: Path) -> Callable[[int], bool]:
    return lambda _: sign.exists()
