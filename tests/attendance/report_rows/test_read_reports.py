from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.calculating.sessions import calculate_session, say_held
from attendance.policies.effective import PolicyScope, set_policy
from attendance.report_rows.read_reports import session_report
from attendance.report_rows.report import Report
from attendance.rules.calculation import Policy
from events.models import ParticipantRole, Registration, Role, User
from sessions_app.models import LiveSession
from tests.factories import (
    START,
    make_connection,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_presence_event,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

END = START + timedelta(hours=1)
LATER = END + timedelta(minutes=10)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


@pytest.fixture
def session() -> LiveSession:
    return make_session()


@pytest.fixture
def organizer(session: LiveSession) -> User:
    return make_member(session.event.organization)


def report(session: LiveSession, user: User, now: datetime = LATER) -> Report:
    return session_report(session, user=user, now=now)


def rows(found: Report) -> dict[str, dict[str, Any]]:
    return {row["participant"]["name"]: row for row in found.as_dict()["results"]}


def test_everybody_expected_has_a_row_also_before_the_calculation(
    session: LiveSession, organizer: User
) -> None:
    make_participant(session.event, name="Ana")
    make_participant(session.event, name="Ben", registration=Registration.WALK_IN)
    found = rows(report(session, organizer))
    assert set(found) == {"Ana", "Ben"}
    ana = found["Ana"]
    assert ana["status"] == "unknown"
    figures = ("computed_status", "source", "attended_seconds", "percentage")
    assert [ana[name] for name in figures] == [None] * 4


def test_intervals_so_far_are_shown_while_the_session_runs(
    session: LiveSession, organizer: User
) -> None:
    ana = make_participant(session.event, name="Ana")
    make_connection(session, identity=ana.identity, joined_at=at(5))
    [interval] = rows(report(session, organizer, now=at(20)))["Ana"]["intervals"]
    assert (interval["joined_at"], interval["left_at"]) == (at(5), at(20))
    assert interval["inferred"]


def test_waitlisted_people_are_listed_only_if_they_came(
    session: LiveSession, organizer: User
) -> None:
    came = make_participant(session.event, registration=Registration.WAITLISTED)
    make_participant(session.event, registration=Registration.WAITLISTED)
    make_connection(session, identity=came.identity, left_at=at(50))
    calculate_session(session, now=LATER)
    assert set(rows(report(session, organizer))) == {came.name}


def test_cancelled_people_who_came_are_unmatched(
    session: LiveSession, organizer: User
) -> None:
    person = make_participant(session.event, registration=Registration.CANCELLED)
    make_connection(session, identity=person.identity, left_at=at(30))
    calculate_session(session, now=LATER)
    found = report(session, organizer).as_dict()
    assert found["results"] == []
    [stranger] = found["unmatched"]
    assert stranger["identity"] == person.identity
    assert stranger["attended_seconds"] == 30 * 60


def test_a_calculated_row_has_the_promised_figures(
    session: LiveSession, organizer: User
) -> None:
    ana = make_participant(session.event, name="Ana")
    make_connection(session, identity=ana.identity, joined_at=at(3.5), left_at=at(55.5))
    calculate_session(session, now=LATER)
    row = rows(report(session, organizer))["Ana"]
    assert row["status"] == row["computed_status"] == "present"
    assert row["attended_seconds"] == 52 * 60
    assert row["attended_minutes"] == 52
    assert row["percentage"] == 86.67
    assert row["meeting_enter_time"] == at(3.5)
    assert row["meeting_leave_time"] == at(55.5)
    assert (row["is_late"], row["late_minutes"], row["join_count"]) == (False, 3, 1)
    assert row["is_auto_calculated"]
    assert row["explanation"] == (
        "Present: 52 of 60 minutes (87 %), first seen at 10:03, "
        "within the 15-minute grace period"
    )


def test_an_attendee_sees_their_own_row_alone(session: LiveSession) -> None:
    user = make_user()
    make_participant(session.event, name="Ana", user=user)
    make_participant(session.event, name="Ben")
    found = report(session, user).as_dict()
    [row] = found["results"]
    assert row["participant"]["name"] == "Ana"
    assert "unmatched" not in found


@pytest.mark.parametrize("role", [Role.VIEWER, "host"])
def test_viewers_and_hosts_see_everybody_but_no_identity(
    session: LiveSession, role: str
) -> None:
    if role == "host":
        user = make_user()
        make_participant(session.event, user=user, role=ParticipantRole.HOST)
    else:
        user = make_member(session.event.organization, Role.VIEWER)
    make_participant(session.event, name="Ana")
    make_connection(session, identity="stranger", left_at=at(10))
    found = report(session, user).as_dict()
    assert "Ana" in {row["participant"]["name"] for row in found["results"]}
    assert {row["participant"]["identity"] for row in found["results"]} == {None}
    assert [row["identity"] for row in found["unmatched"]] == [None]


def test_a_host_of_another_event_is_nobody_here(session: LiveSession) -> None:
    user = make_user()
    other = make_event(session.event.organization)
    make_participant(other, user=user, role=ParticipantRole.HOST)
    make_participant(session.event, user=user)
    make_participant(session.event)
    assert len(report(session, user).rows) == 1


def test_a_session_in_which_nobody_was_seen_asks_and_can_be_counted_as_held(
    session: LiveSession, organizer: User
) -> None:
    ana = make_participant(session.event, name="Ana")
    calculate_session(session, now=LATER)
    found = report(session, organizer)
    assert found.nobody_seen
    assert found.summary["unknown"] == 1
    [change] = say_held(session, actor=organizer, now=LATER) or []
    assert (change.participant_id, change.to_status) == (ana.pk, "absent")
    assert ana.attendance_changes.get().actor == organizer
    row = rows(report(session, organizer))["Ana"]
    assert (row["status"], row["source"]) == ("absent", "system_default")
    assert row["computed_status"] is None


def test_facts_that_come_later_beat_an_empty_session_counted_as_held(
    session: LiveSession, organizer: User
) -> None:
    ana = make_participant(session.event, name="Ana")
    calculate_session(session, now=LATER)
    say_held(session, actor=organizer, now=LATER)
    make_connection(session, identity=ana.identity, left_at=at(58))
    calculate_session(session, now=LATER, force=True)
    row = rows(report(session, organizer))["Ana"]
    assert (row["status"], row["source"]) == ("present", "livekit_auto")


def test_a_session_with_people_in_it_is_not_counted_as_empty(
    session: LiveSession, organizer: User
) -> None:
    ana = make_participant(session.event)
    make_connection(session, identity=ana.identity, left_at=at(58))
    calculate_session(session, now=LATER)
    assert say_held(session, actor=organizer, now=LATER) is None


def test_failed_attempts_of_strangers_are_shown(
    session: LiveSession, organizer: User
) -> None:
    make_connection(
        session,
        identity="guest",
        joined_at=at(1),
        aborted_at=at(1.3),
        is_established=False,
    )
    [stranger] = report(session, organizer).as_dict()["unmatched"]
    assert (stranger["failed_attempts"], stranger["attended_seconds"]) == (1, 0)


def test_the_number_of_queries_does_not_grow_with_people(
    session: LiveSession, organizer: User
) -> None:
    counts = []
    for people in (2, 12):
        for _ in range(people):
            person = make_participant(session.event)
            make_connection(session, identity=person.identity, left_at=at(40))
        calculate_session(session, now=LATER, force=True)
        with CaptureQueriesContext(connection) as queries:
            report(session, organizer).as_dict()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 11


def test_a_policy_of_the_session_decides_and_is_shown(organizer: User) -> None:
    session = make_session(make_event(make_organization()))
    user = make_member(session.event.organization)
    ana = make_participant(session.event, name="Ana")
    make_connection(session, identity=ana.identity, joined_at=at(20), left_at=at(56))
    session.event.organization.policies.create(session=session, grace_minutes=30)
    calculate_session(session, now=LATER)
    found = report(session, user)
    assert found.policy.grace_minutes == 30
    assert rows(found)["Ana"]["status"] == "present"


def test_the_policy_is_that_of_the_rows_not_of_people_who_only_look_since(
    session: LiveSession, organizer: User
) -> None:
    ana = make_participant(session.event, name="Ana")
    gone = make_participant(session.event)
    make_connection(session, identity=ana.identity, left_at=at(50))
    calculate_session(session, now=LATER)
    gone.registration = Registration.VIEWED
    gone.save()
    set_policy(PolicyScope(session.event.organization), Policy(grace_minutes=5))
    calculate_session(session, now=LATER, force=True)
    found = report(session, organizer)
    assert found.policy.grace_minutes == 5
    [row] = found.as_dict()["results"]
    assert "within the 5-minute grace period" in row["explanation"]


def test_facts_are_those_around_the_session(
    session: LiveSession, organizer: User
) -> None:
    for minute in (-55, 0, 30, 115):
        make_presence_event(session, occurred_at=at(minute))
    make_presence_event(session, occurred_at=at(200), joined_at=at(10))
    for minute in (-24 * 60, -65, 125, 24 * 60):
        make_presence_event(session, occurred_at=at(minute))
    assert report(session, organizer).facts == 5


def test_decisions_of_a_cancelled_session_are_void(
    session: LiveSession, organizer: User
) -> None:
    assert report(session, organizer).as_dict()["session"]["void"] is False
    session.cancelled_at = LATER
    assert report(session, organizer).as_dict()["session"]["void"] is True
