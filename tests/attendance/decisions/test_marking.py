"""What people decide: who wins, what is kept beside, what the log says."""

from datetime import timedelta
from typing import Any

import pytest

from attendance.calculating.sessions import say_held
from attendance.completion.completing import complete_event
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo, undoable
from attendance.decisions.what_stood import decides_again
from attendance.models import (
    Attendance,
    AttendanceChange,
    AttendancePolicy,
    ChangeReason,
)
from core.errors import Conflict, Invalid
from events.models import EventState, Participant, User
from sessions_app.models import LiveSession
from tests.attendance.pages import be_there, calculate, make_lesson
from tests.factories import START, make_event, make_participant, make_session, make_user

pytestmark = pytest.mark.django_db

NOW = START + timedelta(hours=3)


@pytest.fixture
def lesson() -> LiveSession:
    """Ana was there, Ben was not; calculated."""
    session, [ana, _ben] = make_lesson("Ana Ben")
    be_there(session, ana)
    calculate(session)
    return session


@pytest.fixture
def ana(lesson: LiveSession) -> Participant:
    return lesson.event.participants.get(person__name="Ana")


@pytest.fixture
def ben(lesson: LiveSession) -> Participant:
    return lesson.event.participants.get(person__name="Ben")


@pytest.fixture
def teacher() -> User:
    return make_user("teacher")


def at_session(session: LiveSession) -> Place:
    return Place(session.event, session)


def say(
    session: LiveSession, person: Participant, status: str, by: User, **said: Any
) -> Attendance:
    notes = said.pop("notes", "")
    [decision] = mark(
        at_session(session), [Mark(person, status, notes)], by=by, now=NOW, **said
    )
    return decision


def stored(session: LiveSession | None, person: Participant) -> tuple[Any, ...]:
    row = Attendance.objects.get(session=session, participant=person)
    return (row.status, row.source, row.computed_status)


def log(person: Participant) -> list[tuple[str, str | None, str, str | None]]:
    return [
        (one.from_status, one.from_source, one.to_status, one.source)
        for one in person.attendance_changes.order_by("pk")
    ]


# Marks


def test_a_mark_decides_and_the_computed_value_stands_beside_it(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    decision = say(lesson, ben, "excused", teacher, notes="Ill, called in.")
    assert stored(lesson, ben) == ("excused", "manual", "absent")
    assert (decision.marked_by, decision.marked_at, decision.notes) == (
        teacher,
        NOW,
        "Ill, called in.",
    )
    newest = AttendanceChange.objects.latest("pk")
    assert (newest.actor, newest.reason.text) == (teacher, "Ill, called in.")
    assert log(ben)[1:] == [("absent", "livekit_auto", "excused", "manual")]


def test_a_calculation_leaves_the_mark(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    say(lesson, ben, "excused", teacher)
    be_there(lesson, ben)
    calculate(lesson)
    assert stored(lesson, ben) == ("excused", "manual", "present")


def test_many_are_marked_in_one_batch_or_nobody(
    lesson: LiveSession, ana: Participant, ben: Participant, teacher: User
) -> None:
    marks = [Mark(ana, "late"), Mark(ben, "present")]
    mark(at_session(lesson), marks, by=teacher, now=NOW)
    changes = AttendanceChange.objects.filter(source="manual")
    assert len(set(changes.values_list("batch", flat=True))) == 1
    foreign = [Mark(ana, "absent"), Mark(make_participant(), "absent")]
    with pytest.raises(Invalid) as refusal:
        mark(at_session(lesson), foreign, by=teacher, now=NOW)
    assert refusal.value.field == "marks[1].participant"
    assert stored(lesson, ana)[0] == "late"


def test_nobody_is_marked_twice_in_one_go(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    twice = [Mark(ana, "absent"), Mark(ana, "present")]
    with pytest.raises(Invalid):
        mark(at_session(lesson), twice, by=teacher, now=NOW)


def test_only_an_override_replaces_an_override(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    say(lesson, ben, "present", make_user(), source="admin_override")
    with pytest.raises(Conflict):
        say(lesson, ben, "absent", teacher)
    say(lesson, ben, "late", make_user(), source="admin_override")
    assert stored(lesson, ben)[:2] == ("late", "admin_override")


@pytest.mark.parametrize("notes", ["", "one"])
def test_the_same_said_again_without_a_new_reason_changes_nothing(
    lesson: LiveSession, ben: Participant, teacher: User, notes: str
) -> None:
    say(lesson, ben, "late", teacher, notes="one")
    decision = say(lesson, ben, "late", make_user(), notes=notes)
    assert (decision.marked_by, decision.notes) == (teacher, "one")
    assert Attendance.objects.get(participant=ben).marked_by == teacher
    assert len(log(ben)) == 2


def test_the_same_said_again_with_another_reason_leaves_the_first_in_the_log(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    say(lesson, ben, "late", teacher, notes="one")
    other = make_user()
    say(lesson, ben, "late", other, notes="two")
    row = Attendance.objects.get(participant=ben)
    assert (row.marked_by, row.notes) == (other, "two")
    assert log(ben)[1:] == [
        ("absent", "livekit_auto", "late", "manual"),
        ("late", "manual", "late", "manual"),
    ]
    calculated, first, second = ben.attendance_changes.order_by("pk")
    assert (first.actor, first.reason.text) == (teacher, "one")
    assert (second.actor, second.reason.text) == (other, "two")
    assert decides_again([calculated, first, second])
    assert not decides_again([calculated, first])
    assert sum(one.points for one in ben.engagement_entries.all()) == 7


def test_a_cancelled_session_is_not_marked(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    LiveSession.objects.update(cancelled_at=NOW)
    with pytest.raises(Conflict):
        say(lesson, ben, "late", teacher)


@pytest.mark.parametrize("registration", ["cancelled", "viewed"])
def test_who_is_in_no_report_is_not_marked(
    lesson: LiveSession, teacher: User, registration: str
) -> None:
    nobody = make_participant(lesson.event, registration=registration)
    with pytest.raises(Conflict):
        say(lesson, nobody, "late", teacher)


# Check-ins


@pytest.fixture
def door() -> LiveSession:
    """An event at a door, of one session, ten minutes after its start."""
    session, _people = make_lesson("Ana Ben")
    return session


def come(
    session: LiveSession, person: Participant, minute: float, by: User, **said: Any
) -> Any:
    at = START + timedelta(minutes=minute)
    said.setdefault("now", at)
    return check_in(Place(session.event, None), person, by=by, **said)


def test_who_comes_within_the_grace_is_present_and_later_late(
    door: LiveSession, teacher: User
) -> None:
    ana, ben = door.event.participants.order_by("person__name")
    assert come(door, ana, 15, teacher).decision.status == "present"
    assert come(door, ben, 15.1, teacher).decision.status == "late"
    assert stored(door, ben) == ("late", "check_in", None)


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_the_door_and_the_room_call_the_same_moment_late(
    door: LiveSession, teacher: User, microseconds: int
) -> None:
    AttendancePolicy.objects.create(
        organization=door.event.organization, grace_minutes=7
    )
    minute = 7 + microseconds / 60_000_000
    ana, ben = door.event.participants.order_by("person__name")
    be_there(door, ana, (minute, 60))
    calculate(door)
    at_the_door = come(door, ben, minute, teacher).decision
    assert at_the_door.checked_in_at - START == timedelta(
        minutes=7, microseconds=microseconds
    )
    seen = Attendance.objects.get(participant=ana)
    assert seen.is_late is (at_the_door.status == "late") is (microseconds > 0)


def test_a_second_check_in_changes_nothing(door: LiveSession, teacher: User) -> None:
    ana = door.event.participants.get(person__name="Ana")
    come(door, ana, 5, teacher)
    again = come(door, ana, 30, teacher)
    assert again.already
    assert again.decision.checked_in_at == START + timedelta(minutes=5)
    assert len(log(ana)) == 1


def test_the_time_of_the_tap_counts_and_both_times_are_kept(
    door: LiveSession, teacher: User
) -> None:
    ana = door.event.participants.get(person__name="Ana")
    tapped, now = START + timedelta(minutes=5), START + timedelta(minutes=50)
    decision = come(door, ana, 5, teacher, at=tapped, now=now).decision
    assert decision.status == "present"
    assert (decision.checked_in_at, decision.check_in_received_at) == (tapped, now)


@pytest.mark.parametrize(
    ("before", "code"),
    [(timedelta(hours=24.1), "too_old"), (-timedelta(seconds=61), "in_the")],
)
def test_a_tap_of_another_time_is_refused(
    door: LiveSession, teacher: User, before: timedelta, code: str
) -> None:
    ana = door.event.participants.get(person__name="Ana")
    with pytest.raises(Invalid) as refusal:
        come(door, ana, 0, teacher, at=NOW - before, now=NOW)
    assert refusal.value.field == "checked_in_at"
    assert refusal.value.code.startswith(code)


def test_in_an_event_of_several_sessions_it_is_about_the_event(
    door: LiveSession, teacher: User
) -> None:
    make_session(door.event, starts_at=START + timedelta(days=1))
    ana = door.event.participants.get(person__name="Ana")
    decision = come(door, ana, 40, teacher).decision
    assert (decision.session, decision.status) == (None, "present")


def test_a_check_in_outranks_machines_and_is_kept_beside_a_mark(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    say(lesson, ben, "excused", teacher)
    come(lesson, ben, 5, teacher)
    assert stored(lesson, ben) == ("excused", "manual", "absent")
    row = Attendance.objects.get(participant=ben)
    assert row.checked_in_at == START + timedelta(minutes=5)
    undo(AttendanceChange.objects.latest("pk"), reason="", by=teacher, now=NOW)
    assert stored(lesson, ben) == ("present", "check_in", "absent")


@pytest.mark.parametrize("registration", ["waitlisted", "cancelled", "viewed"])
def test_who_was_not_expected_becomes_a_walk_in(
    door: LiveSession, teacher: User, registration: str
) -> None:
    person = make_participant(door.event, registration=registration)
    come(door, person, 5, teacher)
    person.refresh_from_db()
    assert person.registration == "walk_in"


# Taking back


def newest(person: Participant) -> AttendanceChange:
    return person.attendance_changes.latest("pk")


def test_undoing_a_mark_over_a_machine_gives_what_is_computed_now(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    say(lesson, ben, "excused", teacher)
    be_there(lesson, ben)
    calculate(lesson)
    undo(newest(ben), reason="A mistake", by=teacher, now=NOW)
    assert stored(lesson, ben) == ("present", "livekit_auto", "present")
    change = newest(ben)
    assert change.undoes is not None
    assert change.reason.text == "A mistake"
    row = Attendance.objects.get(participant=ben)
    assert (row.marked_by, row.marked_at, row.notes) == (None, None, "")


def test_undoing_the_first_decision_leaves_nothing(
    door: LiveSession, teacher: User
) -> None:
    ana = door.event.participants.get(person__name="Ana")
    say(door, ana, "late", teacher)
    undo(newest(ana), reason="", by=teacher, now=NOW)
    assert stored(door, ana) == ("unknown", None, None)


def test_undoing_a_mark_over_a_mark_restores_who_said_it_and_when(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    say(lesson, ben, "late", teacher, notes="Train")
    other = make_user()
    say(lesson, ben, "absent", other, notes="No")
    undo(newest(ben), reason="", by=other, now=NOW + timedelta(hours=1))
    row = Attendance.objects.get(participant=ben)
    assert (row.status, row.marked_by, row.notes) == ("late", teacher, "Train")
    assert stored(lesson, ben) == ("late", "manual", "absent")


def test_only_the_newest_is_undone_and_nothing_of_a_machine(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    with pytest.raises(Conflict):
        undo(newest(ben), reason="", by=teacher, now=NOW)
    say(lesson, ben, "late", teacher)
    first = newest(ben)
    say(lesson, ben, "absent", teacher)
    with pytest.raises(Conflict):
        undo(first, reason="", by=teacher, now=NOW)


def test_an_undone_check_in_can_be_made_again(door: LiveSession, teacher: User) -> None:
    ana = door.event.participants.get(person__name="Ana")
    come(door, ana, 5, teacher)
    undo(newest(ana), reason="Somebody else", by=teacher, now=NOW)
    assert stored(door, ana) == ("unknown", None, None)
    assert not come(door, ana, 20, teacher).already
    assert stored(door, ana) == ("late", "check_in", None)


def test_an_undo_can_be_undone(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    say(lesson, ben, "excused", teacher, notes="Ill")
    undo(newest(ben), reason="", by=teacher, now=NOW)
    undo(newest(ben), reason="", by=teacher, now=NOW)
    assert stored(lesson, ben) == ("excused", "manual", "absent")


def test_undoing_what_was_said_again_restores_who_said_it_first_and_why(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    say(lesson, ben, "late", teacher, notes="one")
    other = make_user()
    say(lesson, ben, "late", other, notes="two")
    for by, notes in ((teacher, "one"), (other, "two"), (teacher, "one")):
        undo(newest(ben), reason="", by=teacher, now=NOW)
        row = Attendance.objects.get(participant=ben)
        assert (row.status, row.source) == ("late", "manual")
        assert (row.marked_by, row.notes) == (by, notes)


def test_an_erased_reason_does_not_come_back(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    say(lesson, ben, "late", teacher, notes="one")
    say(lesson, ben, "late", teacher, notes="two")
    ChangeReason.objects.get(text="one").delete()
    undo(newest(ben), reason="", by=teacher, now=NOW)
    row = Attendance.objects.get(participant=ben)
    assert (row.status, row.marked_by, row.notes) == ("late", teacher, "")


@pytest.fixture
def counted(teacher: User) -> LiveSession:
    """Nobody was seen, and an organizer counted Ana as absent."""
    session, _people = make_lesson("Ana")
    calculate(session)
    say_held(session, actor=teacher, now=NOW)
    return session


def test_who_counted_everybody_as_absent_marked_nobody(
    counted: LiveSession, teacher: User
) -> None:
    ana = counted.event.participants.get()
    say(counted, ana, "present", teacher)
    undo(newest(ana), reason="", by=teacher, now=NOW)
    row = Attendance.objects.get()
    assert (row.status, row.source) == ("absent", "system_default")
    assert (row.marked_by, row.marked_at) == (None, None)


def test_facts_that_come_after_a_mark_was_taken_back_decide_once(
    counted: LiveSession, teacher: User
) -> None:
    ana = counted.event.participants.get()
    say(counted, ana, "present", teacher)
    undo(newest(ana), reason="", by=teacher, now=NOW)
    be_there(counted, ana)
    calculate(counted)
    assert stored(counted, ana) == ("present", "livekit_auto", "present")
    told = log(ana)
    assert told[-1] == ("absent", "system_default", "present", "livekit_auto")
    calculate(counted)
    assert log(ana) == told
    assert sum(one.points for one in ana.engagement_entries.all()) == 10


# The event as a whole


def test_a_mark_on_the_event_outranks_what_follows_from_its_sessions(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    lesson.event.state = EventState.COMPLETED
    lesson.event.save()
    say(lesson, ben, "late", teacher)
    assert stored(None, ben) == ("late", "manual", None)
    assert Attendance.objects.get(session=None, participant=ben).derived
    assert newest(ben).actor is None
    mark(Place(lesson.event, None), [Mark(ben, "excused")], by=teacher, now=NOW)
    say(lesson, ben, "present", teacher)
    assert stored(None, ben) == ("excused", "manual", None)
    about_event = ben.attendance_changes.filter(session=None).latest("pk")
    undo(about_event, reason="", by=teacher, now=NOW)
    assert stored(None, ben) == ("present", "manual", None)
    assert Attendance.objects.get(session=None, participant=ben).derived


def test_what_followed_and_is_then_marked_the_same_is_somebody_s_decision(
    lesson: LiveSession, ben: Participant, teacher: User
) -> None:
    say(lesson, ben, "late", teacher)
    complete_event(event=lesson.event, now=NOW)
    assert Attendance.objects.get(session=None, participant=ben).derived
    mark(Place(lesson.event, None), [Mark(ben, "late")], by=teacher, now=NOW)
    assert newest(ben).actor == teacher
    [follows, marked] = ben.attendance_changes.filter(session=None).order_by("pk")
    assert not decides_again([follows, marked])
    say(lesson, ben, "absent", teacher)
    assert stored(None, ben)[:2] == ("late", "manual")
    whole = ben.attendance_changes.filter(session=None).latest("pk")
    undo(whole, reason="", by=teacher, now=NOW)
    row = Attendance.objects.get(session=None, participant=ben)
    assert (row.status, row.derived) == ("absent", True)


def test_what_undoing_leaves_is_told_where_that_mark_alone_says_it_was_held(
    teacher: User,
) -> None:
    lesson, [ana] = make_lesson("Ana")
    complete_event(event=lesson.event, now=NOW)
    whole = Place(lesson.event, None)
    mark(whole, [Mark(ana, "present")], by=teacher, now=NOW)
    row = Attendance.objects.get(session=None)
    told = undoable(whole, {ana.pk: row}, grace_minutes=15)[ana.pk]
    assert (told.status, told.source) == ("unknown", None)
    undo(told.change, reason="", by=teacher, now=NOW)
    assert stored(None, ana)[:2] == ("unknown", None)


def test_an_event_without_sessions_is_marked_itself(teacher: User) -> None:
    person = make_participant(make_event())
    mark(Place(person.event, None), [Mark(person, "present")], by=teacher, now=NOW)
    assert stored(None, person) == ("present", "manual", None)
