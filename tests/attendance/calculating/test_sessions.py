"""Calculating: rows, changes, which source, whose policy."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from attendance.calculating.sessions import calculate_sessions, say_held
from attendance.evidence.due import Selection
from attendance.models import (
    Attendance,
    AttendanceChange,
    AttendancePolicy,
    SessionCalculation,
)
from attendance.signals import attendance_changed
from events.models import Participant
from sessions_app.models import LiveSession
from tests.attendance.calculated import SOON, attend, calculate, changes, decided
from tests.factories import (
    START,
    make_attendance,
    make_connection,
    make_event,
    make_organization,
    make_participant,
    make_session,
    make_user,
)
from tests.webhooks import Room, deliver_all

pytestmark = pytest.mark.django_db

# Rows and changes


def test_everyone_gets_a_row_and_a_change(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    attend(lesson, ben)
    calculate()
    assert (decided(ana), decided(ben)) == (
        ("absent", "livekit_auto"),
        ("present", "livekit_auto"),
    )
    assert sorted(changes()) == [
        ("Ana", "unknown", None, "absent", "livekit_auto"),
        ("Ben", "unknown", None, "present", "livekit_auto"),
    ]


def test_a_change_says_where_and_by_no_person_and_all_of_one_batch(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    attend(lesson, ben)
    calculate()
    for change in AttendanceChange.objects.all():
        assert change.organization == lesson.event.organization
        assert (change.session, change.actor, change.undoes) == (lesson, None, None)
        assert change.reason_digest is None
    assert AttendanceChange.objects.values("batch").distinct().count() == 1
    other = make_session(lesson.event)
    attend(other, ana)
    calculate()
    assert AttendanceChange.objects.values("batch").distinct().count() == 2


def test_the_upper_apps_are_told_once_with_all_changes(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    told = []

    def receive(changes: Any, **kwargs: object) -> None:
        told.append({change.participant_id for change in changes})

    attend(lesson, ben)
    attendance_changed.connect(receive)
    try:
        calculate()
        calculate()
    finally:
        attendance_changed.disconnect(receive)
    assert told == [{ana.pk, ben.pk}]


def test_new_facts_change_the_decision_and_the_log_tells_it(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    attend(lesson, ben)
    calculate()
    attend(lesson, ana, minutes=20)
    calculate()
    assert changes()[-1] == ("Ana", "absent", "livekit_auto", "partial", "livekit_auto")
    assert len(changes()) == 3


def test_figures_may_change_without_a_change_of_the_decision(
    lesson: LiveSession, ana: Participant
) -> None:
    attend(lesson, ana, minutes=40)
    calculate()
    make_connection(
        lesson,
        identity=ana.identity,
        joined_at=lesson.starts_at + timedelta(minutes=50),
    )
    calculate()
    row = Attendance.objects.get()
    assert (row.attended_seconds, row.join_count) == (50 * 60, 2)
    assert len(changes()) == 1


def row_versions() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ctid, xmin, updated_at FROM attendance_attendance ORDER BY id"
        )
        return list(cursor.fetchall())


def test_a_recalculation_that_finds_the_same_writes_no_row_of_anybody(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    waiting = make_participant(lesson.event, registration="waitlisted")
    make_attendance(
        make_participant(lesson.event),
        lesson,
        status="excused",
        source="manual",
        marked_by=make_user(),
        marked_at=SOON,
    )
    attend(lesson, ben, waiting, minutes=33.3337)
    deliver_all(*Room(lesson).stay(ana, 1.0001, 7.77), Room(lesson).aborted(ana, 9, 10))
    calculate()
    before = row_versions()
    calculate()
    assert (row_versions(), len(changes())) == (before, 4 - 1)


def test_a_window_that_moves_by_less_than_a_second_moves_the_percentage(
    lesson: LiveSession, ana: Participant
) -> None:
    def percentage_if_ended(seconds: float) -> float:
        lesson.ended_at = START + timedelta(seconds=seconds)
        lesson.save()
        calculate()
        return float(Attendance.objects.get().percentage or 0)

    attend(lesson, ana, minutes=1.5)
    assert percentage_if_ended(100.1) == 89.91
    assert percentage_if_ended(100.9) == 89.2


def test_whoever_was_late_by_less_than_a_second_is_no_longer_after_a_shift(
    lesson: LiveSession, ana: Participant
) -> None:
    make_connection(
        lesson,
        identity=ana.identity,
        joined_at=START + timedelta(minutes=15, seconds=0.4),
    )
    calculate()
    assert Attendance.objects.get().is_late
    lesson.starts_at += timedelta(seconds=0.4)
    lesson.save()
    calculate()
    row = Attendance.objects.get()
    assert (row.is_late, row.late_seconds) == (False, 900)


# Nobody seen


def test_where_nobody_was_seen_nobody_gets_a_row(
    lesson: LiveSession, ana: Participant
) -> None:
    calculate()
    assert not Attendance.objects.exists()
    assert not AttendanceChange.objects.exists()
    assert SessionCalculation.objects.get().people_seen == 0


def test_presence_that_turns_out_to_be_outside_leaves_everyone_unknown_again(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    attend(lesson, ben, minutes=30)
    calculate()
    LiveSession.objects.update(
        starts_at=START + timedelta(minutes=30), ends_at=START + timedelta(minutes=90)
    )
    calculate()
    assert decided(ana) == decided(ben) == ("unknown", None)
    row = Attendance.objects.get(participant=ben)
    assert (row.computed_status, row.attended_seconds, row.intervals) == (None,) * 3
    assert ("Ben", "partial", "livekit_auto", "unknown", None) in changes()
    assert SessionCalculation.objects.get().people_seen == 0


def test_an_empty_session_can_be_counted_as_absent_until_facts_come(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    calculate()
    owner = make_user()
    say_held(lesson, actor=owner, now=SOON)
    assert decided(ana) == ("absent", "system_default")
    assert {change.actor for change in AttendanceChange.objects.all()} == {owner}
    calculate()
    assert decided(ana) == ("absent", "system_default")
    attend(lesson, ana)
    calculate()
    assert (decided(ana), decided(ben)) == (
        ("present", "livekit_auto"),
        ("absent", "livekit_auto"),
    )


def test_only_what_nobody_was_seen_in_can_be_counted_as_absent(
    lesson: LiveSession, ana: Participant
) -> None:
    assert say_held(lesson, actor=make_user(), now=SOON) is None
    attend(lesson, ana)
    calculate()
    assert say_held(lesson, actor=make_user(), now=SOON) is None


# Which source


def test_the_whiteboard_decides_where_livekit_saw_nobody(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    make_connection(lesson, source="whiteboard", identity=ana.identity)
    calculate()
    assert decided(ana) == ("present", "whiteboard_auto")
    assert decided(ben) == ("absent", "whiteboard_auto")


def test_livekit_decides_where_both_saw_somebody(
    lesson: LiveSession, ana: Participant
) -> None:
    make_connection(lesson, source="whiteboard", identity=ana.identity)
    attend(lesson, ana, minutes=20)
    calculate()
    assert decided(ana) == ("partial", "livekit_auto")


def test_each_person_has_a_source_of_their_own(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    make_connection(lesson, source="whiteboard", identity=ana.identity)
    attend(lesson, ben)
    calculate()
    assert decided(ana) == ("present", "whiteboard_auto")
    assert decided(ben) == ("present", "livekit_auto")


def test_what_the_whiteboard_saw_replaces_an_absence_that_livekit_gave(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    """An earlier calculation is no evidence of its own."""
    attend(lesson, ben)
    calculate()
    assert decided(ana) == ("absent", "livekit_auto")
    make_connection(lesson, source="whiteboard", identity=ana.identity)
    calculate()
    assert decided(ana) == ("present", "whiteboard_auto")


# Policies


def policy_of(row: Attendance) -> tuple[int | None, ...]:
    return (
        row.grace_minutes,
        row.partial_from,
        row.present_over,
        row.present_regardless_over,
    )


def set_policy(lesson: LiveSession, grace: int, **scope: Any) -> None:
    AttendancePolicy.objects.create(
        organization=lesson.event.organization, grace_minutes=grace, **scope
    )


def test_the_most_specific_policy_wins_and_the_row_keeps_it(
    lesson: LiveSession, ana: Participant
) -> None:
    def grace() -> int | None:
        calculate()
        return Attendance.objects.get().grace_minutes

    attend(lesson, ana)
    graces = [grace()]
    set_policy(lesson, 20)
    graces.append(grace())
    set_policy(lesson, 30, session_type="general")
    graces.append(grace())
    set_policy(lesson, 35, event=lesson.event)
    graces.append(grace())
    set_policy(lesson, 40, session=lesson)
    graces.append(grace())
    assert graces == [15, 20, 30, 35, 40]


def test_policies_of_others_do_not_count(lesson: LiveSession, ana: Participant) -> None:
    set_policy(lesson, 1, session_type="quran")
    set_policy(lesson, 2, session=make_session(lesson.event))
    set_policy(lesson, 4, event=make_event(lesson.event.organization))
    AttendancePolicy.objects.create(organization=make_organization(), grace_minutes=3)
    attend(lesson, ana)
    calculate()
    row = Attendance.objects.filter(session=lesson).get()
    assert policy_of(row) == (15, 10, 50, 75)


def test_a_row_keeps_the_policy_it_was_decided_by(
    lesson: LiveSession, ana: Participant
) -> None:
    make_connection(
        lesson, identity=ana.identity, joined_at=START + timedelta(minutes=20)
    )
    calculate()
    set_policy(lesson, 20)
    calculate(force=False)
    row = Attendance.objects.get()
    assert (row.status, row.grace_minutes) == ("late", 15)
    calculate()
    row = Attendance.objects.get()
    assert (row.status, row.grace_minutes) == ("present", 20)


def test_thresholds_of_a_policy_decide(lesson: LiveSession, ana: Participant) -> None:
    set_policy(lesson, 0, partial_from=0, present_over=80, present_regardless_over=100)
    attend(lesson, ana, minutes=48)
    calculate()
    assert decided(ana) == ("partial", "livekit_auto")


# Dry runs


def test_a_dry_run_says_what_would_be_and_writes_nothing(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    attend(lesson, ana)
    outcome = calculate_sessions(Selection(now=SOON), dry_run=True)
    assert outcome.calculated[lesson.pk].statuses == {"present": 1, "absent": 1}
    assert outcome.calculated[lesson.pk].changed == 2
    assert not Attendance.objects.exists()
    assert not AttendanceChange.objects.exists()
    assert not SessionCalculation.objects.exists()
