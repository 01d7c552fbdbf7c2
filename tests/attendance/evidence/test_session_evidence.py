"""What a calculation reads: exact instants, people by identity, strangers apart."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.evidence.session_evidence import (
    Attempts,
    read_evidence,
    read_roster,
    read_sessions,
    read_strangers,
)
from attendance.rules.calculation import Stay
from sessions_app.models import LiveSession
from tests.factories import (
    START,
    make_connection,
    make_event,
    make_link,
    make_participant,
    make_session,
)

pytestmark = pytest.mark.django_db

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)


def minutes(number: float) -> datetime:
    return START + timedelta(minutes=number)


@pytest.fixture
def lesson() -> LiveSession:
    return make_session(make_event())


def test_instants_are_exact_to_the_microsecond_in_every_year() -> None:
    chance = Random(2000)  # noqa: S311
    event = make_event()
    for year in range(2000, 2101):
        start = datetime(year, chance.randint(1, 12), 1, tzinfo=UTC)
        make_session(
            event,
            starts_at=start + timedelta(microseconds=chance.randrange(10**6)),
            ends_at=start + timedelta(hours=1, microseconds=chance.randrange(10**6)),
        )
    stored = {session.pk: session for session in LiveSession.objects.all()}
    for inputs in read_sessions(stored):
        session = stored[inputs.session_id]
        assert inputs.window_start == microseconds(session.starts_at)
        assert inputs.window_end == microseconds(session.ends_at)


def test_sessions_come_in_order_with_their_event_and_real_end(
    lesson: LiveSession,
) -> None:
    lesson.ended_at = minutes(30)
    lesson.save()
    other = make_session(lesson.event)
    one, two = read_sessions([other.pk, lesson.pk])
    assert (one.session_id, two.session_id) == (lesson.pk, other.pk)
    assert one.window_end == microseconds(minutes(30))
    assert (one.event_id, one.organization_id) == (
        lesson.event_id,
        lesson.event.organization_id,
    )


def test_everybodys_stays_are_apart(lesson: LiveSession) -> None:
    ana, ben = (make_participant(lesson.event) for _ in range(2))
    make_connection(lesson, identity=ana.identity, left_at=minutes(10))
    make_connection(lesson, identity=ana.identity, joined_at=minutes(20))
    make_connection(lesson, identity=ben.identity, source="whiteboard")
    make_connection(lesson, identity="stranger")
    evidence = read_evidence([lesson.pk])[lesson.pk]
    assert sorted(dict(evidence.people[ana.pk].by_source)["livekit_auto"]) == [
        Stay(microseconds(START), microseconds(minutes(10)), inferred=False),
        Stay(microseconds(minutes(20)), None, inferred=True),
    ]
    assert not dict(evidence.people[ana.pk].by_source)["whiteboard_auto"]
    assert not dict(evidence.people[ben.pk].by_source)["livekit_auto"]
    assert len(dict(evidence.people[ben.pk].by_source)["whiteboard_auto"]) == 1
    [stranger] = evidence.strangers
    assert len(dict(stranger.by_source)["livekit_auto"]) == 1


def test_both_sources_of_one_person_stand_side_by_side(lesson: LiveSession) -> None:
    ana = make_participant(lesson.event)
    make_connection(lesson, identity=ana.identity, source="whiteboard")
    make_connection(lesson, identity=ana.identity)
    make_connection(
        lesson,
        identity=ana.identity,
        is_established=False,
        joined_at=minutes(5),
        aborted_at=minutes(6),
    )
    seen = read_evidence([lesson.pk])[lesson.pk].people[ana.pk]
    lengths = [(source, len(stays)) for source, stays in seen.by_source]
    assert lengths == [("livekit_auto", 1), ("whiteboard_auto", 1)]
    at = microseconds(minutes(5))
    assert seen.attempts == Attempts(1, at, at)


def test_a_session_in_which_nothing_was_seen_is_missing(lesson: LiveSession) -> None:
    other = make_session(lesson.event)
    make_connection(other)
    assert read_evidence([lesson.pk, other.pk]).keys() == {other.pk}


def test_a_link_may_join_several_identities_to_one_person(lesson: LiveSession) -> None:
    ana = make_participant(lesson.event)
    for device in ("phone", "tablet"):
        make_link(ana, device)
        make_connection(lesson, identity=device)
    make_connection(lesson, identity=ana.identity)
    evidence = read_evidence([lesson.pk])[lesson.pk]
    assert len(dict(evidence.people[ana.pk].by_source)["livekit_auto"]) == 3
    assert evidence.strangers == []


def test_strangers_are_listed_by_identity_and_arrival(lesson: LiveSession) -> None:
    make_connection(lesson, identity="zoe", name="Zoe", kind="SIP")
    make_connection(lesson, identity="zoe", joined_at=minutes(30))
    make_connection(lesson, identity="abe", joined_at=minutes(5))
    make_connection(
        lesson,
        identity="tried",
        joined_at=minutes(6),
        aborted_at=minutes(7),
        is_established=False,
    )
    found = read_strangers(lesson.pk)
    assert [one.identity for one in found] == ["zoe", "abe", "tried"]
    assert (found[0].name, found[0].kind) == ("Zoe", "SIP")
    assert [len(dict(one.evidence.by_source)["livekit_auto"]) for one in found] == [
        2,
        1,
        0,
    ]
    assert found[2].evidence.attempts.number == 1


def test_connections_without_an_identity_are_strangers_of_their_own(
    lesson: LiveSession,
) -> None:
    make_connection(lesson, identity=None, sid="PA_1")
    make_connection(lesson, identity=None, sid="PA_2")
    assert len(read_strangers(lesson.pk)) == 2


def test_the_roster_leaves_out_onlookers(
    lesson: LiveSession,
) -> None:
    expected = {
        registration: make_participant(lesson.event, registration=registration).pk
        for registration in ("registered", "walk_in", "waitlisted", "cancelled")
    }
    make_participant(lesson.event, registration="viewed")
    rows = {row.participant_id: row.is_expected for row in read_roster([lesson.pk])}
    assert rows == {
        expected["registered"]: True,
        expected["walk_in"]: True,
        expected["waitlisted"]: False,
        expected["cancelled"]: False,
    }


def test_each_reading_is_one_query_for_any_number_of_sessions(
    lesson: LiveSession,
) -> None:
    sessions = [lesson.pk, *(make_session(lesson.event).pk for _ in range(5))]
    with CaptureQueriesContext(connection) as queries:
        read_sessions(sessions)
        read_evidence(sessions)
        read_roster(sessions)
    assert len(queries) == 3
