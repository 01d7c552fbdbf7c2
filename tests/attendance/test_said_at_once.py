"""Contests and announced absences while somebody else does something at the moment."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from attendance.absences.announcing import withdraw
from attendance.absences.settling import settle as settle_absence
from attendance.audit.seals import verify
from attendance.contests.contesting import settle
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import Attendance, AttendanceChange, Contest
from core.errors import Conflict
from events.models import User
from tests.at_once import at_once
from tests.attendance.absences.announced import Course
from tests.attendance.calculated import attend, calculate
from tests.attendance.contests.contested import Contested

pytestmark = pytest.mark.django_db(transaction=True)


def trying(act: Callable[[], Any]) -> Callable[[], str]:
    def tried() -> str:
        try:
            act()
        except Conflict as refused:
            return refused.code
        return "done"

    return tried


def test_of_two_who_settle_at_once_one_is_refused() -> None:
    school = Contested()
    said = school.say()

    def settles(by: User, status: str) -> Contest:
        contest = Contest.objects.select_related("attendance").get(pk=said.pk)
        return settle(contest, status=status, notes="", by=by, now=school.now)

    outcomes = at_once(
        [
            trying(partial(settles, by, status))
            for by, status in ((school.organizer, "present"), (school.admin, "late"))
        ]
    )
    assert sorted(outcomes) == ["already_settled", "done"]
    assert AttendanceChange.objects.filter(session=school.lesson).count() == 1
    assert school.only.change is not None
    assert school.only.change.to_status == school.stands.status


def test_of_two_who_contest_at_once_one_is_refused() -> None:
    school = Contested()
    outcomes = at_once([trying(school.say)] * 2)
    assert sorted(outcomes) == ["already_contested", "done"]
    assert Contest.objects.count() == 1


def test_contesting_marking_settling_and_calculating_at_once_never_block() -> None:
    school = Contested()
    attend(school.lesson, school.place)
    said = school.say()
    place = Place(school.event, school.lesson)
    at_once(
        [
            trying(lambda: calculate(school.lesson, now=school.now)),
            trying(school.say),
            trying(
                lambda: settle(
                    Contest.objects.select_related("attendance").get(pk=said.pk),
                    status="excused",
                    notes="",
                    by=school.admin,
                    now=school.now,
                )
            ),
            trying(
                lambda: mark(
                    place,
                    [Mark(school.place, "partial")],
                    by=school.organizer,
                    now=school.now,
                )
            ),
        ]
    )
    # The calculation passes over a session that is locked just then.
    calculate(school.lesson, now=school.now)
    assert school.stands.is_marked
    assert school.stands.computed_status == "present"
    assert not Contest.objects.filter(pk=said.pk, settled_at=None).exists()
    assert verify([school.organization]) == []


def test_confirming_and_taking_back_at_once_is_one_of_both() -> None:
    course = Course()
    first = course.lessons[0]
    course.say(first)
    outcomes = at_once(
        [
            trying(lambda: withdraw(course.only, now=course.now)),
            trying(
                lambda: settle_absence(
                    course.only,
                    confirmed=True,
                    with_others=False,
                    by=course.organizer,
                    now=course.now,
                )
            ),
        ]
    )
    assert outcomes in (["done", "withdrawn"], ["already_settled", "done"])
    is_excused = Attendance.objects.filter(session=first, status="excused").exists()
    assert is_excused == (outcomes[1] == "done")
    assert (course.only.withdrawn_at is None) == is_excused


def test_two_announcements_at_once_are_one() -> None:
    course = Course()
    first = course.lessons[0]
    outcomes = at_once([trying(lambda: course.say(first))] * 2)
    assert sorted(outcomes) == ["done", "not_ahead"]
    assert course.only.session == first


def test_marks_of_a_whole_course_and_of_one_session_at_once_never_block() -> None:
    course = Course()
    first, second = course.lessons
    course.say(first, second)
    said = course.absences[0]
    later = course.now + timedelta(minutes=1)
    at_once(
        [
            lambda: settle_absence(
                said, confirmed=True, with_others=True, by=course.organizer, now=later
            ),
            *(
                partial(
                    mark,
                    Place(course.event, lesson),
                    [Mark(course.place, "present")],
                    by=course.organizer,
                    now=later,
                )
                for lesson in (second, first)
            ),
        ]
    )
    assert verify([course.organization]) == []
