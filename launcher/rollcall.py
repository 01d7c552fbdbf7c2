"""Rollcall's own processes: web server, Celery worker, beat, commands."""

import hashlib
import http.client
import json
from collections.abc import Callable
from pathlib import Path

from launcher.console import RefusedError
from launcher.environment import PYTHON, RUNTIME
from launcher.instance import PROJECT, Instance
from launcher.supervisor import Program

# Tasks are finished before a stop; none runs longer.
WORKER_STOPS_WITHIN_SECONDS = 300.0
# One alone keeps a webhook waiting too long when many come (make bench).
WEB_PROCESSES = 2
# First what a migration does not import, so that the two seldom do the same work.
IMPORTED_BY_PROGRAMS = (
    "livekit.api",
    "celery.apps.worker",
    "celery.apps.beat",
    "kombu.transport.redis",
    "granian.cli",
    "attendance_site.asgi",
    "attendance_site.urls",
)
GRANIAN_LOGS = "attendance_site/granian_logs.json"
APPS = (
    "core",
    "attendance_site",
    "events",
    "sessions_app",
    "attendance",
    "notifications",
)


def manage(*arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [str(PYTHON), str(PROJECT / "manage.py"), *arguments]


def manage_all(*commands: list[str]) -> list[str]:
    """Return the command line of several management commands in one process.

    The system checks are left to the web server, which answers only if they pass.
    """
    words = [[*command, "--skip-checks", "--then"] for command in commands]
    argv = [word for command in words for word in command][:-1]
    return [str(PYTHON), "-m", "launcher.manage_all", *argv]


def compile_ahead() -> list[str]:
    """Return a command that imports what the programs will, to have it compiled.

    On the very first start the second processor would idle while the first migrates.
    """
    return [str(PYTHON), "-c", f"import {', '.join(IMPORTED_BY_PROGRAMS)}"]


def code_digest() -> str:
    """Return a digest of all that decides how the database must look.

    Migrations, but also which rights are granted after them; and the packages, which
    bring migrations of their own.
    """
    digest = hashlib.sha256()
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            digest.update(f"{path.relative_to(PROJECT)}\0".encode())
            digest.update(path.read_bytes())
    digest.update((PROJECT / RUNTIME).read_bytes())
    return digest.hexdigest()


def programs(instance: Instance) -> list[Program]:
    """Return what Rollcall consists of, beside Postgres and Redis."""
    return [
        _web(instance),
        _celery(instance, "worker", WORKER_STOPS_WITHIN_SECONDS),
        _celery(instance, "beat", 10.0),
    ]


def _web(instance: Instance) -> Program:
    address = ["--host", instance.host, "--port", str(instance.port)]
    # Without a limit open event streams would hold up the stop.
    limits = ["--workers", str(WEB_PROCESSES), "--workers-kill-timeout", "3"]
    # Its notes on ordinary disconnects read like failures.
    quiet = ["--log-level", "warning", "--log-config", GRANIAN_LOGS]
    application = "attendance_site.asgi:application"
    granian = [str(PYTHON), "-m", "granian", "--interface", "asgi", "--no-ws"]
    return Program(
        name="web",
        argv=[*granian, *address, *limits, *quiet, application],
        env=instance.process_environment(),
        cwd=PROJECT,
        log=instance.logs / "web.log",
        is_ready=lambda _: _web_is_ready(instance),
        shown=f"ready, on {instance.host}:{instance.port}",
    )


def _web_is_ready(instance: Instance) -> bool:
    status, checks = _health(instance)
    if checks.get("migrations") == "missing":
        instance.migrated.unlink(missing_ok=True)
        raise RefusedError(
            "The database has been replaced by an older one: start again to migrate it."
        )
    return status == http.HTTPStatus.OK


def _health(instance: Instance) -> tuple[int, dict[str, str]]:
    """Return status and checks of the web server's answer; 0 and none without one."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(instance.host, instance.host)  # noqa: S104
    name = instance.values["ALLOWED_HOSTS"].split(",")[0].lstrip(".")
    connection = http.client.HTTPConnection(host, instance.port, timeout=5)
    try:
        headers = {"Host": name.replace("*", "localhost")}
        connection.request("GET", "/health/ready", headers=headers)
        response = connection.getresponse()
        return response.status, dict(json.load(response)["checks"])
    except (OSError, ValueError, LookupError, http.client.HTTPException):
        return 0, {}
    finally:
        connection.close()


def _celery(instance: Instance, kind: str, stop_within_seconds: float) -> Program:
    sign = instance.data_dir / f"{kind}.ready"
    return Program(
        name=kind,
        argv=[str(PYTHON), "-m", "launcher.celery_process", kind],
        env=instance.process_environment() | {"ROLLCALL_READY_FILE": str(sign)},
        cwd=PROJECT,
        log=instance.logs / f"{kind}.log",
        is_ready=_exists(sign),
        before=lambda: sign.unlink(missing_ok=True),
        stop_within_seconds=stop_within_seconds,
    )


def _exists(sign: Path) -> Callable[[int], bool]:
    return lambda _: sign.exists()
