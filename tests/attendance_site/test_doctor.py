import json
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings as project
from django.core.management import call_command
from pytest_django import Settings

from attendance_site.beat import PULSE
from attendance_site.doctor import Finding, examine
from tests.factories import make_presence_event, make_session

pytestmark = pytest.mark.django_db

NOBODY_LISTENS = "redis://127.0.0.1:9/0"
LONG_SECRET = "a secret long enough that nobody guesses it"


@pytest.fixture
def pulse() -> Iterator[None]:
    """A beat that has just ticked."""
    client = redis.Redis.from_url(project.REDIS_URL)
    client.set(PULSE, "1", ex=30)
    yield
    client.delete(PULSE)


def found(subject: str) -> Finding:
    """What doctor says of one subject; later ones are not looked at."""
    return next(finding for finding in examine() if finding.subject == subject)


def test_what_is_broken_gives_exit_code_1_and_a_mend(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.REDIS_URL = NOBODY_LISTENS
    with pytest.raises(SystemExit, match="1"):
        call_command("doctor")
    output = capsys.readouterr().out
    assert "broken  Redis: It does not answer" in output
    assert "→ Check REDIS_URL." in output
    assert "broken  worker: None answers." in output


def test_a_database_in_step_is_well() -> None:
    assert not found("database").is_broken


def test_a_beat_is_felt_by_its_pulse(pulse: None) -> None:
    assert not found("beat").is_broken


def test_a_beat_that_does_not_tick_is_broken() -> None:
    assert found("beat").is_broken


def test_a_worker_that_does_not_answer_is_broken() -> None:
    assert found("worker").is_broken


def test_one_role_for_everything_is_a_hint(settings: Settings) -> None:
    settings.APPLICATION_ROLE = ""
    finding = found("database roles")
    assert "logs are not protected" in finding.what
    assert not finding.is_broken


def test_livekit_that_is_not_set_up_is_a_hint(settings: Settings) -> None:
    settings.LIVEKIT_WEBHOOK_KEYS = {}
    finding = found("LiveKit")
    assert finding.mend
    assert not finding.is_broken


def test_livekit_that_does_not_answer_is_broken(settings: Settings) -> None:
    settings.LIVEKIT_URL = "http://127.0.0.1:9"
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "key", LONG_SECRET
    settings.LIVEKIT_WEBHOOK_KEYS = {"key": LONG_SECRET}
    assert found("LiveKit").is_broken


def test_a_host_that_is_refused_is_broken(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://rollcall.example.org"
    settings.ALLOWED_HOSTS = ["localhost"]
    assert "rollcall.example.org" in found("ALLOWED_HOSTS").mend


def test_the_last_webhook_is_named() -> None:
    assert "None has come yet" in found("webhooks").what
    make_presence_event(make_session())
    assert "signed by testkey" in found("webhooks").what


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="1"):
        call_command("doctor", "--json")
    document = json.loads(capsys.readouterr().out)
    assert {"subject", "what", "mend", "is_broken"} == set(document[0])
