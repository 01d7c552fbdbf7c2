"""Of several check-ins the earliest counts, in whatever order they arrive."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from attendance.decisions.checking_in import CheckedIn, check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo, undoable
from attendance.decisions.what_stood import logs_of
from attendance.models import Attendance, AttendanceChange
from core.errors import Conflict
from events.models import Participant, User
from sessions_app.models import LiveSession
from tests.attendance.pages import calculate, make_lesson
from tests.factories import START, make_client, make_member, make_session, make_user

pytestmark = pytest.mark.django_db

NOW = START + timedelta(hours=3)


@pytest.fixture
def lesson() -> LiveSession:
    session, _people = make_lesson("Ana")
    return session


@pytest.fixture
def ana(lesson: LiveSession) -> Participant:
    return lesson.event.participants.get()


@pytest.fixture
def teacher() -> User:
    return make_user("teacher")


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def tap(
    session: LiveSession | None, person: Participant, at: float, by: User, **said: Any
) -> CheckedIn:
    """A tap of this minute, which arrives hours later."""
    place = Place(person.event, session)
    return check_in(place, person, at=minute(at), by=by, now=NOW, **said)


def row() -> Attendance:
    return Attendance.objects.get(session__isnull=False)


def log(person: Participant) -> list[tuple[str, str, str | None]]:
    changes = person.attendance_changes.order_by("pk")
    return [(one.from_status, one.to_status, one.source) for one in changes]


def newest(person: Participant) -> AttendanceChange:
    return person.attendance_changes.latest("pk")


@pytest.mark.parametrize("order", list(permutations([5, 14, 20, 40])))
def test_in_every_order_the_earliest_tap_counts(
    lesson: LiveSession, ana: Participant, order: tuple[int, ...]
) -> None:
    phones = {at: make_user(f"phone{at}") for at in order}
    for number, at in enumerate(order):
        done = tap(lesson, ana, at, phones[at], method="staff" if at == 5 else "qr")
        assert done.already is (number > 0)
    stood = row()
    assert (stood.checked_in_at, stood.status) == (minute(5), "present")
    assert (stood.check_in_method, stood.checked_in_by) == ("staff", phones[5])
    assert (stood.marked_by, stood.marked_at) == (phones[5], NOW)
    assert log(ana)[-1][1] == "present"


def test_an_earlier_tap_is_logged_only_if_it_changes_the_status(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    for at in (40, 30, 14, 5):
        tap(lesson, ana, at, teacher)
    assert log(ana) == [
        ("unknown", "late", "check_in"),
        ("late", "present", "check_in"),
    ]
    assert newest(ana).actor == teacher


@pytest.mark.parametrize("at", [20, 20.5, 90])
def test_an_equal_or_later_tap_changes_nothing(
    lesson: LiveSession, ana: Participant, teacher: User, at: float
) -> None:
    tap(lesson, ana, 20, teacher, notes="by the side door")
    before = Attendance.objects.values().get()
    assert tap(lesson, ana, at, make_user(), method="qr", notes="again").already
    assert Attendance.objects.values().get() == before
    assert len(log(ana)) == 1


def test_what_was_noted_at_the_first_tap_is_kept(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    tap(lesson, ana, 20, teacher, notes="by the side door")
    tap(lesson, ana, 10, teacher)
    assert row().notes == "by the side door"
    tap(lesson, ana, 5, teacher, notes="with her mother")
    assert row().notes == "with her mother"


def test_under_a_mark_the_time_moves_and_the_mark_stays(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    tap(lesson, ana, 40, teacher)
    mark(Place(ana.event, lesson), [Mark(ana, "excused")], by=teacher, now=NOW)
    tap(lesson, ana, 5, teacher)
    stood = row()
    assert (stood.status, stood.source) == ("excused", "manual")
    assert stood.checked_in_at == minute(5)
    assert len(log(ana)) == 2


def test_about_the_event_the_earliest_counts_too(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    make_session(lesson.event, starts_at=START + timedelta(days=1))
    for at in (40, 5, 20):
        tap(None, ana, at, teacher)
    stood = Attendance.objects.get()
    assert (stood.session, stood.checked_in_at) == (None, minute(5))
    assert len(log(ana)) == 1


def test_course_results_follow_an_earlier_tap(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    tap(lesson, ana, 40, teacher)
    calculate(lesson)
    lesson.event.state = "completed"
    lesson.event.save()
    tap(lesson, ana, 39, teacher)
    result = Attendance.objects.filter(session=None)
    assert result.get().status == "late"
    tap(lesson, ana, 5, teacher)
    assert result.get().status == "present"


def test_rest_answers_that_somebody_was_checked_in_already(
    lesson: LiveSession, ana: Participant
) -> None:
    client = make_client(make_member(lesson.event.organization))
    Attendance.objects.all().delete()
    path = f"/api/participants/{ana.pk}/check-in"
    answers = [
        client.post(path, {"checked_in_at": at.isoformat()}).json()
        for at in (datetime.now(START.tzinfo) - timedelta(hours=n) for n in (1, 2, 1))
    ]
    told = [answer["already_checked_in"] for answer in answers]
    assert told == [False, True, True]
    assert answers[1]["marked_at"] == answers[2]["marked_at"] != answers[0]["marked_at"]


# Taking back


@pytest.mark.parametrize("named", ["the first tap", "what followed"])
def test_the_whole_check_in_is_taken_back_whichever_change_is_named(
    lesson: LiveSession, ana: Participant, teacher: User, named: str
) -> None:
    tap(lesson, ana, 40, teacher)
    tap(lesson, ana, 5, teacher)
    first, followed = ana.attendance_changes.order_by("pk")
    change = first if named == "the first tap" else followed
    undo(change, reason="", by=teacher, now=NOW)
    stood = row()
    assert (stood.status, stood.source, stood.checked_in_at) == ("unknown", None, None)
    assert log(ana)[-1] == ("present", "unknown", None)
    assert newest(ana).undoes == change


def test_the_page_says_beforehand_what_comes(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    tap(lesson, ana, 40, teacher)
    first = newest(ana)
    tap(lesson, ana, 5, teacher)
    place = Place(ana.event, lesson)
    told = undoable(place, {ana.pk: row()}, grace_minutes=15)[ana.pk]
    assert (told.change, told.status, told.source) == (first, "unknown", None)


def test_what_followed_an_older_check_in_is_not_undone(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    tap(lesson, ana, 40, teacher)
    tap(lesson, ana, 5, teacher)
    followed = newest(ana)
    mark(Place(ana.event, lesson), [Mark(ana, "excused")], by=teacher, now=NOW)
    with pytest.raises(Conflict):
        undo(followed, reason="", by=teacher, now=NOW)
    undo(newest(ana), reason="", by=teacher, now=NOW)
    assert (row().status, row().source) == ("present", "check_in")


def test_who_comes_again_after_being_taken_back_and_forth_can_be_taken_back(
    lesson: LiveSession, ana: Participant, teacher: User
) -> None:
    tap(lesson, ana, 40, teacher)
    for _ in range(2):
        undo(newest(ana), reason="", by=teacher, now=NOW)
    tap(lesson, ana, 5, teacher)
    assert len(logs_of(ana.attendance_changes.all())[ana.pk, lesson.pk]) == 4
    undo(newest(ana), reason="", by=teacher, now=NOW)
    assert row().checked_in_at is None
