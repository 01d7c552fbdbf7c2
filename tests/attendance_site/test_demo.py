from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from attendance.models import Attendance
from attendance.selectors import session_report
from events.models import Organization
from sessions_app.models import LiveSession, PresenceEvent
from tests.factories import make_user

KEY, SECRET = "demokey", "a secret of this test alone, long enough to sign"

EXPECTED = {
    "Amina Hadid": "present",
    "Yusuf Karim": "present",
    "Maria Lopes": "late",
    "Tom Becker": "partial",
    "Lena Fischer": "present",
    "Noor Aziz": "late",
    "Omar Nasser": "absent",
    "Sara Lindqvist": "absent",
}


@pytest.fixture
def running(live_server: LiveServer, settings: Settings) -> LiveServer:
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = KEY, SECRET
    settings.LIVEKIT_WEBHOOK_KEYS = {KEY: SECRET}
    settings.PUBLIC_URL = live_server.url
    return live_server


def test_the_demo_shows_a_lesson_that_ended_ten_minutes_ago(
    running: LiveServer,
) -> None:
    admin = make_user(is_superuser=True)
    call_command("demo")
    session = LiveSession.objects.get()
    now = timezone.now()
    assert timedelta(minutes=10) <= now - session.ends_at < timedelta(minutes=12)
    statuses = Attendance.objects.values_list("participant__name", "status")
    assert dict(statuses) == EXPECTED
    report = session_report(session, user=admin, now=now)
    sentences = {row.participant.name: row.explanation for row in report.rows}
    assert sentences["Omar Nasser"].startswith("Absent: tried to connect 7 times")
    unmatched = {row.stranger.name: row.stranger.kind for row in report.unmatched}
    assert unmatched == {"Lina": "STANDARD", "+49 171 000042": "SIP"}
    assert PresenceEvent.objects.exists()


def test_a_second_demo_holds_another_lesson_of_the_same_school(
    running: LiveServer,
) -> None:
    call_command("demo")
    call_command("demo")
    assert Organization.objects.count() == 1
    assert LiveSession.objects.count() == 2


def test_the_demo_says_when_no_instance_answers(
    running: LiveServer, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    with pytest.raises(SystemExit, match="1"):
        call_command("demo")
    assert "took no webhook" in capsys.readouterr().err
