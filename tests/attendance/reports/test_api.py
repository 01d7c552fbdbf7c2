"""REST of reports, calculation and who is connected, as people use it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from attendance.calculating import sessions
from attendance.models import AttendanceChange, SessionCalculation
from attendance.report_rows.serializers import ReportRowSerializer
from attendance.reports.serializers import ReportSerializer, ReportSessionSerializer
from events.models import Participant, Role, User
from sessions_app.models import LiveSession
from tests.factories import (
    START,
    make_client,
    make_connection,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def seen(
    session: LiveSession, person: Participant, start: int, end: int | None
) -> None:
    """Connect somebody from one minute of the session to another."""
    make_connection(
        session,
        identity=person.identity,
        joined_at=START + start * MINUTE,
        left_at=None if end is None else START + end * MINUTE,
    )


def organizer(session: LiveSession) -> APIClient:
    return make_client(make_member(session.event.organization))


def attendee(session: LiveSession) -> tuple[Participant, User]:
    user = make_user()
    return make_participant(session.event, user=user), user


def by_person(report: dict[str, Any]) -> dict[int, str]:
    return {row["participant"]["id"]: row["status"] for row in report["results"]}


def test_calculating_answers_with_the_report() -> None:
    session = make_session()
    there, never = make_participant(session.event), make_participant(session.event)
    seen(session, there, 0, 60)
    client = organizer(session)
    path = f"/api/sessions/{session.pk}"
    report = client.post(f"{path}/calculate")
    assert report.status_code == 200
    assert by_person(report.json()) == {there.pk: "present", never.pk: "absent"}
    assert client.get(f"{path}/attendance").json() == report.json()


def test_the_report_has_the_declared_fields() -> None:
    session = make_session()
    seen(session, make_participant(session.event), 0, 60)
    client = organizer(session)
    report = client.post(f"/api/sessions/{session.pk}/calculate").json()
    assert report.keys() == ReportSerializer().fields.keys()
    assert report["session"].keys() == ReportSessionSerializer().fields.keys()
    [row] = report["results"]
    assert row.keys() == ReportRowSerializer().fields.keys()


def test_times_of_the_report_are_utc_with_z() -> None:
    session = make_session()
    seen(session, make_participant(session.event), 3, 55)
    report = organizer(session).post(f"/api/sessions/{session.pk}/calculate").json()
    [row] = report["results"]
    assert row["meeting_enter_time"] == "2026-03-02T10:03:00Z"
    assert row["intervals"] == [
        {
            "joined_at": "2026-03-02T10:03:00Z",
            "left_at": "2026-03-02T10:55:00Z",
            "inferred": False,
        }
    ]


def test_a_running_or_cancelled_session_is_not_calculated() -> None:
    session = make_session()
    client = organizer(session)
    path = f"/api/sessions/{session.pk}"
    LiveSession.objects.update(ends_at=START + timedelta(days=20_000))
    running = client.post(f"{path}/calculate")
    assert running.status_code == 409
    assert running.json()["type"].endswith("session_running")
    client.post(f"{path}/cancel")
    assert client.post(f"{path}/calculate").status_code == 409


def test_a_failure_is_told_in_plain_words_and_noted_in_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: object) -> None:
        raise ValueError("secret detail")

    monkeypatch.setattr(sessions, "read_roster", fail)
    session = make_session()
    answer = organizer(session).post(f"/api/sessions/{session.pk}/calculate")
    assert answer.status_code == 500
    assert answer.json()["type"] == "tag:rollcall,2026:not_calculated"
    assert answer.json()["detail"] == (
        "The calculation failed. It will be retried automatically."
    )
    assert SessionCalculation.objects.get().error == "ValueError: secret detail"


def test_a_session_in_which_nobody_was_seen_counts_as_absent_only_when_asked() -> None:
    session = make_session()
    person = make_participant(session.event)
    client = organizer(session)
    path = f"/api/sessions/{session.pk}/calculate"
    report = client.post(path).json()
    assert report["session"].keys() == ReportSessionSerializer().fields.keys()
    assert by_person(report) == {person.pk: "unknown"}
    report = client.post(path, {"count_empty_as_absent": True}).json()
    assert by_person(report) == {person.pk: "absent"}
    assert report["results"][0]["source"] == "system_default"
    assert AttendanceChange.objects.get().actor is not None


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"force": "maybe"}, "force"),
        ({"count_empty_as_absent": 5}, "count_empty_as_absent"),
        ({"count_empty_as_absent": True, "take_back_held": True}, "take_back_held"),
    ],
)
def test_a_bad_wish_is_named(sent: dict[str, Any], named: str) -> None:
    session = make_session()
    answer = organizer(session).post(f"/api/sessions/{session.pk}/calculate", sent)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [named]


def test_attendees_are_told_whether_it_was_held_and_not_how_many_came() -> None:
    session = make_session(mode="in_person")
    _, user = attendee(session)
    path = f"/api/sessions/{session.pk}/attendance"
    staff = organizer(session)
    staff.post(
        f"/api/participants/{make_participant(session.event).pk}/check-in",
        {"session": session.pk},
    )
    held = staff.get(path).json()["session"]["held"]
    assert held == {"proved": True, "seen": 0, "checked_in": 1, "marked": 0}
    held = make_client(user).get(path).json()["session"]["held"]
    unsaid = dict.fromkeys(("seen", "checked_in", "marked"))
    assert held == {"proved": True, **unsaid}


def test_attendees_get_their_own_row_and_no_unmatched() -> None:
    session = make_session()
    me, user = attendee(session)
    seen(session, me, 0, 60)
    seen(session, make_participant(session.event), 0, 60)
    organizer(session).post(f"/api/sessions/{session.pk}/calculate")
    report = make_client(user).get(f"/api/sessions/{session.pk}/attendance").json()
    assert by_person(report) == {me.pk: "present"}
    assert report["results"][0]["participant"]["identity"] is None
    assert "unmatched" not in report


def test_viewers_and_hosts_see_everybody_without_identities() -> None:
    session = make_session()
    seen(session, make_participant(session.event), 0, 60)
    make_connection(session, left_at=START + 60 * MINUTE)
    host = make_user()
    make_participant(session.event, user=host, role="host")
    organizer(session).post(f"/api/sessions/{session.pk}/calculate")
    viewer = make_member(session.event.organization, Role.VIEWER)
    for user in (host, viewer):
        report = make_client(user).get(f"/api/sessions/{session.pk}/attendance").json()
        assert len(report["results"]) == 2
        people = [row["participant"] for row in report["results"]]
        assert {person["identity"] for person in people} == {None}
        assert [row["identity"] for row in report["unmatched"]] == [None]


def test_a_host_whose_registration_is_cancelled_sees_nobody_else() -> None:
    session = make_session()
    seen(session, make_participant(session.event), 0, 60)
    host = make_user()
    make_participant(session.event, user=host, role="host", registration="cancelled")
    report = make_client(host).get(f"/api/sessions/{session.pk}/attendance").json()
    assert report["results"] == []
    assert "unmatched" not in report


def test_the_same_report_again_is_304() -> None:
    session = make_session()
    person = make_participant(session.event)
    seen(session, person, 0, 60)
    client = organizer(session)
    path = f"/api/sessions/{session.pk}/attendance"
    etag = client.get(path)["ETag"]
    assert client.get(path, headers={"if-none-match": etag}).status_code == 304
    assert client.get(path, headers={"if-none-match": f"W/{etag}"}).status_code == 304
    client.post(f"/api/sessions/{session.pk}/calculate")
    assert client.get(path, headers={"if-none-match": etag}).status_code == 200


# --- Who is connected -----------------------------------------------------------------


def status_at(session: LiveSession, user: User, minute: float) -> dict[str, Any]:
    with time_machine.travel(START + minute * MINUTE, tick=False):
        answer = make_client(user).get(f"/api/sessions/{session.pk}/attendance-status")
    status: dict[str, Any] = answer.json()
    return status


def test_who_is_connected_and_since_when() -> None:
    session = make_session()
    here, gone = make_participant(session.event), make_participant(session.event)
    seen(session, here, -5, 10)
    seen(session, here, 20, None)
    seen(session, gone, 0, 15)
    user = make_member(session.event.organization)
    status = status_at(session, user, 30)
    assert (status["session"], status["running"]) == (session.pk, True)
    rows = {row["participant"]["id"]: row for row in status["participants"]}
    assert rows[here.pk]["connected"] is True
    assert rows[here.pk]["connected_since"] == "2026-03-02T10:20:00Z"
    assert rows[here.pk]["attended_seconds"] == 600
    assert rows[gone.pk]["connected"] is False
    assert rows[gone.pk]["connected_since"] is None
    assert rows[gone.pk]["attended_seconds"] == 900


def test_nothing_changes_by_itself_while_somebody_is_connected() -> None:
    session = make_session()
    seen(session, make_participant(session.event), 0, None)
    user = make_member(session.event.organization)
    path = f"/api/sessions/{session.pk}/attendance-status"
    with time_machine.travel(START + 10 * MINUTE, tick=False) as clock:
        client = make_client(user)
        etag = client.get(path)["ETag"]
        clock.shift(20 * MINUTE)
        assert client.get(path, headers={"if-none-match": etag}).status_code == 304


def test_attendees_see_only_whether_they_are_connected() -> None:
    session = make_session()
    me, user = attendee(session)
    seen(session, me, 0, None)
    seen(session, make_participant(session.event), 0, None)
    [row] = status_at(session, user, 5)["participants"]
    assert (row["participant"]["id"], row["connected"]) == (me.pk, True)
    assert row["participant"]["identity"] is None


def test_before_and_after_its_time_a_session_does_not_run() -> None:
    session = make_session()
    user = make_member(session.event.organization)
    running = {
        minute: status_at(session, user, minute)["running"]
        for minute in (-1, 0, 59.9, 60)
    }
    assert running == {-1: False, 0: True, 59.9: True, 60: False}


def test_a_connection_that_nobody_ended_is_not_one_forever() -> None:
    session = make_session()
    seen(session, make_participant(session.event), 0, None)
    user = make_member(session.event.organization)
    assert status_at(session, user, 70)["participants"][0]["connected"] is True
    assert status_at(session, user, 121)["participants"][0]["connected"] is False


def test_a_cancelled_session_neither_runs_nor_connects() -> None:
    session = make_session(make_event(), cancelled_at=START)
    seen(session, make_participant(session.event), 0, None)
    status = status_at(session, make_member(session.event.organization), 5)
    assert status["running"] is False
    assert status["participants"][0]["connected"] is False
