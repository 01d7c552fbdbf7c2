"""The simulation against a running instance: right if it is, and noticed if it is not.

Between them stands, where a test says so, a network that loses what the test names.
"""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from attendance.models import Attendance
from attendance.signals import attendance_changed
from attendance_site.simulation.expectation import expect_person
from events.models import Event, Organization, User
from sessions_app.models import LiveSession, PresenceEvent
from tests.factories import make_membership, make_organization, make_user

pytestmark = pytest.mark.slow

Losing = Callable[[dict[str, Any]], bool]
POLICY = {
    "grace_minutes": 15,
    "partial_from": 10,
    "present_over": 50,
    "present_regardless_over": 75,
}


@pytest.fixture
def admin(running: LiveServer) -> User:
    return make_user("admin", is_superuser=True)


def simulate(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """Run the command, which must find the report right."""
    call_command("simulate_session", "--json", *options)
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def simulate_wrongly(
    capsys: pytest.CaptureFixture[str], *options: str
) -> dict[str, dict[str, Any]]:
    """Run the command, which must exit 1; return who is reported wrongly."""
    with pytest.raises(SystemExit, match="1"):
        call_command("simulate_session", "--json", *options)
    document = json.loads(capsys.readouterr().out)
    assert not document["agrees"]
    return {one["name"]: one for one in document["people"] if not one["agrees"]}


def refused(capsys: pytest.CaptureFixture[str], code: int, *options: str) -> str:
    """Run the command, which must say in one line why it does not do it."""
    with pytest.raises(SystemExit, match=str(code)):
        call_command("simulate_session", *options)
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    return output.err


@contextmanager
def network(server: LiveServer, loses: Losing) -> Iterator[str]:
    """Pass requests on to the server; swallow the webhooks that ``loses`` names."""
    address = urlsplit(server.url).netloc

    class Handler(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.command == "POST" and loses(json.loads(body)):
                self.send_response(204)
                self.end_headers()
                return
            connection = http.client.HTTPConnection(address)
            headers = dict(self.headers) | {"Host": address}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = pass_on  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{proxy.server_address[1]}"
        finally:
            proxy.shutdown()


@pytest.mark.parametrize("seed", ["1", "2", "3", "40", "77"])
def test_the_report_is_right_about_everybody_who_played(
    admin: User, capsys: pytest.CaptureFixture[str], seed: str
) -> None:
    document = simulate(capsys, "--seed", seed)
    assert document["agrees"]
    assert document["copies"]
    assert document["out_of_order"]
    people = {one["name"]: one for one in document["people"]}
    assert len(people) == 17
    assert people["Note taker"]["reported"] is None
    statuses = {one["reported"]["status"] for one in people.values() if one["reported"]}
    assert statuses == {"present", "late", "partial", "absent", None}
    session = LiveSession.objects.get()
    assert session.ended_at
    assert timezone.now() - session.ended_at < timedelta(minutes=20)
    assert PresenceEvent.objects.count() == document["webhooks"] - document["copies"]


def test_the_same_seed_plays_the_same_again(
    admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    once, again = (simulate(capsys, "--seed", "7") for _ in range(2))
    assert once["people"] == again["people"]
    assert once["session"] != again["session"]
    assert Organization.objects.count() == 1


def test_a_large_class_and_a_tutor_alone_are_played_too(
    admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(simulate(capsys, "--participants", "60")["people"]) == 63
    assert len(simulate(capsys, "--participants", "1")["people"]) == 4


def test_with_a_speed_the_session_runs_while_it_is_played(
    admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("simulate_session", "--speed", "2000", "--participants", "3")
    output = capsys.readouterr().out
    session = LiveSession.objects.get()
    assert output.startswith("Watch it: http://")
    assert "participant_joined  Amina Hadid" in output
    assert "The report is right about all 6" in output
    first = PresenceEvent.objects.order_by("pk")[0]
    assert session.starts_at < first.received_at < session.ends_at
    for fact in PresenceEvent.objects.all():
        assert fact.occurred_at is not None
        assert fact.occurred_at <= fact.received_at


def test_a_session_is_held_in_the_organization_that_is_named(
    admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    school = make_organization(slug="al-noor")
    make_membership(school, admin)
    document = simulate(capsys, "--organization", "al-noor")
    assert Event.objects.get().organization == school
    assert LiveSession.objects.get().pk == document["session"]


def test_a_decision_that_was_changed_afterwards_is_noticed(
    admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    def sabotage(**kwargs: object) -> None:
        late = Attendance.objects.filter(participant__person__name="Maria Lopes")
        late.update(status="present")

    attendance_changed.connect(sabotage)
    try:
        wrong = simulate_wrongly(capsys, "--seed", "1")
    finally:
        attendance_changed.disconnect(sabotage)
    assert list(wrong) == ["Maria Lopes"]
    assert wrong["Maria Lopes"]["expected"]["status"] == "late"
    assert wrong["Maria Lopes"]["reported"]["status"] == "present"


def test_one_fact_that_was_lost_is_noticed(
    admin: User,
    running: LiveServer,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def loses(body: dict[str, Any]) -> bool:
        name = body.get("participant", {}).get("name")
        return (body["event"], name) == ("participant_left", "Chen Wei")

    with network(running, loses) as settings.PUBLIC_URL:
        wrong = simulate_wrongly(capsys, "--seed", "1")
    assert list(wrong) == ["Chen Wei"]
    expected, reported = (wrong["Chen Wei"][name] for name in ("expected", "reported"))
    assert reported["attended_seconds"] > expected["attended_seconds"]


def test_a_network_that_loses_nothing_leaves_the_report_right(
    admin: User,
    running: LiveServer,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with network(running, lambda body: False) as settings.PUBLIC_URL:
        simulate(capsys, "--seed", "1")


def test_wrong_about_somebody_says_what_it_should_be(
    admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    def sabotage(**kwargs: object) -> None:
        Attendance.objects.filter(participant__person__name="Amina Hadid").delete()

    attendance_changed.connect(sabotage)
    try:
        with pytest.raises(SystemExit, match="1"):
            call_command("simulate_session", "--participants", "1")
    finally:
        attendance_changed.disconnect(sabotage)
    output = capsys.readouterr().out
    assert "WRONG: not calculated; it should say: present" in output
    assert "The report is wrong about 1 of 4" in output


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--participants", "0"], "--participants takes a number from 1 to 1000."),
        (["--speed", "0.5"], "--speed takes a number of 1 or more"),
        (["--speed", "nan"], "--speed takes a number of 1 or more"),
        (["--organization", "nowhere"], "There is no organization “nowhere”."),
    ],
)
def test_wrong_use_is_told_in_one_line(
    admin: User, capsys: pytest.CaptureFixture[str], options: list[str], says: str
) -> None:
    assert says in refused(capsys, 2, *options)


def test_nothing_is_made_where_no_instance_answers(
    admin: User, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    said = refused(capsys, 1)
    assert "took no webhook: http://127.0.0.1:9/" in said
    assert "`make run` starts it" in said
    assert not Organization.objects.exists()


def test_nothing_is_made_without_keys(
    admin: User, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.LIVEKIT_API_KEY = ""
    assert "set LIVEKIT_API_KEY" in refused(capsys, 1)
    assert not Organization.objects.exists()


def test_nothing_is_made_where_nobody_could_read_the_report(
    running: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "manage.py createsuperuser" in refused(capsys, 1)
    assert not Organization.objects.exists()


def test_keys_that_the_instance_does_not_know_are_told(
    admin: User, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.LIVEKIT_WEBHOOK_KEYS = {}
    assert "HTTP 401 Unauthorized" in refused(capsys, 1)


def test_somebody_elses_organization_of_that_name_is_left_alone(
    admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    make_organization(slug="simulated-lessons")
    assert "made by somebody else" in refused(capsys, 1)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("presence", "status"),
    [
        ([], "absent"),
        ([(0, 359)], "absent"),
        ([(0, 360)], "partial"),
        ([(0, 1800)], "partial"),
        ([(0, 1801)], "present"),
        ([(900, 3600)], "present"),
        ([(901, 3600)], "late"),
        ([(-600, 100), (50, 200), (5000, 6000)], "absent"),
    ],
)
def test_the_oracle_counts_seconds(
    presence: list[tuple[int, int]], status: str
) -> None:
    said = expect_person(presence, 0, window=3600, policy=POLICY)
    assert said.status == status
