import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from attendance.models import SessionCalculation
from attendance_site import liveness
from attendance_site.doctor import Finding, examine
from attendance_site.simulation import ownership
from notifications.models import NotMailed, PromptedEvent
from sessions_app.models import ConflictingDelivery, LiveSession
from tests.application_role import as_application
from tests.attendance_site.signs_of_life import no_pulse
from tests.factories import (
    make_event,
    make_participant,
    make_presence_event,
    make_prompt,
    make_session,
)

__all__ = ["no_pulse"]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("no_pulse"),
    # The doctor waits a second for a worker to answer.
    pytest.mark.slow,
]

NOBODY_LISTENS = "redis://127.0.0.1:9/0"
LONG_SECRET = "a secret long enough that nobody guesses it"


def found(subject: str, **given: Any) -> Finding:
    """What doctor says of one subject first; later ones are not looked at."""
    return next(finding for finding in examine(**given) if finding.subject == subject)


def all_found(subject: str) -> list[Finding]:
    """All that doctor says of a subject in the database; later ones cost time."""
    before = takewhile(lambda finding: finding.subject != "Redis", examine())
    return [finding for finding in before if finding.subject == subject]


def seen_by_nobody(**given: Any) -> LiveSession:
    """A session that ended two hours ago, and in which nobody was seen."""
    starts_at = timezone.now() - timedelta(hours=3)
    ends_at = starts_at + timedelta(hours=1)
    session = make_session(starts_at=starts_at, ends_at=ends_at, **given)
    SessionCalculation.objects.create(
        session=session, facts_read=0, people_seen=0, failures=0, error=""
    )
    return session


def test_what_is_broken_gives_exit_code_1_and_a_mend(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.REDIS_URL = NOBODY_LISTENS
    with pytest.raises(SystemExit, match="1"):
        call_command("doctor")
    output = capsys.readouterr().out
    assert "broken  Redis: It does not answer" in output
    assert "→ Check REDIS_URL." in output
    assert "broken  worker: Without Redis we cannot know" in output


def test_where_nothing_was_started_it_says_so_first_and_how(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.delenv("DATABASE_URL")
    first = next(examine())
    assert first.what.startswith("Rollcall is not set up here")
    assert "`make run`" in first.mend
    (tmp_path / "instance.env").touch()
    assert next(examine()).subject != "instance"


def test_what_the_environment_sets_up_needs_no_start_here(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    assert next(examine()).subject != "instance"


def test_a_database_in_step_is_well() -> None:
    assert not found("database").is_broken


def test_a_beat_is_felt_by_its_pulse() -> None:
    liveness.leave(liveness.BEAT)
    assert not found("beat").is_broken


def test_a_beat_that_does_not_tick_is_broken() -> None:
    assert found("beat").is_broken


def test_a_worker_that_does_not_answer_is_broken() -> None:
    assert found("worker").is_broken


def test_a_worker_that_has_just_died_is_told_from_none() -> None:
    assert found("worker").what == "None answers."
    liveness.leave(liveness.WORKER)
    assert "ran half a minute ago" in found("worker").what


def test_owning_the_tables_is_a_hint() -> None:
    finding = found("database roles")
    assert "history is not protected" in finding.what
    assert not finding.is_broken


@pytest.mark.django_db(transaction=True)
def test_not_owning_the_tables_is_well_whatever_the_environment_names(
    settings: Settings,
) -> None:
    settings.DATABASE_OWNER_URL = ""
    with as_application():
        assert not all_found("database roles")
        assert "does not own" in found("migrations").what


def test_clocks_apart_are_broken() -> None:
    assert not all_found("clock")
    finding = found("clock", now=timezone.now() - timedelta(minutes=3))
    assert finding.is_broken
    assert "differs from the database's" in finding.what


def test_bad_values_are_named_and_what_hangs_on_them_is_not_looked_at(
    settings: Settings,
) -> None:
    settings.BAD_VALUES = {"REDIS_URL": "write redis://host.", "EMAIL_URL": "write x."}
    bad = [finding for finding in examine() if finding.subject in settings.BAD_VALUES]
    assert [finding.mend for finding in bad] == ["Write redis://host.", "Write x."]
    assert all(finding.is_broken for finding in bad)
    subjects = {finding.subject for finding in examine()}
    assert "database" in subjects
    assert not {"Redis", "beat", "worker", "mail"} & subjects


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
    assert "None received yet" in found("webhooks").what
    make_presence_event(make_session())
    webhooks = found("webhooks").what
    assert webhooks.endswith("seconds ago, signed with testkey.")


def test_what_a_demonstration_plays_says_nothing_of_livekit() -> None:
    school = ownership.ensure_organization(
        slug="played", name="Played", time_zone="UTC", language="en"
    )
    event = make_event(school)
    ownership.mark(event)
    session = seen_by_nobody(event=event)
    make_presence_event(session)
    assert "None received yet" in found("webhooks").what
    assert not all_found("calculation")


def test_a_key_that_is_not_known_any_more_is_a_hint(settings: Settings) -> None:
    make_presence_event(make_session())
    settings.LIVEKIT_WEBHOOK_KEYS = {"newkey": LONG_SECRET}
    finding = all_found("webhooks")[1]
    assert "testkey" in finding.what
    assert "LIVEKIT_WEBHOOK_KEYS" in finding.mend


def test_ids_that_came_again_with_another_body_are_counted() -> None:
    make_presence_event(make_session())
    ConflictingDelivery.objects.create(
        source="livekit", event_id="EV_1", body_sha256=b"x" * 32
    )
    assert "1 came twice with different content" in all_found("webhooks")[-1].what


def test_sessions_that_cannot_be_calculated_are_named() -> None:
    session = make_session()
    SessionCalculation.objects.create(
        session=session, facts_read=0, failures=1, error="Oh"
    )
    finding = found("calculation")
    assert finding.is_broken
    assert finding.what.endswith(f": {session.pk}.")


def test_what_was_cancelled_is_no_finding(settings: Settings) -> None:
    seen_by_nobody()
    SessionCalculation.objects.create(
        session=make_session(), facts_read=0, failures=1, error="Oh"
    )
    assert len(all_found("calculation")) == 2
    LiveSession.objects.update(cancelled_at=timezone.now())
    assert all_found("calculation") == []


def test_sessions_in_which_nobody_was_seen_are_a_hint(settings: Settings) -> None:
    seen_by_nobody()
    finding = found("calculation")
    assert not finding.is_broken
    assert finding.what == "Nobody was seen in one session of the last week."
    assert f"{settings.PUBLIC_URL}/webhooks/livekit" in finding.mend


@pytest.mark.parametrize(
    ("mode", "is_told"), [("online", True), ("hybrid", True), ("in_person", False)]
)
def test_that_nobody_was_seen_is_no_finding_where_people_met_in_person(
    mode: str, *, is_told: bool
) -> None:
    seen_by_nobody(mode=mode)
    assert bool(all_found("calculation")) == is_told


# Mail


def test_mail_that_is_not_set_up_is_a_hint(settings: Settings) -> None:
    settings.EMAIL_URL = ""
    finding = found("mail")
    assert finding.mend
    assert not finding.is_broken


def test_it_says_how_many_mails_wait_and_why() -> None:
    now = timezone.now()
    assert [one.mend for one in all_found("mails")] == [""]
    event = make_event(starts_at=now - timedelta(hours=5))
    mails: list[dict[str, Any]] = [
        {"send_at": now - timedelta(minutes=20)},
        {"send_at": now + timedelta(minutes=5), "failures": 3},
        {"send_at": now + timedelta(hours=9)},
        {"not_mailed": NotMailed.REFUSED},
    ]
    for number, fields in enumerate(mails):
        place = make_participant(event, email=f"person{number}@example.com")
        make_prompt(place, **fields)
    PromptedEvent.objects.create(event=event, due_at=now, failures=2, retry_at=now)
    late, delayed, refused, failing = all_found("mails")
    assert [one.is_broken for one in (late, delayed, refused)] == [True, False, False]
    assert all(one.what.startswith("1 ") for one in (late, delayed, refused))
    assert failing.what == "The people of 1 events could not be asked."


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[list[bytes]]:
    """The bare minimum of a mail server; the list is what it answers in turn."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_URL = "smtp://"
    answers = [b"220 hello\r\n", b"250 as you like\r\n", b"221 bye\r\n"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()

        def serve() -> None:
            client, _ = server.accept()
            with client:
                for answer in answers:
                    client.sendall(answer)
                    client.recv(4096)

        thread = threading.Thread(target=serve)
        thread.start()
        yield answers
        thread.join(timeout=5)


def test_a_mail_server_that_answers_is_well(mail_server: list[bytes]) -> None:
    finding = found("mail")
    assert not finding.is_broken
    assert "accepts us" in finding.what


def test_a_mail_server_that_refuses_us_is_broken_and_not_quoted(
    mail_server: list[bytes],
) -> None:
    mail_server[:] = [b"554 go away, ana@example.org\r\n"]
    finding = found("mail")
    assert finding.is_broken
    assert "SMTPConnectError 554" in finding.what
    assert "ana@" not in finding.what


def test_a_mail_server_that_does_not_answer_is_broken(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_URL = "smtp://"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert found("mail").is_broken


# Disk


def test_the_room_left_for_an_embedded_database_is_told(
    settings: Settings, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    assert "disk" not in {finding.subject for finding in examine()}
    (tmp_path / "pg18").mkdir()
    (tmp_path / "pg18" / "PG_VERSION").touch()
    assert "GiB are free" in found("disk").what


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="1"):
        call_command("doctor", "--json")
    document = json.loads(capsys.readouterr().out)
    assert {"subject", "what", "mend", "is_broken"} == set(document[0])
