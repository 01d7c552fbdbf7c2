"""Events that end: decided as a whole, once, whatever happens meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from attendance.audit.seals import verify
from attendance.calculating.sessions import calculate_session, say_held
from attendance.completion import completing
from attendance.completion.completing import (
    complete_due_events,
    complete_event,
    reopen_event,
)
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import AttendanceChange, EngagementEntry
from core.errors import Conflict
from events.models import Event, EventState, Organization, Participant
from sessions_app.models import Connection
from sessions_app.services import cancel_session, restore_session
from tests.attendance.completion.held import (
    DAY,
    LONG_AFTER,
    about_event,
    hold,
    run,
)
from tests.attendance.pages import be_there
from tests.factories import (
    START,
    make_event,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

# When


def test_an_event_is_completed_once_when_its_end_has_passed(
    course: Event, ana: Participant
) -> None:
    hold(course, (ana, 60))
    assert run(START + timedelta(minutes=59)) == []
    assert run(START + timedelta(minutes=60)) == [course.pk]
    course.refresh_from_db()
    assert course.state == EventState.COMPLETED
    assert run() == []


def test_the_last_session_ends_it_if_that_is_later(
    course: Event, ana: Participant
) -> None:
    hold(course, (ana, 60), day=2)
    assert run(START + DAY) == []
    assert run(START + 2 * DAY + timedelta(hours=1)) == [course.pk]


def test_without_an_end_it_lasts_two_hours() -> None:
    event = make_event(ends_at=None)
    assert run(START + timedelta(minutes=119)) == []
    assert run(START + timedelta(minutes=120)) == [event.pk]


@pytest.mark.parametrize("state", ["draft", "cancelled", "completed"])
def test_only_scheduled_events_are_completed(state: str) -> None:
    make_event(state=state)
    assert run() == []


def test_it_waits_for_its_sessions_to_be_calculated_for_an_hour_at_most(
    course: Event, ana: Participant
) -> None:
    make_session(course)
    end = START + timedelta(hours=1)
    assert run(end + timedelta(minutes=59)) == []
    assert run(end + timedelta(minutes=60)) == [course.pk]


def test_what_was_not_calculated_until_then_is_calculated_first(
    course: Event, ana: Participant
) -> None:
    """As if nothing had run for an hour: nobody was seen, which a person must judge."""
    session = make_session(course)
    run()
    assert about_event(ana) is None
    assert not AttendanceChange.objects.exists()
    assert Event.objects.get().state == EventState.COMPLETED
    say_held(session, actor=make_user(), now=LONG_AFTER)
    assert about_event(ana) == ("absent", "system_default", True)


def test_what_was_calculated_stays_though_its_facts_are_gone(
    course: Event, ana: Participant
) -> None:
    """An installation keeps facts for a while only; its events end all the same."""
    hold(course, (ana, 60))
    Connection.objects.all().delete()
    make_participant(course)
    assert run(LONG_AFTER) == [course.pk]
    assert about_event(ana) == ("present", "livekit_auto", True)


# What


def test_of_one_session_its_decision_is_that_of_the_event(
    course: Event, ana: Participant
) -> None:
    hold(course, (ana, 40))
    run()
    assert about_event(ana) == ("present", "livekit_auto", True)


@pytest.mark.parametrize(
    ("minutes", "status"),
    [
        ((60, 60, 60), "present"),
        ((60, 31, 0), "present"),
        ((60, 30, 0), "partial"),
        ((18, 0, 0), "partial"),
        ((17, 0, 0), "absent"),
    ],
)
def test_of_several_sessions_the_time_in_all_of_them_counts(
    course: Event, ana: Participant, minutes: tuple[int, ...], status: str
) -> None:
    other = make_participant(course)
    for day, length in enumerate(minutes):
        hold(course, (ana, length), (other, 60), day=day)
    run()
    assert about_event(ana) == (status, "livekit_auto", True)


def test_a_mark_credits_all_half_or_nothing_and_excused_is_left_out(
    course: Event, ana: Participant
) -> None:
    sessions = [hold(course, (make_participant(course), 60), day=d) for d in range(3)]
    teacher = make_user()
    for session, status in zip(sessions, ("late", "partial", "excused"), strict=True):
        mark(Place(course, session), [Mark(ana, status)], by=teacher, now=LONG_AFTER)
    run()
    assert about_event(ana) == ("present", "manual", True)
    mark(Place(course, sessions[0]), [Mark(ana, "absent")], by=teacher, now=LONG_AFTER)
    assert about_event(ana) == ("partial", "manual", True)
    for session in sessions:
        mark(Place(course, session), [Mark(ana, "excused")], by=teacher, now=LONG_AFTER)
    assert about_event(ana) == ("excused", "manual", True)


def test_whoever_is_still_unknown_becomes_absent_by_default(course: Event) -> None:
    """A class without sessions, at whose door only one was checked in."""
    came, away = (make_participant(course) for _ in range(2))
    others = {
        "host": make_participant(course, role="host"),
        "walk-in": make_participant(course, registration="walk_in"),
        "waitlisted": make_participant(course, registration="waitlisted"),
        "cancelled": make_participant(course, registration="cancelled"),
    }
    at_start = START + timedelta(minutes=1)
    check_in(Place(course, None), came, by=make_user(), now=at_start)
    run()
    assert about_event(came) == ("present", "check_in", False)
    assert about_event(away) == ("absent", "system_default", False)
    assert {who: about_event(one) for who, one in others.items()} == dict.fromkeys(
        others
    )


def test_nobody_is_absent_where_nobody_was_seen_until_somebody_has_said_so(
    course: Event, ana: Participant
) -> None:
    session = hold(course)
    run()
    assert about_event(ana) is None
    say_held(session, actor=make_user(), now=LONG_AFTER)
    assert about_event(ana) == ("absent", "system_default", True)


def test_an_own_decision_about_the_event_stays(course: Event, ana: Participant) -> None:
    hold(course, (make_participant(course), 60))
    mark(Place(course, None), [Mark(ana, "excused")], by=make_user(), now=LONG_AFTER)
    run()
    assert about_event(ana) == ("excused", "manual", False)


# Afterwards


def test_what_is_learned_later_changes_the_event_too(
    course: Event, ana: Participant
) -> None:
    session = hold(course, (make_participant(course), 60))
    run()
    assert about_event(ana) == ("absent", "livekit_auto", True)
    be_there(session, ana)
    calculate_session(session, now=LONG_AFTER, force=True)
    assert about_event(ana) == ("present", "livekit_auto", True)


def test_a_session_that_is_cancelled_or_restored_counts_no_longer_or_again(
    course: Event, ana: Participant
) -> None:
    other = make_participant(course)
    missed = hold(course, (other, 60))
    hold(course, (ana, 60), day=1)
    run()
    assert about_event(ana) == ("partial", "livekit_auto", True)
    cancel_session(session=missed, now=LONG_AFTER)
    assert about_event(ana) == ("present", "livekit_auto", True)
    restore_session(session=missed)
    assert about_event(ana) == ("partial", "livekit_auto", True)


def test_running_it_again_changes_nothing(course: Event, ana: Participant) -> None:
    hold(course, (make_participant(course), 60))
    run()
    before = AttendanceChange.objects.count()
    Event.objects.update(state=EventState.SCHEDULED)
    assert run() == [course.pk]
    assert AttendanceChange.objects.count() == before


def test_why_an_event_is_not_completed_is_told_without_the_rows_at_hand(
    course: Event, ana: Participant
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE attendance_attendance ADD CHECK (session_id IS NOT NULL)"
        )
    [failed] = complete_due_events(now=LONG_AFTER)
    assert failed.error.startswith("IntegrityError: new row for relation")
    assert "DETAIL" not in failed.error
    course.refresh_from_db()
    assert course.state == EventState.SCHEDULED


def test_people_are_decided_in_batches_of_their_own(
    course: Event, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(completing, "PEOPLE_AT_ONCE", 2)
    caplog.set_level("INFO", logger="attendance.completion.completing")
    for _ in range(5):
        make_participant(course)
    run()
    batches = AttendanceChange.objects.values_list("batch", flat=True)
    assert sorted(map(list(batches).count, set(batches))) == [1, 2, 2]
    told: list[Any] = caplog.records
    assert [one.op for one in told] == ["complete_event_batch"] * 3 + ["complete_event"]
    assert told[-1].statuses == {"absent": 5}
    assert (told[-1].event, told[-1].people, told[-1].changed) == (course.pk, 5, 5)


# By hand


def test_somebody_completes_it_and_what_is_due_is_calculated_first(
    course: Event, ana: Participant
) -> None:
    session = make_session(course)
    be_there(session, ana)
    complete_event(event=course, now=session.end)
    assert about_event(ana) == ("present", "livekit_auto", True)


def test_nobody_completes_it_while_a_session_runs(course: Event) -> None:
    session = make_session(course)
    with pytest.raises(Conflict):
        complete_event(event=course, now=session.starts_at)


def test_reopening_takes_back_what_the_system_did_and_no_more(course: Event) -> None:
    ana, ben = (make_participant(course) for _ in range(2))
    hold(course, (ana, 60))
    mark(Place(course, None), [Mark(ben, "excused")], by=make_user(), now=LONG_AFTER)
    run()
    course.refresh_from_db()
    reopen_event(event=course, by=make_user(), now=LONG_AFTER)
    assert about_event(ana) == ("unknown", None, False)
    assert about_event(ben) == ("excused", "manual", False)
    course.refresh_from_db()
    assert course.state == EventState.SCHEDULED
    assert run() == []
    complete_event(event=course, now=LONG_AFTER)
    assert about_event(ana) == ("present", "livekit_auto", True)
    with pytest.raises(Conflict):
        reopen_event(event=make_event(), by=make_user(), now=LONG_AFTER)


def test_the_log_still_fits_and_points_are_given_for_sessions_alone(
    course: Event, ana: Participant
) -> None:
    hold(course, (ana, 60))
    run()
    assert verify(Organization.objects.all()) == []
    assert [one.points for one in EngagementEntry.objects.all()] == [10]
