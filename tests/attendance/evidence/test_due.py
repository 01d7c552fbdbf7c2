"""Which sessions are calculated, and when: the query that finds the work."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from attendance.calculating.sessions import calculate_sessions
from attendance.evidence import due
from attendance.evidence.due import Selection
from attendance.models import AttendancePolicy, SessionCalculation
from events.models import (
    Event,
    KnownIdentity,
    Participant,
    Registration,
)
from events.roster.places import change_participant
from sessions_app.models import Connection, LiveSession, PresenceEvent
from tests.factories import (
    START,
    change_person,
    make_event,
    make_link,
    make_participant,
    make_participants,
    make_person,
    make_presence_event,
    make_session,
    make_user,
)
from tests.webhooks import Room, deliver_all

pytestmark = pytest.mark.django_db

END = START + timedelta(hours=1)
SOON = END + timedelta(minutes=10)


@pytest.fixture
def lesson() -> LiveSession:
    """10:00 to 11:00, with one person on its roster."""
    session = make_session()
    make_participant(session.event, identity="ana")
    return session


def run(now: datetime = SOON) -> list[int]:
    """Calculate what is due and return which sessions that were."""
    outcome = calculate_sessions(Selection(now=now))
    assert not outcome.failed
    return list(outcome.calculated)


# Time


def test_a_session_that_was_never_calculated_is_due(lesson: LiveSession) -> None:
    assert run() == [lesson.pk]


def test_what_was_calculated_is_not_due_again(lesson: LiveSession) -> None:
    deliver_all(*Room(lesson).stay("ana", 0, 60))
    assert (run(), run(), run(SOON + timedelta(days=3))) == ([lesson.pk], [], [])


@pytest.mark.parametrize(
    ("after_end", "is_due"),
    [
        (timedelta(minutes=-30), False),
        (timedelta(minutes=4, seconds=59), False),
        (timedelta(minutes=5), True),
        (timedelta(days=7, seconds=-1), True),
        (timedelta(days=7), False),
    ],
)
def test_it_is_due_from_five_minutes_to_seven_days_after_its_end(
    lesson: LiveSession, after_end: timedelta, *, is_due: bool
) -> None:
    assert run(END + after_end) == [lesson.pk] * is_due


@pytest.mark.parametrize("minutes", [30, 90])
def test_the_end_is_when_it_really_ended(lesson: LiveSession, minutes: int) -> None:
    lesson.ended_at = START + timedelta(minutes=minutes)
    lesson.save()
    assert run(lesson.ended_at + timedelta(minutes=4)) == []
    assert run(lesson.ended_at + timedelta(minutes=5)) == [lesson.pk]


def test_a_cancelled_session_is_not_due(lesson: LiveSession) -> None:
    lesson.cancelled_at = SOON
    lesson.save()
    assert run() == []


def test_a_session_of_a_draft_is_due() -> None:
    session = make_session(make_event(state="draft"))
    assert run() == [session.pk]


def test_days_can_be_asked_for(lesson: LiveSession) -> None:
    later = END + timedelta(days=30)
    assert calculate_sessions(Selection(now=later)).calculated == {}
    assert calculate_sessions(Selection(now=later, days=31)).calculated.keys() == {
        lesson.pk
    }


def test_a_type_can_be_asked_for(lesson: LiveSession) -> None:
    quran = make_session(lesson.event, session_type="quran")
    selection = Selection(now=SOON, session_type="quran")
    assert list(calculate_sessions(selection).calculated) == [quran.pk]


def test_an_organization_can_be_asked_for(lesson: LiveSession) -> None:
    elsewhere = make_session()
    organization_id = elsewhere.event.organization_id
    selection = Selection(now=SOON, organization_id=organization_id)
    assert list(calculate_sessions(selection).calculated) == [elsewhere.pk]


def test_one_can_be_asked_for_as_soon_as_it_has_ended(lesson: LiveSession) -> None:
    make_session(lesson.event)
    early = Selection(now=END - timedelta(seconds=1), session_id=lesson.pk)
    assert calculate_sessions(early).calculated == {}
    assert list(
        calculate_sessions(Selection(now=END, session_id=lesson.pk)).calculated
    ) == [lesson.pk]


def test_one_can_be_asked_for_however_old_it_is(lesson: LiveSession) -> None:
    later = Selection(now=END + timedelta(days=300), session_id=lesson.pk)
    assert list(calculate_sessions(later).calculated) == [lesson.pk]
    assert calculate_sessions(later).calculated == {}


def test_force_calculates_also_where_nothing_is_new(lesson: LiveSession) -> None:
    run()
    forced = calculate_sessions(Selection(now=SOON, force=True))
    assert list(forced.calculated) == [lesson.pk]


# New facts


@pytest.mark.parametrize(
    "fact",
    [
        lambda room: room.joined("ana", 10),
        lambda room: room.left("ana", 10, 70),
        lambda room: room.joined("stranger", -10),
        lambda room: room.aborted("ana", 59, 60),
        lambda room: room.started(40),
        lambda room: room.finished(50),
        lambda room: room.left("ana", 10, 20) | {"createdAt": "never"},
        lambda room: room.finished(50) | {"createdAt": "never"},
    ],
)
def test_a_new_fact_about_its_time_makes_it_due_once(
    lesson: LiveSession, fact: Callable[[Room], dict[str, object]]
) -> None:
    deliver_all(Room(lesson).joined("ben", 0))
    run()
    deliver_all(fact(Room(lesson)))
    assert (run(), run()) == ([lesson.pk], [])


@pytest.mark.parametrize(
    "fact",
    [
        lambda room: room.joined("ana", 60),
        lambda room: room.left("ana", 61, 70),
        lambda room: room.finished(62),
        lambda room: Room(make_session(room.session.event)).joined("ana", 10),
    ],
)
def test_a_fact_about_later_or_of_another_room_does_not(
    lesson: LiveSession, fact: Callable[[Room], dict[str, object]]
) -> None:
    run()
    deliver_all(fact(Room(lesson)))
    assert lesson.pk not in run()


def test_a_copy_does_not(lesson: LiveSession) -> None:
    stay = Room(lesson).stay("ana", 0, 60)
    deliver_all(*stay)
    run()
    deliver_all(*stay)
    assert run() == []


def test_facts_that_are_purged_long_after_do_not(lesson: LiveSession) -> None:
    deliver_all(*Room(lesson).stay("ana", 0, 60))
    run()
    SessionCalculation.objects.update(
        calculated_at=timezone.now() + timedelta(seconds=61)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL rollcall.maintenance = 'purge'")
        PresenceEvent.objects.all().delete()
    assert run() == []


@pytest.mark.parametrize(("seconds", "is_due"), [(59, True), (61, False)])
def test_a_fact_may_be_committed_a_minute_after_it_was_received(
    lesson: LiveSession, seconds: int, *, is_due: bool
) -> None:
    run()
    calculated_at = SessionCalculation.objects.get().calculated_at
    assert calculated_at
    make_presence_event(lesson, received_at=calculated_at - timedelta(seconds=seconds))
    assert run() == [lesson.pk] * is_due


# Changed inputs


def change_window(lesson: LiveSession) -> None:
    lesson.starts_at += timedelta(minutes=1)
    lesson.save()


def change_window_in_bulk(lesson: LiveSession) -> None:
    LiveSession.objects.filter(pk=lesson.pk).update(ends_at=END - timedelta(minutes=1))


def end_early(lesson: LiveSession) -> None:
    lesson.ended_at = END - timedelta(minutes=20)
    lesson.save(update_fields=["ended_at"])


def change_type(lesson: LiveSession) -> None:
    lesson.session_type = "quran"
    lesson.save()


def change_room(lesson: LiveSession) -> None:
    LiveSession.objects.filter(pk=lesson.pk).update(room_name="school_other")


def cancel_and_restore(lesson: LiveSession) -> None:
    sessions = LiveSession.objects.filter(pk=lesson.pk)
    sessions.update(cancelled_at=SOON)
    sessions.update(cancelled_at=None)


def add_somebody(lesson: LiveSession) -> None:
    make_participant(lesson.event)


def import_people(lesson: LiveSession) -> None:
    make_participants(lesson.event, "abc")


def change_registration_in_bulk(lesson: LiveSession) -> None:
    Participant.objects.filter(event=lesson.event).update(
        registration=Registration.CANCELLED, cancelled_at=SOON
    )


def change_enrolment(lesson: LiveSession) -> None:
    change_participant(
        participant=lesson.event.participants.get(), changes={"enrolled_from": END}
    )


def make_somebody_a_host(lesson: LiveSession) -> None:
    lesson.event.participants.update(role="host")


def remove_somebody(lesson: LiveSession) -> None:
    Participant.objects.filter(event=lesson.event).delete()


def remove_somebody_in_sql(lesson: LiveSession) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_participant")


def link_an_identity(lesson: LiveSession) -> None:
    make_link(lesson.event.participants.get(), "ana's phone")


@pytest.mark.parametrize(
    "change",
    [
        change_window,
        change_window_in_bulk,
        end_early,
        change_type,
        change_room,
        cancel_and_restore,
        add_somebody,
        import_people,
        change_registration_in_bulk,
        change_enrolment,
        make_somebody_a_host,
        remove_somebody,
        remove_somebody_in_sql,
        link_an_identity,
    ],
)
def test_a_change_of_what_decides_makes_it_due_once(
    lesson: LiveSession, change: Callable[[LiveSession], None]
) -> None:
    other = make_session()
    assert run() == [lesson.pk, other.pk]
    change(lesson)
    assert (run(), run()) == ([lesson.pk], [])


def test_a_link_that_is_changed_or_taken_back_makes_it_due(lesson: LiveSession) -> None:
    link_an_identity(lesson)
    run()
    KnownIdentity.objects.update(identity="another")
    assert run() == [lesson.pk]
    KnownIdentity.objects.get().delete()
    assert run() == [lesson.pk]


def test_who_or_what_is_moved_makes_both_events_due(lesson: LiveSession) -> None:
    other = make_session(make_event(lesson.event.organization))
    link_an_identity(lesson)
    run()
    somebody = make_participant(other.event)
    assert run() == [other.pk]
    KnownIdentity.objects.update(person=somebody.person)
    assert (run(), run()) == ([lesson.pk, other.pk], [])
    Participant.objects.filter(pk=somebody.pk).update(event=lesson.event)
    assert (run(), run()) == ([lesson.pk, other.pk], [])


def test_a_link_makes_the_persons_other_events_due(lesson: LiveSession) -> None:
    person = lesson.event.participants.get().person
    other = make_session(make_event(lesson.event.organization))
    there = make_participant(other.event, person=person)
    make_session()
    run()
    link = make_link(there, "ana's phone")
    assert (run(), run()) == ([lesson.pk, other.pk], [])
    link.delete()
    assert (run(), run()) == ([lesson.pk, other.pk], [])


def save_without_a_change(lesson: LiveSession) -> None:
    LiveSession.objects.get(pk=lesson.pk).save()


def rename(lesson: LiveSession) -> None:
    LiveSession.objects.filter(pk=lesson.pk).update(title="Lesson two")


def change_policy(lesson: LiveSession) -> None:
    AttendancePolicy.objects.create(
        organization=lesson.event.organization, grace_minutes=0
    )


def rename_event(lesson: LiveSession) -> None:
    lesson.event.title = "Course"
    lesson.event.save(update_fields=["title"])


def change_who_somebody_is_to_people(lesson: LiveSession) -> None:
    Participant.objects.update(show_on_profile=False)


def change_the_person(lesson: LiveSession) -> None:
    """Whom an identity means does not depend on names, addresses and accounts."""
    change_person(
        lesson.event.participants.get(),
        name="Somebody Else",
        email="other@example.com",
        user=make_user(),
        time_zone="Asia/Riyadh",
        language="ar",
    )


def save_somebody_without_a_change(lesson: LiveSession) -> None:
    lesson.event.participants.get().save()


def say_who_linked(lesson: LiveSession) -> None:
    KnownIdentity.objects.update(created_by=make_user())


def look_at_connections(lesson: LiveSession) -> None:
    Connection.objects.update(inferred_left_at=SOON)


@pytest.mark.parametrize(
    "change",
    [
        save_without_a_change,
        rename,
        change_policy,
        rename_event,
        change_who_somebody_is_to_people,
        change_the_person,
        save_somebody_without_a_change,
        say_who_linked,
        look_at_connections,
    ],
)
def test_a_change_of_anything_else_does_not(
    lesson: LiveSession, change: Callable[[LiveSession], None]
) -> None:
    deliver_all(Room(lesson).joined("ana", 0))
    link_an_identity(lesson)
    run()
    change(lesson)
    assert run() == []


@pytest.mark.django_db(transaction=True)
def test_a_change_that_began_earlier_and_is_committed_later_is_noticed() -> None:
    """A long import is under way while the window changes and is calculated."""
    lesson = make_session()
    person = make_person(lesson.event.organization)
    with closing(connection.copy()) as import_:
        import_.set_autocommit(False)
        with import_.cursor() as cursor:
            cursor.execute(
                "INSERT INTO events_participant (event_id, person_id, role, identity,"
                " registration, enrolled, show_on_profile, show_to_other_orgs)"
                " VALUES (%s, %s, 'attendee', 'b', 'registered', '{(,)}', true, true)",
                [lesson.event_id, person.pk],
            )
        change_window(lesson)
        assert run() == [lesson.pk]
        import_.commit()
    assert (run(), run()) == ([lesson.pk], [])


def test_a_window_whose_change_began_earlier_and_is_committed_later_is_noticed(
    lesson: LiveSession,
) -> None:
    add_somebody(lesson)
    run()
    before_that = Event.objects.get().roster_changed_at - timedelta(seconds=1)
    LiveSession.objects.update(inputs_changed_at=before_that)
    assert (run(), run()) == ([lesson.pk], [])


# Claiming


def test_a_claim_takes_so_many_at_once_and_the_next_goes_on(
    lesson: LiveSession,
) -> None:
    sessions = [lesson.pk, *(make_session(lesson.event).pk for _ in range(4))]
    selection = Selection(now=SOON)
    with transaction.atomic():
        assert selection.claim(after=0, limit=2) == sessions[:2]
        assert selection.claim(after=sessions[1], limit=9) == sessions[2:]
        assert selection.claim(after=sessions[-1]) == []


def test_a_claim_takes_no_more_people_than_memory_should_hold(
    lesson: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "PEOPLE_AT_ONCE", 3)
    make_participant(lesson.event)
    sessions = [lesson.pk, *(make_session(lesson.event).pk for _ in range(2))]
    crowd = make_session(make_event())
    for _ in range(5):
        make_participant(crowd.event)
    selection = Selection(now=SOON)
    with transaction.atomic():
        assert selection.claim(after=0) == sessions[:1]
        assert selection.claim(after=sessions[-1]) == [crowd.pk]
    assert run() == [*sessions, crowd.pk]
