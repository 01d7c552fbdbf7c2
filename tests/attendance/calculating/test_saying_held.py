"""An organizer says that a session was held, or takes that back."""

from datetime import timedelta

import pytest

from attendance.calculating.sessions import say_held, take_back_held
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo, undoable
from attendance.models import Attendance, AttendanceChange, SessionCalculation
from core.errors import Conflict
from events.models import Participant, User
from sessions_app.models import LiveSession
from sessions_app.services import cancel_session, change_session
from tests.attendance.calculated import SOON, attend, calculate, changes, decided
from tests.attendance.pages import get, make_lesson
from tests.factories import START, make_user

pytestmark = pytest.mark.django_db

ASKED = "Was this session held?"
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


@pytest.fixture
def lesson() -> LiveSession:
    """Nobody was seen."""
    session, _people = make_lesson("Ana Ben")
    calculate()
    return session


@pytest.fixture
def ana(lesson: LiveSession) -> Participant:
    return lesson.event.participants.get(person__name="Ana")


@pytest.fixture
def owner() -> User:
    return make_user("owner")


def newest(person: Participant) -> AttendanceChange:
    return person.attendance_changes.order_by("-pk")[0]


def test_what_facts_decide_meanwhile_is_nobodys_decision(
    lesson: LiveSession, ana: Participant, owner: User
) -> None:
    attend(lesson, ana, minutes=20)
    say_held(lesson, actor=owner, now=SOON)
    by = {change.participant_id: change.actor for change in lesson_changes(lesson)}
    ben = lesson.event.participants.get(person__name="Ben")
    assert by == {ana.pk: None, ben.pk: None}
    place = Place(lesson.event, lesson)
    mark(place, [Mark(ana, "excused")], by=owner, now=SOON)
    undo(newest(ana), reason="", by=owner, now=SOON)
    row = Attendance.objects.get(participant=ana)
    assert (row.status, row.source, row.marked_at) == ("partial", "livekit_auto", None)
    attend(lesson, ana)
    calculate()
    assert decided(ana) == ("present", "livekit_auto")


def lesson_changes(lesson: LiveSession) -> list[AttendanceChange]:
    return list(AttendanceChange.objects.filter(session=lesson).select_related("actor"))


def test_who_becomes_absent_or_unknown_by_it_is_the_organizers(
    lesson: LiveSession, owner: User
) -> None:
    say_held(lesson, actor=owner, now=SOON)
    take_back_held(lesson, actor=owner, now=SOON)
    assert {change.actor for change in lesson_changes(lesson)} == {owner}
    assert changes() == [
        ("Ana", "unknown", None, "absent", "system_default"),
        ("Ben", "unknown", None, "absent", "system_default"),
        ("Ana", "absent", "system_default", "unknown", None),
        ("Ben", "absent", "system_default", "unknown", None),
    ]


@pytest.mark.parametrize("is_taken_back", [False, True])
def test_it_is_undone_for_all_and_not_for_one(
    lesson: LiveSession, ana: Participant, owner: User, is_taken_back: bool
) -> None:
    say_held(lesson, actor=owner, now=SOON)
    if is_taken_back:
        take_back_held(lesson, actor=owner, now=SOON)
    rows = {row.participant_id: row for row in Attendance.objects.all()}
    assert undoable(Place(lesson.event, lesson), rows, grace_minutes=15) == {}
    with pytest.raises(Conflict, match="Undo that in its report"):
        undo(newest(ana), reason="", by=owner, now=SOON)


@pytest.mark.parametrize("moved", [timedelta(0), WEEK], ids=["runs", "not begun"])
def test_it_is_asked_and_said_only_of_what_is_over(
    lesson: LiveSession, owner: User, moved: timedelta
) -> None:
    assert ASKED in get(lesson, now=SOON)
    said = SessionCalculation.objects.get()
    change_session(
        session=lesson,
        changes={"starts_at": START + moved, "ends_at": SOON + moved + WEEK / 7},
    )
    lesson.refresh_from_db()
    assert ASKED not in get(lesson, now=SOON)
    for answer in (say_held, take_back_held):
        with pytest.raises(Conflict) as refused:
            answer(lesson, actor=owner, now=SOON)
        assert refused.value.code == "session_running"
    assert SessionCalculation.objects.get().said_held_at == said.said_held_at is None
    assert not Attendance.objects.filter(status="absent").exists()


def test_it_is_not_said_of_what_was_cancelled(lesson: LiveSession, owner: User) -> None:
    cancel_session(session=lesson, now=SOON)
    with pytest.raises(Conflict) as refused:
        say_held(lesson, actor=owner, now=SOON)
    assert refused.value.code == "session_cancelled"


def test_it_does_not_hold_for_a_time_that_was_still_to_come(
    lesson: LiveSession, owner: User, ana: Participant
) -> None:
    say_held(lesson, actor=owner, now=SOON)
    change_session(
        session=lesson,
        changes={"starts_at": START + WEEK, "ends_at": START + WEEK + HOUR},
    )
    calculate(now=SOON + WEEK)
    assert decided(ana) == ("unknown", None)
    lesson.refresh_from_db()
    assert ASKED in get(lesson, now=SOON + WEEK)


def test_moved_within_the_past_it_still_holds(
    lesson: LiveSession, owner: User, ana: Participant
) -> None:
    say_held(lesson, actor=owner, now=SOON)
    earlier = START - timedelta(hours=1)
    change_session(session=lesson, changes={"starts_at": earlier})
    calculate()
    assert decided(ana) == ("absent", "system_default")


def test_that_only_hosts_are_unknown_raises_no_question() -> None:
    session, _people = make_lesson("Ana")
    session.event.participants.update(role="host")
    calculate()
    assert SessionCalculation.objects.get().people_seen == 0
    assert ASKED not in get(session, now=SOON)
