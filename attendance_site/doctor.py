"""What is misconfigured, and how to mend it: the findings of ``manage.py doctor``.

Broken is what is set up and does not work; what is merely not set up is a hint.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import KombuError

from attendance.models import SessionCalculation
from attendance_site.beat import has_pulse
from attendance_site.celery import app
from sessions_app.livekit import LiveKitUnreachable, list_rooms
from sessions_app.models import PresenceEvent

OLDEST_POSTGRES = 180000
SHORTEST_SECRET = 32
ANSWER_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``mend`` says what to do, empty if all is well."""

    subject: str
    what: str
    mend: str = ""
    is_broken: bool = False


def well(subject: str, what: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(subject, what)


def hint(subject: str, what: str, mend: str) -> Finding:
    """Return a finding about what is not set up."""
    return Finding(subject, what, mend)


def broken(subject: str, what: str, mend: str) -> Finding:
    """Return a finding about what should work and does not."""
    return Finding(subject, what, mend, is_broken=True)


def examine() -> Iterator[Finding]:
    """Look at everything; without a database, at what can be looked at."""
    yield from _settings()
    try:
        yield from _database()
    except DatabaseError as error:
        yield broken(
            "database", f"It does not answer: {error}".strip(), "Check DATABASE_URL."
        )
    yield from _redis_and_beat()
    yield _livekit()
    yield _worker()


def _settings() -> Iterator[Finding]:
    if len(settings.SECRET_KEY) < SHORTEST_SECRET or "insecure" in settings.SECRET_KEY:
        yield broken(
            "SECRET_KEY", "Not set, or too short.", "Set 50 random characters."
        )
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not any(
        name in ("*", host) or (name.startswith(".") and host.endswith(name))
        for name in settings.ALLOWED_HOSTS
    ):
        yield broken(
            "ALLOWED_HOSTS",
            f"{host!r}, the host of PUBLIC_URL, is not among them.",
            f"Add {host} to ALLOWED_HOSTS.",
        )
    if not settings.HTTPS and host not in {"localhost", "127.0.0.1", "::1"}:
        yield hint(
            "PUBLIC_URL",
            "People would sign in without encryption.",
            "Put a proxy with TLS before Rollcall and write https:// into PUBLIC_URL.",
        )
    for key, secret in settings.LIVEKIT_WEBHOOK_KEYS.items():
        if len(secret) < SHORTEST_SECRET:
            yield hint(
                "LiveKit keys",
                f"The secret of {key} is short enough to be guessed.",
                "Make a new pair with `livekit-server generate-keys`.",
            )


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        [version] = cursor.fetchone()
    if version < OLDEST_POSTGRES:
        yield broken(
            "database", f"Postgres {version // 10000}.", "Use Postgres 18 or newer."
        )
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield broken("migrations", "Some are missing.", "Run `manage.py migrate`.")
        return
    yield well("database", f"Postgres {version // 10000}, migrations in step.")
    if not settings.APPLICATION_ROLE:
        yield hint(
            "database roles",
            "One role does everything, so the logs are not protected.",
            "Set DATABASE_OWNER_URL to the owner and DATABASE_URL to another role.",
        )
    yield _received()
    failing = SessionCalculation.objects.filter(failures__gt=0).count()
    if failing:
        yield broken(
            "calculation",
            f"{failing} sessions could not be calculated.",
            "The admin shows the error of each (Calculations of sessions).",
        )


def _received() -> Finding:
    newest = PresenceEvent.objects.order_by("-pk").first()
    if newest:
        when = f"{newest.received_at:%Y-%m-%d %H:%M} UTC"
        return well(
            "webhooks", f"The last came at {when}, signed by {newest.signed_by}."
        )
    return hint(
        "webhooks",
        "None has come yet.",
        f"Let LiveKit send them to {settings.PUBLIC_URL}/webhooks/livekit.",
    )


def _redis_and_beat() -> Iterator[Finding]:
    try:
        beat_lives = has_pulse()
    except (redis.RedisError, OSError) as error:
        yield broken("Redis", f"It does not answer: {error}", "Check REDIS_URL.")
        return
    yield well("Redis", "It answers.")
    if beat_lives:
        yield well("beat", "It ticks.")
    else:
        yield broken("beat", "None ticks.", "Start `celery -A attendance_site beat`.")


def _worker() -> Finding:
    try:
        with app.connection(settings.REDIS_URL) as broker:
            answers = app.control.ping(timeout=1, connection=broker)
    except (KombuError, OSError):
        answers = []
    if answers:
        return well("worker", f"{len(answers)} answered.")
    return broken(
        "worker", "None answers.", "Start `celery -A attendance_site worker`."
    )


def _livekit() -> Finding:
    if not settings.LIVEKIT_WEBHOOK_KEYS:
        return hint(
            "LiveKit",
            "No key is set: every webhook is refused.",
            "Set LIVEKIT_API_KEY and LIVEKIT_API_SECRET.",
        )
    if not settings.LIVEKIT_URL:
        return hint(
            "LiveKit", "People cannot join through Rollcall.", "Set LIVEKIT_URL."
        )
    try:
        rooms = asyncio.run(list_rooms(timeout_seconds=ANSWER_SECONDS))
    except LiveKitUnreachable as error:
        return broken(
            "LiveKit",
            f"It does not answer: {error}",
            "Check LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.",
        )
    return well("LiveKit", f"It answers; {len(rooms)} rooms are open.")
