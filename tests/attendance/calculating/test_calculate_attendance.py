import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from attendance.models import Attendance, AttendanceChange
from sessions_app.models import LiveSession, SessionType
from tests.factories import make_connection, make_participant, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> LiveSession:
    """A session of an hour that ended ten minutes ago, with one who came."""
    start = timezone.now() - timedelta(minutes=70)
    session = make_session(starts_at=start, title="Algebra")
    ana = make_participant(session.event)
    make_connection(session, identity=ana.identity, left_at=start + timedelta(hours=1))
    return session


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = 0
    try:
        call_command("calculate_attendance", *map(str, arguments))
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    output = capsys.readouterr()
    return code, output.out, output.err


def test_it_calculates_what_is_due(
    session: LiveSession, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys)
    assert code == 0
    assert "Algebra: 1 present; 1 changed" in out
    assert Attendance.objects.get().status == "present"


def test_json_is_one_document(
    session: LiveSession, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "--json")
    assert json.loads(out) == {
        "sessions": [
            {
                "id": session.pk,
                "title": "Algebra",
                "participants": 1,
                "changed": 1,
                "statuses": {"present": 1},
            }
        ],
        "failed": [],
    }


def test_nothing_new_is_nothing_done(
    session: LiveSession, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, session.pk)
    code, out, _ = run(capsys, session.pk)
    assert code == 0
    assert out == f"Session {session.pk}: nothing new; --force recalculates.\n"
    assert run(capsys) == (0, "0 calculated, 0 failed.\n", "")
    code, out, _ = run(capsys, session.pk, "--force")
    assert "0 changed" in out


def test_a_dry_run_writes_nothing(
    session: LiveSession, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "--dry-run")
    assert "1 present; 1 changed" in out
    assert not Attendance.objects.exists()
    assert not AttendanceChange.objects.exists()


def test_an_unknown_session_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, 999_999)
    assert (code, err) == (2, "There is no session 999999.\n")


@pytest.mark.parametrize("days", [99_999_999, 0, -1])
def test_a_number_of_days_that_cannot_be_is_wrong_use(
    capsys: pytest.CaptureFixture[str], days: int
) -> None:
    code, out, err = run(capsys, f"--days={days}")
    assert (code, out, err) == (2, "", "--days must be a number from 1 to 36500.\n")


def test_a_running_session_is_refused(
    session: LiveSession, capsys: pytest.CaptureFixture[str]
) -> None:
    running = make_session(starts_at=timezone.now() - timedelta(minutes=5))
    code, _, err = run(capsys, running.pk)
    assert code == 1
    assert "has not ended" in err


def test_a_session_that_ended_just_now_is_calculated_when_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    session = make_session(starts_at=timezone.now() - timedelta(minutes=61))
    _, out, _ = run(capsys)
    assert out.startswith("0 calculated")
    _, out, _ = run(capsys, session.pk)
    assert out.endswith("1 calculated, 0 failed.\n")


def test_type_and_days_choose(
    session: LiveSession, capsys: pytest.CaptureFixture[str]
) -> None:
    long_ago = timezone.now() - timedelta(days=20)
    make_session(
        session.event,
        title="Old",
        starts_at=long_ago,
        session_type=SessionType.QURAN,
    )
    _, out, _ = run(capsys, "--type", "quran")
    assert out.startswith("0 calculated")
    _, out, _ = run(capsys, "--type", "quran", "--days", "30")
    assert out.startswith(("Old", f"{LiveSession.objects.get(title='Old').pk} Old"))
    assert not Attendance.objects.filter(session=session).exists()
