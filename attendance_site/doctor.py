"""The checks of ``manage.py doctor``: what is misconfigured, and how to fix it.

"Broken" is what is set up and does not work; what is only not set up is a hint. Checks
that depend on a setting with a bad value are left out: the value must be fixed first.
"""

import asyncio
import os
import shutil
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core import mail
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import KombuError

from attendance.models import AttendanceChange, SessionCalculation
from attendance_site import liveness
from attendance_site.celery import app
from attendance_site.simulation import ownership
from core import mails
from events.models import RegistrationMail
from notifications.prompts.waiting import MAILS_ARE_LATE, waiting_mails
from sessions_app.livekit import LiveKitUnreachable, list_rooms
from sessions_app.models import (
    ConflictingDelivery,
    LiveSession,
    Mode,
    PresenceEvent,
)
from sessions_app.sources import LIVEKIT

OLDEST_POSTGRES = 180000
SHORTEST_SECRET = 32
ANSWER_SECONDS = 3
# LiveKit's tokens are accepted a minute early, so small differences do no harm.
CLOCKS_APART_AT_MOST = timedelta(seconds=5)
RECENTLY = timedelta(days=7)
SESSIONS_NAMED = 10
GIB = 1024**3
DISK_HINT, DISK_BROKEN = 2 * GIB, GIB // 4
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; ``mend`` says what to do, "" if all is well."""

    subject: str
    what: str
    mend: str = ""
    is_broken: bool = False


def well(subject: str, what: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(subject, what)


def hint(subject: str, what: str, mend: str) -> Finding:
    """Return a finding about something that is not set up."""
    return Finding(subject, what, mend)


def broken(subject: str, what: str, mend: str) -> Finding:
    """Return a finding about something that should work and does not."""
    return Finding(subject, what, mend, is_broken=True)


def examine(*, now: datetime | None = None) -> Iterator[Finding]:
    """Run all checks; without a database, those that do not need it.

    Args:
        now: The time of this machine; for tests.
    """
    yield from _instance()
    yield from _bad_values()
    yield from _settings()
    if _is_readable("DATABASE_URL", "DATABASE_OWNER_URL"):
        yield from _database(now)
    if _is_readable("REDIS_URL"):
        yield from _redis_beat_and_worker()
    if _is_readable(
        "LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "LIVEKIT_WEBHOOK_KEYS"
    ):
        yield from _livekit()
    if _is_readable("EMAIL_URL"):
        yield _mail()
    yield from _disk()


# --- Settings -----------------------------------------------------------------------


def _instance() -> Iterator[Finding]:
    """Check that there is any configuration; without it, other findings mislead."""
    is_configured = "DATABASE_URL" in os.environ
    if not is_configured and not (settings.DATA_DIR / "instance.env").exists():
        yield hint(
            "instance",
            "Rollcall is not set up here, so most of the following fails.",
            "`make run` starts everything. To run it on servers of your own, set "
            "DATABASE_URL, REDIS_URL and the others in README.md.",
        )


def _bad_values() -> Iterator[Finding]:
    for name, mend in settings.BAD_VALUES.items():
        what = "Its value is wrong: nothing starts with it."
        yield broken(name, what, mend[:1].upper() + mend[1:])


def _is_readable(*names: str) -> bool:
    return not any(name in settings.BAD_VALUES for name in names)


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
    is_local = host in LOCAL_HOSTS
    if not settings.HTTPS and not is_local:
        yield hint(
            "PUBLIC_URL",
            "People would sign in without encryption.",
            "Put a proxy with TLS in front and use https:// in PUBLIC_URL.",
        )
    if settings.DEBUG:
        finding = hint if is_local else broken
        what = "It is on: error pages show internal details to everybody."
        yield finding("DEBUG", what, "Remove DEBUG from the environment.")


# --- Database -----------------------------------------------------------------------


def _database(now: datetime | None) -> Iterator[Finding]:
    try:
        yield from _server(now)
        if not (missing := _missing_migrations()):
            yield from _roles()
            yield from _received()
            yield from _calculations()
            yield from _waiting_mails(timezone.now())
    except OperationalError as error:
        yield broken("database", _in_a_line(error), "Check DATABASE_URL.")
        return
    except DatabaseError as error:
        yield broken(
            "database",
            _in_a_line(error),
            "Run `manage.py migrate`, which also grants the application's rights.",
        )
        return
    if missing:
        yield broken(
            "migrations",
            f"{missing} are missing.",
            "Run `manage.py migrate` with DATABASE_OWNER_URL set.",
        )


def _in_a_line(error: Exception) -> str:
    first_line = str(error).strip().partition("\n")[0]
    return f"It fails: {first_line}"


def _server(now: datetime | None) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, clock_timestamp()"
        )
        [(version, its_time)] = cursor.fetchall()
    if version < OLDEST_POSTGRES:
        yield broken(
            "database", f"Postgres {version // 10000}.", "Use Postgres 18 or newer."
        )
    else:
        yield well("database", f"Postgres {version // 10000} answers.")
    apart = abs((now or timezone.now()) - its_time)
    if apart > CLOCKS_APART_AT_MOST:
        yield broken(
            "clock",
            f"It differs from the database's by {_length(apart)}.",
            "Set the time of both machines from the network (NTP).",
        )


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _roles() -> Iterator[Finding]:
    """Check that the application's role does not own the append-only tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(tableowner, 'MEMBER') FROM pg_tables"
            " WHERE schemaname = current_schema() AND tablename = %s",
            [AttendanceChange._meta.db_table],
        )
        [is_owner] = cursor.fetchone() or [True]
    if is_owner:
        yield hint(
            "database roles",
            "One role owns and uses the tables, so the history is not protected.",
            "Set DATABASE_OWNER_URL to the owner and DATABASE_URL to another role.",
        )
    else:
        yield well("migrations", "Up to date; the application does not own the tables.")


def _received() -> Iterator[Finding]:
    # Webhooks of demonstrations do not show that LiveKit sends any.
    played = LiveSession.objects.filter(event__in=ownership.events())
    newest = (
        PresenceEvent.objects.exclude(room_name__in=played.values("room_name"))
        .order_by("-pk")
        .first()
    )
    if newest is None:
        yield hint(
            "webhooks",
            "None received yet, but for the demonstration's. Refused ones are logged.",
            f"Configure LiveKit to send them to exactly {_webhook_url()}.",
        )
        return
    ago = _length(max(timezone.now() - newest.received_at, timedelta()))
    yield well(
        "webhooks", f"The last one came {ago} ago, signed with {newest.signed_by}."
    )
    if newest.source == LIVEKIT and newest.signed_by not in (
        settings.LIVEKIT_WEBHOOK_KEYS
    ):
        yield hint(
            "webhooks",
            f"The last one was signed with {newest.signed_by}, which is no longer set.",
            "Add it to LIVEKIT_WEBHOOK_KEYS until LiveKit signs with the new key.",
        )
    if conflicts := ConflictingDelivery.objects.count():
        yield hint(
            "webhooks",
            f"{conflicts} came twice with different content; the first was kept.",
            "The admin lists them (Conflicting deliveries).",
        )


def _webhook_url() -> str:
    return settings.PUBLIC_URL + reverse("livekit-webhook")


def _calculations() -> Iterator[Finding]:
    # Cancelled sessions are not calculated.
    calculations = SessionCalculation.objects.filter(session__cancelled_at=None)
    failing = list(
        calculations.filter(failures__gt=0)
        .order_by("session_id")
        .values_list("session_id", flat=True)
    )
    if failing:
        named = ", ".join(map(str, failing[:SESSIONS_NAMED]))
        more = ", …" if len(failing) > SESSIONS_NAMED else ""
        yield broken(
            "calculation",
            f"It fails for {len(failing)} sessions: {named}{more}.",
            "The admin shows each error (Session calculations).",
        )
    empty = (
        calculations.filter(
            people_seen=0, session__starts_at__gt=timezone.now() - RECENTLY
        )
        .exclude(session__mode=Mode.IN_PERSON)
        .exclude(session__event__in=ownership.events())
        .count()
    )
    if empty:
        number = "one session" if empty == 1 else f"{empty} sessions"
        yield hint(
            "calculation",
            f"Nobody was seen in {number} of the last week.",
            f"If people met there, LiveKit must send webhooks to {_webhook_url()}.",
        )


def _waiting_mails(now: datetime) -> Iterator[Finding]:
    """Say how many mails wait, and why: of prompts, and news of registrations."""
    news = RegistrationMail.objects.filter(due_at__lte=now - MAILS_ARE_LATE).count()
    waiting = waiting_mails(now)
    late = waiting.late + news
    if late:
        yield broken(
            "mails",
            f"{late} should have gone out long ago.",
            "Check worker and beat, and EMAIL_URL; the log says what mails met.",
        )
    if waiting.delayed:
        yield hint(
            "mails",
            f"{waiting.delayed} were not taken by the mail server and are tried again.",
            "The log says what it answered.",
        )
    if waiting.refused:
        yield hint(
            "mails",
            f"{waiting.refused} were not sent, because nobody has the address.",
            "The rosters show whose address takes no mail. Correct it there, or save "
            "it again to try it once more.",
        )
    if waiting.failing:
        yield broken(
            "mails",
            f"The people of {waiting.failing} events could not be asked.",
            "The log says why. It is tried again by itself.",
        )
    if not late:
        yield well("mails", f"{waiting.ahead} wait for their time.")


# --- Redis, beat, worker -------------------------------------------------------------


def _redis_beat_and_worker() -> Iterator[Finding]:
    try:
        lives = liveness.signs_of_life()
    except (redis.RedisError, OSError) as error:
        yield broken("Redis", f"It does not answer: {error}", "Check REDIS_URL.")
        what = "Without Redis we cannot know whether one runs."
        yield broken("worker", what, "Fix Redis first.")
        return
    yield well("Redis", "It answers.")
    if lives[liveness.BEAT]:
        yield well("beat", "It runs.")
    else:
        yield broken(
            "beat",
            "None has run in the last half minute.",
            "Start `celery -A attendance_site beat`.",
        )
    yield _worker(lives[liveness.WORKER])


def _worker(has_lived: bool) -> Finding:
    try:
        with app.connection(settings.REDIS_URL) as broker:
            answers = app.control.ping(timeout=1, connection=broker)
    except (KombuError, OSError):
        answers = []
    if answers:
        return well("worker", f"{len(answers)} answered.")
    return broken(
        "worker",
        "One ran half a minute ago; none answers now."
        if has_lived
        else "None answers.",
        "Start `celery -A attendance_site worker --without-gossip --without-mingle`.",
    )


# --- LiveKit, mail, disk -------------------------------------------------------------


def _livekit() -> Iterator[Finding]:
    for key, secret in settings.LIVEKIT_WEBHOOK_KEYS.items():
        if len(secret) < SHORTEST_SECRET:
            yield hint(
                "LiveKit keys",
                f"The secret of {key} is so short that it can be guessed.",
                "Make a new pair with `livekit-server generate-keys`.",
            )
    if not settings.LIVEKIT_WEBHOOK_KEYS:
        yield hint(
            "LiveKit",
            "No key is set: every webhook is refused.",
            "Set LIVEKIT_API_KEY and LIVEKIT_API_SECRET.",
        )
    elif not settings.LIVEKIT_URL:
        yield hint(
            "LiveKit", "People cannot join through Rollcall.", "Set LIVEKIT_URL."
        )
    else:
        yield _livekit_server()


def _livekit_server() -> Finding:
    try:
        rooms = asyncio.run(list_rooms(timeout_seconds=ANSWER_SECONDS))
    except LiveKitUnreachable as error:
        return broken(
            "LiveKit",
            f"It does not answer: {error}",
            "Check LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.",
        )
    return well("LiveKit", f"It answers; {len(rooms)} rooms are open.")


def _mail() -> Finding:
    if not mails.is_set_up():
        return hint(
            "mail",
            f"No mail can be sent: mails are files in {mails.directory()}.",
            "Set EMAIL_URL=smtp://user:password@server:587?tls=1.",
        )
    if not settings.EMAIL_HOST:
        return well("mail", "It is printed, not sent.")
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    server = mail.get_connection(timeout=ANSWER_SECONDS)
    try:
        server.open()
        server.close()
    except (smtplib.SMTPException, OSError) as error:
        # The server's answer may contain the account, so only its code is shown.
        why = type(error).__name__
        if isinstance(error, smtplib.SMTPResponseException):
            why = f"{why} {error.smtp_code}"
        return broken(
            "mail",
            f"{where} refuses us: {why}.",
            "Check EMAIL_URL: server, port, user, password, tls=1.",
        )
    return well("mail", f"{where} accepts us.")


def _disk() -> Iterator[Finding]:
    """Check the free space of the embedded Postgres, if there is one."""
    if not any(settings.DATA_DIR.glob("pg*/PG_VERSION")):
        return
    free = shutil.disk_usage(settings.DATA_DIR).free
    what = f"{free / GIB:.1f} GiB are free on the database's disk."
    mend = f"Free space on the disk of {settings.DATA_DIR}."
    if free < DISK_BROKEN:
        yield broken("disk", what, mend)
    elif free < DISK_HINT:
        yield hint("disk", what, mend)
    else:
        yield well("disk", what)


def _length(time: timedelta) -> str:
    """Return a duration in words, such as "3 hours", in the largest unit that fits."""
    seconds = int(time.total_seconds())
    for unit, name in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} seconds"
