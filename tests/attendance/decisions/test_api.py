"""REST of marks, check-ins and the log, as people use it."""

import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from attendance.models import Attendance, AttendanceChange
from attendance.report_rows.serializers import ReportRowSerializer
from events.models import Event, Participant, Registration, Role, User
from sessions_app.models import LiveSession
from tests.attendance.pages import AFTERWARDS, be_there, calculate, make_lesson
from tests.factories import (
    START,
    change_person,
    make_client,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lesson() -> LiveSession:
    """Ana was there, Ben was not; calculated."""
    session, [ana, _ben] = make_lesson("Ana Ben")
    be_there(session, ana)
    calculate(session)
    return session


@pytest.fixture
def event(lesson: LiveSession) -> Event:
    return lesson.event


@pytest.fixture
def ana(event: Event) -> Participant:
    return event.participants.get(person__name="Ana")


@pytest.fixture
def ben(event: Event) -> Participant:
    return event.participants.get(person__name="Ben")


@pytest.fixture
def client(event: Event) -> APIClient:
    return make_client(make_member(event.organization))


@pytest.fixture
def admin(event: Event) -> APIClient:
    return make_client(make_member(event.organization, Role.ADMIN))


@pytest.fixture
def host(event: Event) -> APIClient:
    user = make_user()
    make_participant(event, user=user, role="host")
    return make_client(user)


def mark(client: APIClient, person: Participant, **said: Any) -> Any:
    if isinstance(session := said.get("session"), LiveSession):
        said["session"] = session.pk
    return client.patch(f"/api/participants/{person.pk}/attendance", said)


def check_in(client: APIClient, person: Participant, **said: Any) -> Any:
    return client.post(f"/api/participants/{person.pk}/check-in", said)


def undo(client: APIClient, person: Participant, **said: Any) -> Any:
    newest = person.attendance_changes.latest("pk")
    return client.post(f"/api/attendance-changes/{newest.pk}/undo", said)


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]


# Marks


def test_a_mark_answers_with_the_decision_in_the_shape_of_a_report_row(
    client: APIClient, lesson: LiveSession, ben: Participant
) -> None:
    answer = mark(client, ben, status="excused", notes="Ill.", session=lesson)
    assert answer.status_code == 200
    decision = answer.json()
    assert decision.keys() == ReportRowSerializer().fields.keys()
    assert decision["status"] == "excused"
    assert (decision["source"], decision["computed_status"]) == ("manual", "absent")
    assert decision["marked_by"]["username"] in decision["explanation"]
    assert "“Ill.” Calculated: absent." in decision["explanation"]
    report = client.get(f"/api/sessions/{lesson.pk}/attendance").json()
    assert decision in report["results"]


def test_without_a_session_it_is_about_the_event_and_has_no_figures(
    client: APIClient, ana: Participant
) -> None:
    decision = mark(client, ana, status="present").json()
    assert decision.keys() == ReportRowSerializer().fields.keys()
    assert Attendance.objects.get(session=None).status == "present"
    assert (decision["attended_seconds"], decision["percentage"]) == (None, None)
    assert (decision["derived"], decision["intervals"]) == (False, [])


def test_a_person_who_waits_for_a_place_is_in_the_report_once_marked(
    client: APIClient, lesson: LiveSession
) -> None:
    waiting = make_participant(lesson.event, registration=Registration.WAITLISTED)
    path = f"/api/sessions/{lesson.pk}/attendance"
    assert len(client.get(path).json()["results"]) == 2
    mark(client, waiting, status="present", session=lesson)
    decision = client.get(path).json()["results"]
    assert waiting.pk in [row["participant"]["id"] for row in decision]
    rows = client.get(f"/api/reports?session={lesson.pk}").json()
    assert rows["count"] == 3
    assert undo(client, waiting).json()["status"] == "unknown"
    assert len(client.get(path).json()["results"]) == 2


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({}, ["status"]),
        ({"status": "asleep"}, ["status"]),
        ({"status": "unknown"}, ["status"]),
        ({"status": "late", "source": "livekit_auto"}, ["source"]),
        ({"status": "late", "session": 0}, ["session"]),
        ({"status": "late", "notes": "x" * 2001}, ["notes"]),
        ({"status": "late", "notes": "a\0b"}, ["notes"]),
    ],
)
def test_what_is_wrong_in_a_mark_is_named(
    client: APIClient, ana: Participant, said: dict[str, Any], named: list[str]
) -> None:
    answer = mark(client, ana, **said)
    assert (answer.status_code, fields(answer)) == (400, named)
    assert not AttendanceChange.objects.filter(source="manual").exists()


def test_a_session_of_another_event_does_not_exist_here(
    client: APIClient, ana: Participant
) -> None:
    other = make_session(make_event(ana.event.organization))
    for session in (other, make_session()):
        answer = mark(client, ana, status="late", session=session)
        assert (answer.status_code, fields(answer)) == (400, ["session"])
        came = check_in(client, ana, session=session.pk)
        assert (came.status_code, fields(came)) == (400, ["session"])


def test_only_admins_override_and_only_they_change_an_override(
    client: APIClient, admin: APIClient, lesson: LiveSession, ben: Participant
) -> None:
    said = {"status": "present", "session": lesson, "source": "admin_override"}
    assert mark(client, ben, **said).status_code == 403
    assert mark(admin, ben, **said).json()["source"] == "admin_override"
    refused = mark(client, ben, status="absent", session=lesson)
    assert (refused.status_code, fields(refused)) == (409, ["status"])
    assert undo(client, ben, reason="No").status_code == 403
    assert undo(admin, ben, reason="Yes").json()["status"] == "absent"
    # Taking that back would override again.
    assert undo(client, ben).status_code == 403


def test_hosts_mark_their_sessions_and_nothing_else(
    host: APIClient, lesson: LiveSession, ben: Participant, client: APIClient
) -> None:
    decision = mark(host, ben, status="late", session=lesson).json()
    assert (decision["status"], decision["participant"]["identity"]) == ("late", None)
    refused = mark(host, ben, status="late")
    assert (refused.status_code, fields(refused)) == (403, ["session"])
    bulk = {"marks": [{"participant": ben.pk, "status": "present"}]}
    path = f"/api/events/{lesson.event.pk}/attendance/bulk"
    assert host.post(path, bulk).status_code == 403
    assert host.post(path, bulk | {"session": lesson.pk}).status_code == 200
    assert undo(host, ben).json()["status"] == "late"
    mark(client, ben, status="excused")
    assert undo(host, ben).status_code == 403
    assert undo(client, ben).status_code == 200


def test_a_host_who_cancelled_marks_nobody(
    lesson: LiveSession, ben: Participant
) -> None:
    user = make_user()
    make_participant(lesson.event, user=user, role="host", registration="cancelled")
    answer = mark(make_client(user), ben, status="late", session=lesson)
    assert answer.status_code == 404


def test_who_may_not_is_told_so_before_what_is_wrong_with_it(
    event: Event, ana: Participant
) -> None:
    viewer = make_client(make_member(event.organization, Role.VIEWER))
    assert mark(viewer, ana, status="asleep").status_code == 403
    assert check_in(viewer, ana, method="shout").status_code == 403


# Many at once


def bulk(client: APIClient, event: Event, marks: Any, **said: Any) -> Any:
    return client.post(
        f"/api/events/{event.pk}/attendance/bulk", {"marks": marks, **said}
    )


def test_many_are_marked_and_answered_in_their_order(
    client: APIClient, lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    marks = [
        {"participant": ben.pk, "status": "late", "notes": "Train"},
        {"participant": ana.pk, "status": "absent"},
    ]
    results = bulk(client, lesson.event, marks, session=lesson.pk).json()["results"]
    assert [row["participant"]["id"] for row in results] == [ben.pk, ana.pk]
    assert [row["status"] for row in results] == ["late", "absent"]
    assert results[0]["notes"] == "Train"


def test_what_is_wrong_is_named_and_nobody_is_marked(
    client: APIClient, lesson: LiveSession, ana: Participant
) -> None:
    stranger = make_participant(make_event(lesson.event.organization))
    good = {"participant": ana.pk, "status": "late"}
    for bad, named in [
        ({"participant": ana.pk, "status": "asleep"}, "marks[1].status"),
        ({"participant": stranger.pk, "status": "late"}, "marks[1].participant"),
        ({"participant": 2**70, "status": "late"}, "marks[1].participant"),
        (good, "marks[1].participant"),
    ]:
        answer = bulk(client, lesson.event, [good, bad], session=lesson.pk)
        assert (answer.status_code, fields(answer)) == (400, [named])
    assert fields(bulk(client, lesson.event, [])) == ["marks"]
    assert fields(bulk(client, lesson.event, [good] * 5001)) == ["marks"]


def test_too_many_marks_are_counted_before_any_is_looked_at(
    client: APIClient, event: Event
) -> None:
    # Each would leave a kilobyte of errors.
    tracemalloc.start()
    answer = bulk(client, event, [{}] * 64_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    [error] = answer.json()["errors"]
    assert error["field"] == "marks"
    assert "at most 5000 people" in error["detail"]
    assert peak < 30 * 2**20
    assert not AttendanceChange.objects.filter(source="manual").exists()


def test_one_conflict_among_many_leaves_all_unmarked(
    client: APIClient,
    admin: APIClient,
    lesson: LiveSession,
    ana: Participant,
    ben: Participant,
) -> None:
    mark(admin, ben, status="excused", source="admin_override", session=lesson)
    both = [{"participant": one.pk, "status": "late"} for one in (ana, ben)]
    answer = bulk(client, lesson.event, both, session=lesson.pk)
    assert (answer.status_code, fields(answer)) == (409, ["marks[1].status"])
    alone = bulk(client, lesson.event, both[1:], session=lesson.pk)
    assert fields(alone) == ["marks[0].status"]
    assert not ana.attendance_changes.filter(source="manual").exists()


# Check-ins


def test_a_check_in_answers_with_the_decision_and_again_says_so() -> None:
    session, [ana] = make_lesson("Ana")
    client = make_client(make_member(session.event.organization))
    with time_machine.travel(START + 5 * MINUTE, tick=False):
        first = check_in(client, ana, method="qr", notes="Blue coat").json()
    assert (first["status"], first["source"]) == ("present", "check_in")
    assert first["check_in_method"] == "qr"
    assert first["checked_in_at"] == "2026-03-02T10:05:00Z"
    assert first["check_in_received_at"] == "2026-03-02T10:05:00Z"
    assert first["notes"] == "Blue coat"
    assert not first["already_checked_in"]
    assert first.keys() - {"already_checked_in"} == ReportRowSerializer().fields.keys()
    with time_machine.travel(START + 30 * MINUTE, tick=False):
        again = check_in(client, ana).json()
    assert again == first | {"already_checked_in": True}
    assert AttendanceChange.objects.count() == 1


def test_a_tap_that_arrives_later_counts_from_when_it_happened() -> None:
    session, [ana] = make_lesson("Ana")
    client = make_client(make_member(session.event.organization))
    with time_machine.travel(START + 50 * MINUTE, tick=False):
        came = check_in(client, ana, checked_in_at="2026-03-02T13:05:00+03:00").json()
        early = check_in(client, ana, checked_in_at="2026-03-01T10:00:00Z")
    assert came["status"] == "present"
    assert came["checked_in_at"] == "2026-03-02T10:05:00Z"
    assert came["check_in_received_at"] == "2026-03-02T10:50:00Z"
    assert came["explanation"].endswith("at 10:05 (received at 10:50)")
    assert (early.status_code, fields(early)) == (400, ["checked_in_at"])


def test_a_host_checks_in_at_the_only_session_of_the_event(
    host: APIClient, ben: Participant, lesson: LiveSession
) -> None:
    with time_machine.travel(START, tick=False):
        assert check_in(host, ben).json()["status"] == "present"
        other = make_session(lesson.event, starts_at=START + timedelta(days=1))
        ana = lesson.event.participants.get(person__name="Ana")
        assert check_in(host, ana).status_code == 403
        assert check_in(host, ana, session=other.pk).status_code == 200


# The event as a whole


def test_everyone_is_listed_also_before_any_decision(
    client: APIClient, event: Event
) -> None:
    make_participant(event, name="Cem", registration="waitlisted")
    make_participant(event, name="Dan", registration="cancelled")
    answer = client.get(f"/api/events/{event.pk}/attendance").json()
    assert [row["participant"]["name"] for row in answer["results"]] == [
        "Ana",
        "Ben",
        "Cem",
    ]
    assert {row["status"] for row in answer["results"]} == {"unknown"}
    row = answer["results"][0]
    assert row.keys() == ReportRowSerializer().fields.keys()
    assert row["explanation"] == "Unknown: no decision yet"
    assert (answer["count"], answer["summary"]["unknown"]) == (3, 3)


def test_what_follows_says_from_what(
    client: APIClient, event: Event, ana: Participant, lesson: LiveSession
) -> None:
    make_session(event, title="Second", starts_at=START + timedelta(days=1))
    second = event.sessions.get(title="Second")
    mark(client, ana, status="partial", session=second)
    with time_machine.travel(START + timedelta(days=3), tick=False):
        done = client.post(f"/api/events/{event.pk}/complete")
    assert done.json()["state"] == "completed"
    path = f"/api/events/{event.pk}/attendance"
    [row] = client.get(f"{path}?status=present").json()["results"]
    assert (row["participant"]["name"], row["derived"]) == ("Ana", True)
    assert row["marked_by"] is None
    assert row["explanation"] == (
        "Present: 90 of 120 minutes (75 %) in 2 counted sessions"
    )
    [other] = client.get(f"{path}?status=absent").json()["results"]
    assert other["explanation"] == (
        "Absent: 0 of 60 minutes (0 %) in 1 counted session (1 not counted)"
    )
    assert client.get(f"{path}?status=asleep").status_code == 400
    assert client.post(f"/api/events/{event.pk}/reopen").json()["state"] == "scheduled"
    assert client.get(f"{path}?status=unknown").json()["count"] == 2
    assert client.post(f"/api/events/{event.pk}/reopen").status_code == 409


def test_an_event_is_not_completed_while_a_session_runs(
    client: APIClient, event: Event
) -> None:
    with time_machine.travel(START + 30 * MINUTE, tick=False):
        answer = client.post(f"/api/events/{event.pk}/complete")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("session_running")


def test_attendees_see_their_own_decision_and_history_alone(
    client: APIClient, event: Event, ana: Participant, ben: Participant
) -> None:
    user = make_user()
    change_person(Participant.objects.get(pk=ana.pk), user=user)
    for person in (ana, ben):
        mark(client, person, status="present")
    own = make_client(user)
    decisions = own.get(f"/api/events/{event.pk}/attendance").json()
    assert [row["participant"]["id"] for row in decisions["results"]] == [ana.pk]
    assert decisions["summary"]["present"] == 1
    entries = own.get(f"/api/events/{event.pk}/attendance-changes").json()["results"]
    assert {entry["participant"] for entry in entries} == {ana.pk}
    path = f"/api/participants/{ana.pk}/attendance-changes"
    assert own.get(path).json()["results"] == entries


# The log


def test_an_entry_says_who_when_from_what_to_what_and_why(
    event: Event, lesson: LiveSession, ben: Participant
) -> None:
    user: User = make_member(event.organization)
    client = make_client(user)
    with time_machine.travel(AFTERWARDS, tick=False):
        mark(client, ben, status="excused", notes="Ill", session=lesson)
        undo(client, ben, reason="A mistake")
    path = f"/api/participants/{ben.pk}/attendance-changes"
    undone, marked, computed = client.get(path).json()["results"]
    assert marked.pop("at").endswith("Z")
    assert marked == {
        "id": marked["id"],
        "participant": ben.pk,
        "session": lesson.pk,
        "from_status": "absent",
        "to_status": "excused",
        "from_source": "livekit_auto",
        "source": "manual",
        "actor": {"id": user.pk, "username": user.username},
        "reason": "Ill",
        "undoes": None,
    }
    assert (undone["undoes"], undone["reason"]) == (marked["id"], "A mistake")
    assert (computed["actor"], computed["reason"]) == (None, "")


def test_the_log_is_filtered_and_read_by_a_cursor(
    event: Event, lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    user = make_member(event.organization)
    client = make_client(user)
    mark(client, ana, status="late")
    mark(client, ben, status="late", session=lesson)
    path = f"/api/events/{event.pk}/attendance-changes"

    def found(query: str) -> list[int]:
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 200
        return [entry["participant"] for entry in answer.json()["results"]]

    assert found("source=manual") == [ben.pk, ana.pk]
    assert found(f"actor={user.pk}&session={lesson.pk}") == [ben.pk]
    assert found(f"participant={ana.pk}&source=manual") == [ana.pk]
    assert found("actor=999999999") == []
    assert client.get(f"{path}?source=magic").status_code == 400
    assert client.get(f"{path}?actor=me").status_code == 400
    first = client.get(f"{path}?page_size=1").json()
    mark(client, ana, status="present")
    second = client.get(first["next"]).json()["results"]
    assert [first["results"][0]["participant"], second[0]["participant"]] == [
        ben.pk,
        ana.pk,
    ]


def test_many_are_marked_by_as_many_queries_as_few(
    client: APIClient, lesson: LiveSession
) -> None:
    people = [make_participant(lesson.event) for _ in range(45)]

    def queries(some: list[Participant]) -> int:
        marks = [{"participant": one.pk, "status": "late"} for one in some]
        with CaptureQueriesContext(connection) as captured:
            answer = bulk(client, lesson.event, marks, session=lesson.pk)
        assert answer.status_code == 200
        return len(captured)

    assert queries(people[:5]) == queries(people[5:])
