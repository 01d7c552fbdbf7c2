"""Calculating: rows, changes, what stays, what fails, what it costs."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.due import Selection
from attendance.models import (
    Attendance,
    AttendanceChange,
    AttendancePolicy,
    SessionCalculation,
)
from attendance.services import calculate_sessions, count_empty_as_absent
from attendance.signals import attendance_changed
from events.models import Event, KnownIdentity, Participant
from sessions_app.models import LiveSession
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

SOON = START + timedelta(hours=2)


@pytest.fixture
def event() -> Event:
    return make_event()


@pytest.fixture
def lesson(event: Event) -> LiveSession:
    return make_session(event)


@pytest.fixture
def ana(event: Event) -> Participant:
    return make_participant(event, name="Ana")


@pytest.fixture
def ben(event: Event) -> Participant:
    """Somebody in the room all the time, so that there was a lesson."""
    return make_participant(event, name="Ben")


def calculate(*sessions: LiveSession, now: datetime = SOON, force: bool = True) -> None:
    assert not calculate_sessions(Selection(now=now, force=force)).failed


def attend(lesson: LiveSession, *people: Participant, minutes: float = 60) -> None:
    for person in people:
        make_connection(
            lesson,
            identity=person.identity,
            left_at=lesson.starts_at + timedelta(minutes=minutes),
        )


def decided(person: Participant) -> tuple[str, str | None]:
    row = Attendance.objects.get(participant=person)
    return row.status, row.source


def changes() -> list[tuple[Any, ...]]:
    return list(
        AttendanceChange.objects.order_by("pk").values_list(
            "participant__name", "from_status", "from_source", "to_status", "source"
        )
    )


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
    assert SessionCalculation.objects.get().nobody_seen


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
    assert SessionCalculation.objects.get().nobody_seen


def test_an_empty_session_can_be_counted_as_absent_until_facts_come(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    calculate()
    owner = make_user()
    count_empty_as_absent(lesson, actor=owner)
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
    assert count_empty_as_absent(lesson, actor=make_user()) == []
    attend(lesson, ana)
    calculate()
    assert count_empty_as_absent(lesson, actor=make_user()) == []


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


# Marks


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        ("manual", True),
        ("parent_reported", True),
        ("admin_override", True),
        ("livekit_auto", True),
        ("whiteboard_auto", True),
        ("check_in", True),
        ("check_in", False),
    ],
)
def test_a_mark_is_never_overwritten_and_the_figures_stand_beside_it(
    lesson: LiveSession, ana: Participant, source: str, *, marked: bool
) -> None:
    teacher = make_user() if marked else None
    make_attendance(
        ana,
        lesson,
        status="excused",
        source=source,
        marked_by=teacher,
        marked_at=SOON,
        notes="was ill",
    )
    attend(lesson, ana, minutes=45)
    calculate()
    row = Attendance.objects.get()
    assert (row.status, row.source, row.marked_by) == ("excused", source, teacher)
    assert (row.notes, row.marked_at) == ("was ill", SOON)
    assert (row.computed_status, row.attended_seconds) == ("present", 45 * 60)
    assert row.computed_source == "livekit_auto"
    assert changes() == []


@pytest.mark.parametrize("marked", [True, False])
def test_a_mark_stays_where_nobody_was_seen(
    lesson: LiveSession, ana: Participant, *, marked: bool
) -> None:
    make_attendance(
        ana,
        lesson,
        status="present",
        source="manual" if marked else "check_in",
        marked_by=make_user() if marked else None,
        marked_at=SOON,
    )
    calculate()
    assert decided(ana)[0] == "present"
    assert changes() == []


def test_a_suggestion_that_a_person_applied_stays_when_the_person_is_forgotten(
    lesson: LiveSession, ana: Participant
) -> None:
    teacher = make_user()
    make_attendance(
        ana,
        lesson,
        status="excused",
        source="livekit_auto",
        marked_by=teacher,
        marked_at=SOON,
    )
    teacher.delete()
    attend(lesson, ana)
    calculate()
    assert decided(ana) == ("excused", "livekit_auto")
    assert changes() == []


def test_an_own_answer_is_no_mark(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    make_attendance(
        ana, lesson, status="present", source="self_reported", marked_at=SOON
    )
    attend(lesson, ben)
    calculate()
    assert decided(ana) == ("absent", "livekit_auto")


@pytest.mark.parametrize("source", ["self_reported", "system_default"])
def test_what_weighs_less_is_replaced(
    lesson: LiveSession, ana: Participant, ben: Participant, source: str
) -> None:
    make_attendance(ana, lesson, status="present", source=source)
    attend(lesson, ben)
    calculate()
    assert decided(ana) == ("absent", "livekit_auto")
    assert ("Ana", "present", source, "absent", "livekit_auto") in changes()


def test_the_decision_about_the_whole_event_is_left_alone(
    lesson: LiveSession, ana: Participant
) -> None:
    make_attendance(ana, status="absent", source="self_reported")
    attend(lesson, ana)
    calculate()
    assert Attendance.objects.get(session=None).status == "absent"
    assert Attendance.objects.get(session=lesson).status == "present"


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
    set_policy(lesson, 40, session=lesson)
    graces.append(grace())
    assert graces == [15, 20, 30, 40]


def test_policies_of_others_do_not_count(lesson: LiveSession, ana: Participant) -> None:
    set_policy(lesson, 1, session_type="quran")
    set_policy(lesson, 2, session=make_session(lesson.event))
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


# Failures


def broken_session() -> LiveSession:
    """A window of 76 years, of which the seconds do not fit their column."""
    now = timezone.now()
    session = make_session(
        make_event(),
        starts_at=now - timedelta(days=76 * 365.25),
        ends_at=now - timedelta(hours=1),
    )
    attend(session, make_participant(session.event))
    return session


def recent_session() -> LiveSession:
    session = make_session(make_event(), starts_at=timezone.now() - timedelta(hours=2))
    attend(session, make_participant(session.event))
    return session


def test_a_session_that_fails_does_not_stop_the_others() -> None:
    before, broken, after = recent_session(), broken_session(), recent_session()
    outcome = calculate_sessions(Selection(now=timezone.now()))
    assert list(outcome.calculated) == [before.pk, after.pk]
    assert list(outcome.failed) == [broken.pk]
    assert Attendance.objects.count() == AttendanceChange.objects.count() == 2
    failure = SessionCalculation.objects.get(session=broken)
    assert (failure.failures, failure.calculated_at) == (1, None)
    assert "out of range" in failure.error == outcome.failed[broken.pk]


def test_a_failure_is_tried_again_after_a_minute_twice_then_hourly() -> None:
    broken_session()
    now = timezone.now()
    waits = []
    for number in range(1, 5):
        calculate_sessions(Selection(now=now))
        failure = SessionCalculation.objects.get()
        assert failure.failures == number
        assert failure.retry_at
        waits.append(round((failure.retry_at - timezone.now()).total_seconds()))
        just_before = failure.retry_at - timedelta(seconds=1)
        assert calculate_sessions(Selection(now=just_before)).failed == {}
        now = failure.retry_at
    assert waits == [60, 60, 3600, 3600]


def test_who_asks_for_one_does_not_wait_for_its_next_try() -> None:
    broken = broken_session()
    calculate_sessions(Selection(now=timezone.now()))
    asked = Selection(now=timezone.now(), session_id=broken.pk)
    assert list(calculate_sessions(asked).failed) == [broken.pk]


def test_a_success_forgets_the_failures() -> None:
    broken = broken_session()
    calculate_sessions(Selection(now=timezone.now()))
    LiveSession.objects.update(starts_at=broken.ends_at - timedelta(hours=1))
    later = timezone.now() + timedelta(seconds=61)
    assert list(calculate_sessions(Selection(now=later)).calculated) == [broken.pk]
    row = SessionCalculation.objects.get()
    assert (row.failures, row.retry_at, row.error) == (0, None, "")


def test_a_session_that_fails_after_it_was_calculated_keeps_its_report() -> None:
    session = recent_session()
    calculate_sessions(Selection(now=timezone.now()))
    LiveSession.objects.update(starts_at=session.ends_at - timedelta(days=76 * 365.25))
    assert calculate_sessions(Selection(now=timezone.now())).failed
    row = SessionCalculation.objects.get()
    assert row.calculated_at
    assert Attendance.objects.get().status == "present"


# What it costs


def lesson_with(people: int) -> LiveSession:
    session = make_session(make_event())
    roster = [make_participant(session.event) for _ in range(people)]
    attend(session, *roster[: people // 2 + 1])
    return session


def queries_of_a_run() -> int:
    with CaptureQueriesContext(connection) as queries:
        calculate_sessions(Selection(now=SOON, force=True))
    return len(queries)


def test_the_number_of_queries_depends_on_neither_people_nor_sessions() -> None:
    lesson_with(1)
    one = queries_of_a_run()
    lesson_with(30)
    for _ in range(5):
        lesson_with(4)
    assert queries_of_a_run() == one
    assert one <= 16


def test_it_grows_by_chunks_of_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    def claim_two(selection: Selection, *, after: int) -> list[int]:
        return original(selection, after=after, limit=2)

    original = Selection.claim
    monkeypatch.setattr(Selection, "claim", claim_two)
    counts = []
    for _ in range(3):
        lesson_with(3)
        lesson_with(3)
        queries_of_a_run()
        counts.append(queries_of_a_run())
    assert counts[2] - counts[1] == counts[1] - counts[0] > 0


def test_linked_identities_cost_no_queries(lesson: LiveSession) -> None:
    lesson_with(3)
    before = queries_of_a_run()
    for person in [make_participant(lesson.event) for _ in range(5)]:
        KnownIdentity.objects.create(
            organization=lesson.event.organization,
            identity=f"phone {person.pk}",
            participant=person,
        )
        make_connection(lesson, identity=f"phone {person.pk}")
    assert queries_of_a_run() <= before + 2
