"""Health checks: whether this process is alive, and whether it is ready.

Both answer within seconds, whatever hangs: each check has a short timeout, and the
database is checked over a separate connection.
"""

from functools import cache
from typing import Any

import psycopg
import redis
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance_site import liveness

DATABASE_TIMEOUT_SECONDS = 2
REDIS_TIMEOUT_SECONDS = 0.3


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process answers at all."""
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 if requests can be served, else 503 with the reasons.

    Redis, worker and beat are reported but not required. Worker and beat are known by
    the signs of life that they leave in Redis every few seconds.
    """
    database, missing = _database()
    reasons = []
    if database != "ok":
        reasons.append("The database does not answer.")
    if missing:
        reasons.append(f"Migrations are missing: {', '.join(missing)}.")
    checks = {
        "database": database,
        "migrations": "missing" if missing else database,
    } | _redis_worker_and_beat()
    return JsonResponse(
        {"status": "not ready" if reasons else "ready", "checks": checks}
        | {"reasons": reasons},
        status=503 if reasons else 200,
    )


def _database() -> tuple[str, list[str]]:
    """Return "ok" or "down", and the newest migrations that are missing."""
    parameters: dict[str, Any] = connection.get_connection_params()
    parameters = {
        name: parameters[name]
        for name in ("dbname", "user", "password", "host", "port", "sslmode")
        if parameters.get(name)
    }
    milliseconds = DATABASE_TIMEOUT_SECONDS * 1000
    try:
        with psycopg.connect(
            **parameters,
            connect_timeout=DATABASE_TIMEOUT_SECONDS,
            tcp_user_timeout=milliseconds,
            options=f"-c statement_timeout={milliseconds}",
        ) as database:
            applied = set(
                database.execute("SELECT app, name FROM django_migrations").fetchall()
            )
    except psycopg.errors.UndefinedTable:
        applied = set()
    except psycopg.Error:
        return "down", []
    return "ok", [
        ".".join(leaf) for leaf in _newest_migrations() if leaf not in applied
    ]


@cache
def _newest_migrations() -> list[tuple[str, str]]:
    """Return the last migration of each app; cached, as reading the files is slow."""
    return sorted(MigrationLoader(None).graph.leaf_nodes())


def _redis_worker_and_beat() -> dict[str, str]:
    try:
        signs = liveness.signs_of_life(REDIS_TIMEOUT_SECONDS)
    except (redis.RedisError, OSError):
        return {"redis": "down"} | dict.fromkeys(liveness.KINDS, "unknown")
    return {"redis": "ok"} | {
        kind: "ok" if lives else "missing" for kind, lives in signs.items()
    }
