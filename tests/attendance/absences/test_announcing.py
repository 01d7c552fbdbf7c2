"""Somebody says beforehand that they will not come; an organizer confirms it or not."""

from datetime import timedelta

import pytest

from attendance.absences.announcing import Ahead, withdraw
from attendance.absences.settling import settle
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo
from attendance.evidence.proof import read_proofs
from attendance.models import (
    AnnouncedAbsence,
    Attendance,
    AttendanceChange,
    SessionCalculation,
)
from core.errors import Conflict, Invalid
from events.models import EventState, Participant, Registration
from events.people.removing import delete_person
from sessions_app.services import cancel_session, delete_session
from tests.attendance.absences.announced import Course
from tests.attendance.calculated import attend, calculate
from tests.factories import make_event, make_participant, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    return Course()


def refusal(act: object) -> str:
    with pytest.raises((Conflict, Invalid)) as refused:
        act()  # type: ignore[operator]
    return str(refused.value.code)


# --- Announcing -----------------------------------------------------------------------


def test_what_is_still_to_come_can_be_announced_before_it_begins(
    course: Course,
) -> None:
    first, second = course.lessons
    assert list(Ahead(course.place, course.now).sessions) == [first, second]
    [said] = course.say(first)
    assert (said.session, said.reason) == (first, "Ill.")
    assert list(Ahead(course.place, course.now).sessions) == [second]
    assert not Attendance.objects.exists()


def test_all_that_is_to_come_is_announced_at_once(course: Course) -> None:
    course.say(*course.lessons)
    assert {each.session for each in course.absences} == set(course.lessons)
    assert len({each.announced_at for each in course.absences}) == 1
    assert not Ahead(course.place, course.now)


def test_what_has_begun_cannot_be_announced(course: Course) -> None:
    assert refusal(lambda: course.say(course.past)) == "not_ahead"
    [first, _second] = course.lessons
    at_start = first.starts_at
    assert refusal(lambda: course.say(first, now=at_start)) == "not_ahead"
    assert course.say(first, now=at_start - timedelta(seconds=1))


def test_a_session_must_be_chosen_and_of_this_event(course: Course) -> None:
    assert refusal(course.say) == "required"
    assert refusal(lambda: course.say(make_session())) == "does_not_exist"
    assert not AnnouncedAbsence.objects.exists()


def test_it_is_announced_once(course: Course) -> None:
    first, second = course.lessons
    course.say(first)
    assert refusal(lambda: course.say(first, second)) == "not_ahead"
    course.say(second)
    assert refusal(lambda: course.say(first)) == "nothing_ahead"


def test_of_an_event_without_sessions_the_whole_is_announced(course: Course) -> None:
    event = make_event(starts_at=course.now + timedelta(hours=1))
    place = make_participant(event)
    [said] = course.say(place=place)
    assert said.session is None
    assert refusal(lambda: course.say(place=place)) == "nothing_ahead"
    late = make_participant(event)
    begun = event.starts_at
    assert refusal(lambda: course.say(place=late, now=begun)) == "nothing_ahead"


@pytest.mark.parametrize("registration", ["waitlisted", "cancelled", "viewed"])
def test_who_has_no_place_announces_nothing(course: Course, registration: str) -> None:
    place = make_participant(course.event, registration=registration)
    assert not Ahead(place, course.now)
    act = lambda: course.say(course.lessons[0], place=place)  # noqa: E731
    assert refusal(act) == "not_registered"


def test_of_what_is_cancelled_nothing_is_announced(course: Course) -> None:
    first, second = course.lessons
    cancel_session(session=first, now=course.now)
    assert list(Ahead(course.place, course.now).sessions) == [second]
    assert refusal(lambda: course.say(first)) == "not_ahead"
    course.event.state = EventState.CANCELLED
    course.event.save()
    assert refusal(lambda: course.say(second)) == "event_cancelled"


# --- Taking it back -------------------------------------------------------------------


def test_it_can_be_taken_back_until_it_is_settled(course: Course) -> None:
    first, second = course.lessons
    course.say(first, second)
    one, other = course.absences
    withdraw(one, now=course.now)
    withdraw(one, now=course.now)
    assert list(Ahead(course.place, course.now).sessions) == [first]
    settle(
        other, confirmed=False, with_others=False, by=course.organizer, now=course.now
    )
    assert refusal(lambda: withdraw(other, now=course.now)) == "already_settled"


def test_what_was_taken_back_cannot_be_confirmed(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    withdraw(said, now=course.now)
    assert refusal(lambda: confirm(course, said)) == "withdrawn"
    assert not Attendance.objects.exists()


# --- Confirming -----------------------------------------------------------------------


def confirm(
    course: Course, said: AnnouncedAbsence, *, with_others: bool = False
) -> list[AnnouncedAbsence]:
    said = course.absences.get(pk=said.pk)
    return settle(
        said,
        confirmed=True,
        with_others=with_others,
        by=course.organizer,
        now=course.now,
    )


def test_confirming_excuses_beforehand_and_tells_no_reason(
    course: Course,
) -> None:
    first = course.lessons[0]
    [said] = course.say(first)
    confirm(course, said)
    assert course.decided(first) == ("excused", "parent_reported")
    decision = Attendance.objects.get(session=first)
    note = "Announced beforehand."
    assert (decision.notes, decision.marked_by) == (note, course.organizer)
    change = AttendanceChange.objects.get(session=first)
    assert (change.actor, change.reason.text) == (course.organizer, note)
    assert course.only.reason == "Ill."
    assert (course.only.confirmed, course.only.settled_by) == (True, course.organizer)


def test_not_confirming_marks_nothing_and_is_kept(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    settle(
        said, confirmed=False, with_others=False, by=course.organizer, now=course.now
    )
    assert not Attendance.objects.exists()
    assert (course.only.confirmed, course.only.reason) == (False, "Ill.")


def test_it_is_settled_once(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    confirm(course, said)
    assert refusal(lambda: confirm(course, said)) == "already_settled"


def test_all_that_was_announced_at_once_can_be_confirmed_at_once(
    course: Course,
) -> None:
    first, second = course.lessons
    course.say(first, second)
    confirm(course, course.absences[0], with_others=True)
    for lesson in (first, second):
        assert course.decided(lesson) == ("excused", "parent_reported")
    assert not AnnouncedAbsence.objects.open().exists()


def test_an_excuse_does_not_prove_that_a_session_was_held(course: Course) -> None:
    first = course.lessons[0]
    first.mode = "in_person"
    first.save()
    [said] = course.say(first)
    confirm(course, said)
    assert not read_proofs([first.pk])[first.pk].proves("in_person")
    calculate(first, now=first.end + timedelta(hours=1))
    assert not SessionCalculation.objects.get(session=first).proved
    other = make_participant(course.event)
    calculate(first, now=first.end + timedelta(hours=1))
    assert not Attendance.objects.filter(participant=other, session=first).exists()


def test_who_is_excused_stays_so_when_the_session_is_calculated(
    course: Course,
) -> None:
    first = course.lessons[0]
    [said] = course.say(first)
    confirm(course, said)
    other = make_participant(course.event)
    attend(first, other)
    calculate(first, now=first.end + timedelta(hours=1))
    assert course.decided(first) == ("excused", "parent_reported")
    assert Attendance.objects.get(session=first, participant=course.place).is_marked


def test_who_comes_all_the_same_stays_excused_until_somebody_decides(
    course: Course,
) -> None:
    first = course.lessons[0]
    [said] = course.say(first)
    confirm(course, said)
    attend(first, course.place, minutes=40)
    calculate(first, now=first.end + timedelta(hours=1))
    decision = Attendance.objects.get(session=first, participant=course.place)
    assert (decision.status, decision.computed_status) == ("excused", "present")


def test_undoing_the_confirmation_lets_what_was_seen_decide(course: Course) -> None:
    first = course.lessons[0]
    [said] = course.say(first)
    confirm(course, said)
    attend(first, course.place)
    calculate(first, now=first.end + timedelta(hours=1))
    change = AttendanceChange.objects.get(session=first, participant=course.place)
    undo(change, reason="", by=course.organizer, now=course.now)
    assert course.decided(first) == ("present", "livekit_auto")


def test_what_is_not_confirmed_is_decided_as_usual(course: Course) -> None:
    first = course.lessons[0]
    course.say(first)
    attend(first, make_participant(course.event))
    calculate(first, now=first.end + timedelta(hours=1))
    assert course.decided(first) == ("absent", "livekit_auto")


def test_what_an_admin_locked_is_not_excused(course: Course) -> None:
    first = course.lessons[0]
    [said] = course.say(first)
    mark(
        Place(course.event, first),
        [Mark(course.place, "present")],
        source="admin_override",
        by=course.organizer,
        now=course.now,
    )
    assert refusal(lambda: confirm(course, said)) == "overridden"
    assert course.only.settled_at is None


def test_of_an_event_that_got_a_session_since_that_one_is_meant(
    course: Course,
) -> None:
    event = make_event(starts_at=course.now + timedelta(hours=1))
    place = make_participant(event)
    [said] = course.say(place=place)
    confirm(course, said)
    assert course.decided(None, place) == ("excused", "parent_reported")
    other = make_participant(event)
    [said] = course.say(place=other)
    lesson = make_session(event, starts_at=event.starts_at)
    confirm(course, said)
    assert course.decided(lesson, other) == ("excused", "parent_reported")


def test_who_is_excused_already_announces_nothing_more(course: Course) -> None:
    first, second = course.lessons
    [said] = course.say(first)
    confirm(course, said)
    assert list(Ahead(course.place, course.now).sessions) == [second]


# --- What happens meanwhile -----------------------------------------------------------


def test_nobody_is_asked_to_confirm_what_is_cancelled_or_left(course: Course) -> None:
    first, second = course.lessons
    course.say(first, second)
    assert AnnouncedAbsence.objects.open().count() == 2
    cancel_session(session=first, now=course.now)
    assert AnnouncedAbsence.objects.open().get().session == second
    Participant.objects.filter(pk=course.place.pk).update(
        registration=Registration.CANCELLED, cancelled_at=course.now
    )
    assert not AnnouncedAbsence.objects.open().exists()


def test_what_somebody_announced_keeps_their_place_and_the_session(
    course: Course,
) -> None:
    course.say(course.lessons[0])
    with pytest.raises(Conflict) as refused:
        delete_session(session=course.lessons[0])
    assert refused.value.extra["hangs_on"] == ["absences"]
    with pytest.raises(Conflict) as refused:
        delete_person(person=course.place.person, by=course.organizer)
    assert refused.value.extra["hangs_on"] == ["absences"]


def test_what_was_taken_back_goes_with_them(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    withdraw(said, now=course.now)
    delete_person(person=course.place.person, by=course.organizer)
    assert not AnnouncedAbsence.objects.exists()
