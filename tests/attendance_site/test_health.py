"""What a load balancer is told."""

import socket
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from attendance_site import health, liveness
from tests.attendance_site.signs_of_life import no_pulse

__all__ = ["no_pulse"]


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.json()


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port


@pytest.fixture
def no_redis(settings: Settings, closed_port: int) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{closed_port}/0"


def test_a_process_that_answers_is_live(client: Client) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("no_redis")
def test_ready_without_redis_which_is_only_reported(client: Client) -> None:
    status, body = ready(client)
    assert status == 200
    assert body == {
        "status": "ready",
        "checks": {
            "database": "ok",
            "migrations": "ok",
            "redis": "down",
            "worker": "unknown",
            "beat": "unknown",
        },
        "reasons": [],
    }


@pytest.mark.django_db
def test_worker_and_beat_are_reported_by_their_signs_of_life(
    client: Client, no_pulse: None
) -> None:
    status, body = ready(client)
    assert (status, body["checks"]["redis"]) == (200, "ok")
    assert (body["checks"]["worker"], body["checks"]["beat"]) == ("missing", "missing")
    liveness.leave(liveness.WORKER)
    _, body = ready(client)
    assert (body["checks"]["worker"], body["checks"]["beat"]) == ("ok", "missing")


@pytest.mark.django_db
def test_a_redis_that_hangs_holds_nobody_up(client: Client, settings: Settings) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        began = time.monotonic()
        status, body = ready(client)
    assert (status, body["checks"]["redis"]) == (200, "down")
    assert time.monotonic() - began < 2


@pytest.mark.django_db
@pytest.mark.usefixtures("no_redis")
def test_not_ready_with_a_migration_missing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_newest_migrations", lambda: [("events", "9999_new")])
    status, body = ready(client)
    assert (status, body["checks"]["migrations"]) == (503, "missing")
    assert body["reasons"] == ["Migrations are missing: events.9999_new."]


@pytest.mark.django_db
@pytest.mark.usefixtures("no_redis")
def test_not_ready_with_the_database_down_and_no_secrets_told(
    client: Client, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    monkeypatch.setitem(connection.settings_dict, "PORT", str(closed_port))
    status, body = ready(client)
    assert (status, body["checks"]["database"]) == (503, "down")
    assert body["reasons"] == ["The database does not answer."]


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post("/health/ready").status_code == 405
