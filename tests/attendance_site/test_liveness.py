"""Signs of life."""

import os
from pathlib import Path

import pytest
import redis
from celery.signals import heartbeat_sent
from django_celery_beat.schedulers import DatabaseScheduler
from pytest_django import Settings

from attendance_site import liveness
from attendance_site.beat import Scheduler
from tests.attendance_site.signs_of_life import no_pulse

__all__ = ["no_pulse"]

pytestmark = pytest.mark.usefixtures("no_pulse")


def test_nobody_has_lived_who_left_no_sign() -> None:
    assert liveness.signs_of_life() == {"worker": False, "beat": False}


def test_a_workers_heartbeat_is_felt() -> None:
    heartbeat_sent.send(sender=None)
    assert liveness.signs_of_life() == {"worker": True, "beat": False}


def test_a_tick_of_beat_is_felt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DatabaseScheduler, "tick", lambda self: 5.0)
    assert Scheduler.tick(Scheduler.__new__(Scheduler)) == 5.0
    assert liveness.signs_of_life() == {"worker": False, "beat": True}


def test_a_sign_is_forgotten_after_half_a_minute() -> None:
    liveness.leave(liveness.BEAT)
    with liveness.connect(1) as client:
        assert 0 < client.ttl(liveness.key(liveness.BEAT)) <= 30


def test_a_sign_renews_the_file_that_says_ready_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = tmp_path / "ready"
    monkeypatch.setenv("ROLLCALL_READY_FILE", str(sign))
    liveness.leave(liveness.WORKER)
    assert not sign.exists()
    sign.touch()
    os.utime(sign, (0, 0))
    liveness.leave(liveness.BEAT)
    assert sign.stat().st_mtime > 0


def test_without_redis_nobody_is_held_up_and_no_sign_is_left(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sign = tmp_path / "ready"
    sign.touch()
    os.utime(sign, (0, 0))
    monkeypatch.setenv("ROLLCALL_READY_FILE", str(sign))
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    liveness.leave(liveness.WORKER)
    assert "No sign of life could be left" in caplog.text
    assert sign.stat().st_mtime == 0
    with pytest.raises(redis.RedisError):
        liveness.signs_of_life()
