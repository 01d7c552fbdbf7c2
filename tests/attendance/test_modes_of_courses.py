"""Course results where sessions of any modes were held, not held, or cancelled."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attendance.completion.completing import complete_due_events
from attendance.decisions.event_decisions import derive_event_decisions
from attendance.models import AttendanceChange
from tests.attendance.modes_evidence import act
from tests.attendance.modes_generated import (
    CHECK_IN,
    FACT,
    MARK,
    MODE,
    ORGANIZER,
    do,
)
from tests.attendance.modes_generated import act as generated
from tests.attendance.modes_lesson import DAY, Act, Lesson, School
from tests.attendance.modes_oracle import of_course

pytestmark = pytest.mark.django_db

UNKNOWN = ("unknown", None)
PUPILS = ("Ana", "Ben", "Cem", "Dua")
CANCEL = act("cancel")


class Course:
    """An event of several lessons, a day apart, each with its mode and what came."""

    def __init__(self, *lessons: tuple[str, list[Act]]) -> None:
        self.school = School()
        self.lessons = []
        for day, (mode, acts) in enumerate(lessons):
            lesson = Lesson(mode, self.school, day)
            do(lesson, acts)
            lesson.calculate()
            self.lessons.append(lesson)

    def complete(self) -> None:
        self.school.now += DAY
        [done] = complete_due_events(now=self.school.now)
        assert not done.error

    def results(self) -> dict[str, tuple[str, str | None]]:
        path = f"/api/events/{self.school.event.pk}/attendance"
        return {
            row["participant"]["name"]: (row["status"], row["source"])
            for row in self.school.get(path)["results"]
        }

    def check(self) -> None:
        """Each result is one that the lessons allow, and deriving again writes none."""
        evidence = [lesson.evidence for lesson in self.lessons]
        results = self.results()
        for name in (*PUPILS, "Hana"):
            assert results[name] in of_course(evidence, name), (name, results)
        written = AttendanceChange.objects.count()
        people = [person.pk for person in self.school.people.values()]
        assert derive_event_decisions(people) == []
        assert AttendanceChange.objects.count() == written


def results_of(*lessons: tuple[str, list[Act]]) -> dict[str, Any]:
    course = Course(*lessons)
    course.complete()
    course.check()
    return {name: course.results()[name] for name in ("Ana", "Ben")}


STAFF = act("check_in", "Ana")
IN_THE_ROOM = act("livekit", "Ana")
PRESENT, ABSENT = act("mark", "Ben", "present"), act("mark", "Ben", "absent")


def test_a_session_that_nothing_proves_is_left_out() -> None:
    results = results_of(("in_person", [STAFF]), ("online", []))
    assert results["Ben"] == ("absent", "system_default")
    assert results["Ana"] == ("present", "check_in")


def test_presence_in_a_session_that_it_does_not_prove_counts_for_nobody() -> None:
    results = results_of(
        ("online", [act("livekit", "Ana", 0, 20)]), ("in_person", [IN_THE_ROOM])
    )
    assert results == {
        "Ana": ("partial", "livekit_auto"),
        "Ben": ("absent", "livekit_auto"),
    }


@pytest.mark.parametrize(
    ("mark", "status"), [(PRESENT, "partial"), (ABSENT, "absent")], ids=repr
)
def test_there_it_counts_only_for_whom_a_person_decided_about(
    mark: Act, status: str
) -> None:
    results = results_of(("hybrid", [IN_THE_ROOM]), ("online", [mark]))
    assert results == {
        "Ana": ("present", "livekit_auto"),
        "Ben": (status, "livekit_auto"),
    }


@pytest.mark.parametrize("modes", [("online", "in_person"), ("hybrid", "hybrid")])
def test_nobody_is_absent_where_nothing_proves_any_until_one_was_held(
    modes: tuple[str, str],
) -> None:
    course = Course((modes[0], []), (modes[1], [act("check_in", "Ana", "self")]))
    course.complete()
    course.check()
    assert course.results()["Ben"] == UNKNOWN
    course.lessons[0].say_held()
    course.check()
    assert course.results()["Ben"] == ("absent", "system_default")
    course.lessons[0].take_back()
    course.check()
    assert course.results()["Ben"] == UNKNOWN


def test_a_mark_online_says_nothing_of_others() -> None:
    results = results_of(("online", [PRESENT]), ("online", []))
    assert results == {"Ana": UNKNOWN, "Ben": ("present", "manual")}


def test_of_the_only_session_a_mark_online_says_nothing_of_others() -> None:
    results = results_of(("online", [PRESENT]))
    assert results == {"Ana": UNKNOWN, "Ben": ("present", "manual")}


def test_a_cancelled_session_is_left_out_whatever_proved_it() -> None:
    results = results_of(
        ("in_person", [STAFF, CANCEL]), ("online", []), ("hybrid", [CANCEL])
    )
    assert results == {"Ana": UNKNOWN, "Ben": UNKNOWN}


def test_what_is_proved_or_no_longer_after_completion_changes_the_results() -> None:
    course = Course(("in_person", []), ("online", []))
    course.complete()
    lesson = course.lessons[0]
    for acts, expected in (
        ([STAFF], ("absent", "system_default")),
        ([act("undo", "Ana")], UNKNOWN),
        ([STAFF], ("absent", "system_default")),
        ([act("change_mode", "online")], UNKNOWN),
        ([act("livekit", "Cem")], ("absent", "livekit_auto")),
    ):
        lesson.do(acts)
        lesson.calculate()
        course.check()
        assert course.results()["Ben"] == expected


LESSON = st.tuples(MODE, st.lists(st.one_of(FACT, CHECK_IN, MARK), max_size=3))
LATER = st.one_of(
    CHECK_IN, MARK, FACT, ORGANIZER, generated("undo", st.sampled_from(PUPILS))
)


@pytest.mark.slow
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    lessons=st.lists(LESSON, min_size=2, max_size=2),
    cancelled=st.none() | st.tuples(MODE, st.lists(st.one_of(FACT, MARK), max_size=2)),
    later=st.lists(st.tuples(st.integers(0, 1), LATER), max_size=4),
)
def test_results_follow_from_what_was_held(
    db: None,
    lessons: list[tuple[str, list[Act]]],
    cancelled: tuple[str, list[Act]] | None,
    later: list[tuple[int, Act]],
) -> None:
    with transaction.atomic():
        without = [(cancelled[0], [*cancelled[1], CANCEL])] if cancelled else []
        course = Course(*lessons, *without)
        course.complete()
        course.check()
        for number, one in later:
            course.school.now += timedelta(minutes=1)
            do(course.lessons[number], [one])
            course.lessons[number].calculate()
            course.check()
        transaction.set_rollback(True)
