"""What the log says, as real processes write it: to stderr, one JSON object a line."""

import asyncio
import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import Celery
from django.db import DataError, IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from attendance.calculating.sessions import calculate_sessions
from attendance.evidence.due import Selection
from attendance_site import logs, request_bodies
from attendance_site.asgi import application
from attendance_site.demo.purge import purge_demo
from attendance_site.request_bodies import Scope
from launcher.instance import PROJECT
from launcher.rollcall import GRANIAN_LOGS
from sessions_app.livekit import sign_webhook
from sessions_app.reconciliation import reconcile_connections
from tests.factories import (
    make_participant,
    make_session,
    make_user,
)
from tests.webhooks import Room, deliver

MANAGE = [sys.executable, str(PROJECT / "manage.py")]


def run(*argv: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A process of ours whose stderr is a pipe, as under systemd or Docker."""
    return subprocess.run(
        argv,
        cwd=PROJECT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# Processes


def test_a_bad_value_ends_a_command_with_one_json_line_that_names_it() -> None:
    ended = run(*MANAGE, "check", NUM_PROXIES="x", LIVEKIT_WEBHOOK_KEYS="secret")
    assert ended.returncode == 1
    [line] = lines(ended.stderr)
    assert line["level"] == "CRITICAL"
    assert "NUM_PROXIES: 'x': write a whole number" in line["message"]
    assert "LIVEKIT_WEBHOOK_KEYS: the 1. pair" in line["message"]
    assert "secret" not in line["message"].partition("write key:secret")[0]


def test_doctor_lists_bad_values_instead_of_stumbling_over_them() -> None:
    bad = {"NUM_PROXIES": "x", "DATABASE_URL": "sqlite://", "REDIS_URL": "nowhere"}
    ended = run(*MANAGE, "doctor", "--json", **bad, EMAIL_URL="", LIVEKIT_URL="")
    assert (ended.returncode, ended.stderr) == (1, "")
    broken = {one["subject"] for one in json.loads(ended.stdout) if one["is_broken"]}
    assert set(bad) <= broken


PROGRAM = """
import logging, warnings
import django
django.setup()
logging.getLogger("x").info("Said.", extra={"op": "say", "count": 1})
warnings.warn("Old.")
raise ValueError("Oh no\\nDETAIL:  Key (email)=(ana@example.org) exists.")
"""


def test_lines_warnings_and_what_nobody_caught_are_each_one_json_object() -> None:
    ended = run(
        sys.executable,
        "-c",
        PROGRAM,
        DJANGO_SETTINGS_MODULE="attendance_site.settings",
        PYTHONWARNINGS="default",
    )
    said, warned, died = lines(ended.stderr)
    assert ended.returncode == 1
    assert (said["level"], said["message"]) == ("INFO", "Said.")
    assert (said["op"], said["count"], said["logger"]) == ("say", 1, "x")
    assert said["at"].endswith("+00:00")
    assert (warned["level"], warned["logger"]) == ("WARNING", "py.warnings")
    assert died["message"] == "ValueError: Oh no"
    assert died["exception"].startswith("Traceback")
    assert "ana@" not in ended.stderr


def test_at_a_terminal_lines_are_plain() -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.partition("warnings.warn")[0]],
        cwd=PROJECT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "attendance_site.settings"},
        stderr=theirs,
    ) as process:
        process.wait(timeout=60)
    os.close(theirs)
    text = os.read(ours, 10_000).decode()
    os.close(ours)
    assert text.rstrip().endswith("INFO x Said.")


def test_the_web_server_says_as_ours_do_what_keeps_it_from_starting() -> None:
    ended = run(
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", "0", "--log-level", "warning"),
        *("--log-config", GRANIAN_LOGS, "attendance_site.asgi:application"),
        NUM_PROXIES="x",
    )
    assert ended.returncode != 0
    ours, granians = lines(ended.stderr)
    assert ours["message"].startswith("ImproperlyConfigured: NUM_PROXIES")
    assert granians["logger"] == "_granian"
    assert ended.stdout == ""


# Lines of our operations


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator["Log"]:
    with caplog.at_level(logging.INFO):
        yield Log(caplog)


class Log:
    """What was logged, as the JSON that the formatter makes of it."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog
        self._formatter = logs.json_formatter()

    def of(self, op: str) -> list[dict[str, Any]]:
        found = [json.loads(self._formatter.format(r)) for r in self._caplog.records]
        return [line for line in found if line.get("op") == op]

    @property
    def text(self) -> str:
        return "\n".join(map(self._formatter.format, self._caplog.records))


@pytest.mark.django_db
def test_a_calculation_logs_one_line_with_its_figures(log: Log) -> None:
    session = make_session()
    ana = make_participant(session.event, name="Ana Bell", email="ana@example.org")
    room = Room(session)
    for body in room.stay(ana, 0, 55):
        deliver(body)
    calculate_sessions(Selection(now=session.end + timedelta(hours=1)))
    [line] = log.of("calculate_attendance")
    figures = {name: line[name] for name in ("sessions", "people", "changed", "failed")}
    assert figures == {"sessions": 1, "people": 1, "changed": 1, "failed": 0}
    assert isinstance(line["duration_ms"], int)
    assert "Ana" not in log.text
    assert "ana@" not in log.text


@pytest.mark.django_db
def test_a_reconciliation_logs_how_many_it_took_as_left(log: Log) -> None:
    reconcile_connections(now=timezone.now())
    [line] = log.of("reconcile_connections")
    assert line["taken_as_left"] == 0


@pytest.mark.django_db
def test_a_purge_logs_how_much_of_what_it_removed(log: Log) -> None:
    purge_demo()
    [line] = log.of("purge_demo")
    assert set(line["removed"].values()) <= {0}


@pytest.mark.django_db
def test_a_refused_webhook_logs_why_and_neither_token_nor_secret(
    log: Log, settings: Settings
) -> None:
    settings.LIVEKIT_WEBHOOK_KEYS = {"testkey": "y" * 40}
    body = b'{"event": "room_started", "id": "EV_1"}'
    token = sign_webhook(body, key="testkey", secret="x" * 40)
    answer = Client().post(
        "/webhooks/livekit",
        body,
        content_type="application/webhook+json",
        headers={"Authorization": token},
    )
    assert answer.status_code == 401
    [line] = log.of("receive_webhook")
    assert (line["status"], line["level"]) == (401, "WARNING")
    assert "Signature verification failed" in line["reason"]
    assert token not in log.text
    assert "x" * 40 not in log.text
    assert "y" * 40 not in log.text


@pytest.mark.django_db
def test_an_id_that_comes_again_with_another_body_logs_which(log: Log) -> None:
    room = Room(make_session())
    deliver(room.joined("ana", 0) | {"id": "EV_1"})
    deliver(room.joined("ben", 0) | {"id": "EV_1"})
    [line] = log.of("receive_webhook")
    assert (line["event_id"], line["source"]) == ("EV_1", "livekit")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/webhooks/livekit", b"text/plain"),
        ("/api/me", b"application/problem+json"),
    ],
)
def test_a_body_that_never_comes_logs_where_and_why(
    log: Log, monkeypatch: pytest.MonkeyPatch, path: str, kind: bytes
) -> None:
    monkeypatch.setattr(request_bodies, "SILENCE_SECONDS", 0.01)
    sent: list[Scope] = []

    async def receive() -> Scope:
        await asyncio.Event().wait()
        return {}

    async def send(message: Scope) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "path": path, "query_string": b"", "headers": []}
    asyncio.run(application(scope, receive, send))
    assert sent[0]["status"] == 408
    assert (b"content-type", kind) in sent[0]["headers"]
    [line] = log.of("read_body")
    assert (line["path"], line["status"]) == (path, 408)
    assert line["reason"] == "The body did not come in time."


# Errors


@pytest.mark.django_db
def test_an_error_in_a_page_logs_path_and_exception_and_no_query(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Oh no")

    monkeypatch.setattr("attendance_site.health._database", fail)
    client = Client(raise_request_exception=False)
    assert client.get("/health/ready?search=Ana").status_code == 500
    [line] = lines(log.text)
    assert (line["level"], line["method"]) == ("ERROR", "GET")
    assert line["path"] == "/health/ready"
    assert "RuntimeError: Oh no" in line["exception"]
    assert "Ana" not in log.text


def test_what_postgres_quotes_is_left_out_however_many_lines_it_has(log: Log) -> None:
    quoted = "taken\nDETAIL:  Failing row contains (1, Ana\n\nBell, ana@example.org)."
    for error in (IntegrityError(quoted), RuntimeError(f"not stored: {quoted}")):
        both = [IntegrityError(quoted), ValueError("wrong")]
        try:
            raise ExceptionGroup("two", both) from error
        except ExceptionGroup:
            logging.getLogger("x").exception("Oh")
    assert log.text.count("IntegrityError: taken") == 3
    assert log.text.count("RuntimeError: not stored: taken") == 1
    assert log.text.count("ValueError: wrong") == 2
    assert "ana@" not in log.text


def test_celerys_line_of_a_failed_task_is_without_it_too(log: Log) -> None:
    error = IntegrityError("taken\nDETAIL:  Key (email)=(ana@example.org) exists.")
    logging.getLogger("celery").error("Task %s raised: %r", "x", error)
    [line] = lines(log.text)
    assert line["message"] == "Task x raised: IntegrityError('taken"


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["Ana", "An'a\nBell"])
def test_the_value_that_was_wrong_is_left_out(log: Log, value: str) -> None:
    @Celery(set_as_current=False).task
    def read_number() -> None:
        with transaction.atomic():
            connection.cursor().execute("SELECT %s::text::int", [value])

    try:
        read_number.apply()
        read_number()
    except DataError as error:
        logging.getLogger("x").exception("Said: %s", error)
    by_celery, by_us = (line for line in lines(log.text) if line["level"] == "ERROR")
    said = "invalid input syntax for type integer (SQLSTATE 22P02)"
    assert f"raised unexpected: DataError('{said}" in by_celery["message"]
    assert by_us["message"] == f"Said: {said}"
    for line in (by_celery, by_us):
        assert f"InvalidTextRepresentation: {said}" in line["exception"]
        assert f"utils.DataError: {said}" in line["exception"]
    assert "An" not in log.text.replace("Another", "")


@pytest.mark.django_db
def test_what_postgres_quotes_of_a_row_is_left_out(log: Log) -> None:
    make_user("ana")
    request = RequestFactory().get("/x?y=z")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO events_user SELECT * FROM events_user RETURNING username"
            )
    except IntegrityError:
        logging.getLogger("django.request").exception("Oh", extra={"request": request})
    assert "IntegrityError" in log.text
    assert "DETAIL" not in log.text
