"""Rollcall's own programs: web server, Celery worker, beat, and commands."""

import hashlib
import http.client
import json

from launcher.console import RefusedError
from launcher.environment import PYTHON, RUNTIME
from launcher.instance import PROJECT, Instance
from launcher.supervisor import Program

# A worker finishes its tasks before it stops; none takes longer.
WORKER_STOPS_WITHIN_SECONDS = 300.0
# With only one, webhooks wait too long if many arrive (make bench).
WEB_PROCESSES = 2
# Modules that a migration does not import come first, so that migrating and compiling
# ahead seldom compile the same one.
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

    Without the system checks: the web server runs them, and only starts if they pass.
    """
    words = [[*command, "--skip-checks", "--then"] for command in commands]
    argv = [word for command in words for word in command][:-1]
    return [str(PYTHON), "-m", "launcher.manage_all", *argv]


def compile_ahead() -> list[str]:
    """Return a command that imports the programs' modules, so that they get compiled.

    On the first start it runs on a second processor while the first one migrates.
    """
    return [str(PYTHON), "-c", f"import {', '.join(IMPORTED_BY_PROGRAMS)}"]


def code_digest() -> str:
    """Return a digest of everything that determines the schema of the database.

    That is all code of the apps (migrations, and the rights granted after them) and the
    lock of the packages, which have migrations too.
    """
    digest = hashlib.sha256()
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            digest.update(f"{path.relative_to(PROJECT)}\0".encode())
            digest.update(path.read_bytes())
    digest.update((PROJECT / RUNTIME).read_bytes())
    return digest.hexdigest()


def programs(instance: Instance) -> list[Program]:
    """Return the programs of Rollcall: web, worker and beat."""
    return [
        _web(instance),
        _celery(instance, "worker", WORKER_STOPS_WITHIN_SECONDS),
        _celery(instance, "beat", 10.0),
    ]


def _web(instance: Instance) -> Program:
    address = ["--host", instance.host, "--port", str(instance.port)]
    # Without a limit, open event streams would delay the stop.
    limits = ["--workers", str(WEB_PROCESSES), "--workers-kill-timeout", "3"]
    # At lower levels, granian's notes about usual disconnects look like errors.
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
            "The database was replaced by an older one, such as a backup."
            " Start again to migrate it."
        )
    return status == http.HTTPStatus.OK


def _health(instance: Instance) -> tuple[int, dict[str, str]]:
    """Return status and checks of ``/health/ready``; 0 and {} without an answer."""
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
    ready_file = instance.data_dir / f"{kind}.ready"
    return Program(
        name=kind,
        argv=[str(PYTHON), "-m", "launcher.celery_process", kind],
        env=instance.process_environment() | {"ROLLCALL_READY_FILE": str(ready_file)},
        cwd=PROJECT,
        log=instance.logs / f"{kind}.log",
        is_ready=lambda _: ready_file.exists(),
        before=lambda: ready_file.unlink(missing_ok=True),
        stop_within_seconds=stop_within_seconds,
    )
