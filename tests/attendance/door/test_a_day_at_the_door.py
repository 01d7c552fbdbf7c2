"""A day of lessons back to back, and taps that arrive in whatever order they like.

Two phones, each with a queue of taps that waited for a network, and people who check
themselves in. Taps are late, doubled, lost and sent again. Whatever is heard first, the
same people came to the same lessons at the same times.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attendance.audit.seals import verify
from attendance.decisions.undoing import undo
from attendance.door.self_check_in import check_in_by_code, code_of
from attendance.models import Attendance, AttendanceChange, CheckInMethod
from tests.factories import (
    START,
    make_client,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MINUTE = timedelta(minutes=1)
LESSONS, PEOPLE, PHONES = 4, 3, 2
LESSON_MINUTES, GRACE, COMING_NEXT = 60, 15, 10
# While the door is open, also if the first lesson is moved by some minutes.
FIRST, LAST = -15, LESSONS * LESSON_MINUTES - 1


class Tap(NamedTuple):
    """Somebody was tapped at a minute of the day.

    ``phone`` is the staff's; None: they checked themselves in. Staff choose the lesson,
    any of the day. It arrives ``late`` minutes later, as often as ``copies`` says.
    """

    person: int
    minute: int
    phone: int | None
    lesson: int
    late: int
    copies: int


# Around the end of the grace, and when the next lesson is meant.
EDGES = [
    n * LESSON_MINUTES + minute
    for n in range(LESSONS)
    for minute in (-1, 0, GRACE, GRACE + 1, 49, 50, 51)
]
taps = st.builds(
    Tap,
    person=st.integers(0, PEOPLE - 1),
    minute=st.integers(FIRST, LAST) | st.sampled_from(EDGES),
    phone=st.none() | st.integers(0, PHONES - 1),
    lesson=st.integers(0, LESSONS - 1),
    late=st.sampled_from([0, 0, 1, 17, 240, 19 * 60]),
    copies=st.integers(1, 3),
)
days = st.lists(taps, min_size=1, max_size=14)

# By person and lesson: when they came, in minutes of the day, whether in time, and
# whether any of the staff saw them.
Account = dict[tuple[int, int], tuple[int, str, bool]]


def meant(minute: int) -> int:
    """For which lesson somebody comes, with pen and paper.

    For the one that runs, and shortly before its end for the next one.
    """
    return (
        min((minute + COMING_NEXT) // LESSON_MINUTES, LESSONS - 1)
        if (minute >= 0)
        else 0
    )


def account(day: Sequence[Tap], moved: int) -> Account:
    """Who came to which lesson, when first, and who saw them."""
    came: dict[tuple[int, int], int] = {}
    seen_by_staff = set()
    for tap in day:
        lesson = meant(tap.minute) if tap.phone is None else tap.lesson
        key = tap.person, lesson
        came[key] = min(tap.minute, came.get(key, tap.minute))
        if tap.phone is not None:
            seen_by_staff.add(key)
    return {
        key: (minute, status(key[1], minute, moved), key in seen_by_staff)
        for key, minute in came.items()
    }


def status(lesson: int, minute: int, moved: int) -> str:
    starts = lesson * LESSON_MINUTES + moved * (lesson == 0)
    return "late" if minute > starts + GRACE else "present"


class Day:
    """A course of lessons in a row, with a client for each phone."""

    def __init__(self) -> None:
        organization = make_organization()
        self.event = make_event(organization)
        self.lessons = [
            make_session(self.event, starts_at=START + n * LESSON_MINUTES * MINUTE)
            for n in range(LESSONS)
        ]
        self.people = [
            make_participant(self.event, user=make_user()) for _ in range(PEOPLE)
        ]
        self.staff = make_member(organization)
        self.phones = [make_client(make_member(organization)) for _ in range(PHONES)]
        self.heard: set[str] = set()

    def hear(self, number: int, tap: Tap) -> None:
        """One arrival of a tap; a copy has the same key."""
        at = START + tap.minute * MINUTE
        if tap.phone is None:
            self.check_in_alone(tap, at)
            return
        with time_machine.travel(at + tap.late * MINUTE, tick=False):
            answer = self.phones[tap.phone].post(
                f"/api/participants/{self.people[tap.person].pk}/check-in",
                {
                    "session": self.lessons[tap.lesson].pk,
                    "checked_in_at": at.isoformat(),
                },
                headers={"Idempotency-Key": f"tap-{number}"},
            )
        assert answer.status_code == 200, answer.json()

    def check_in_alone(self, tap: Tap, at: datetime) -> None:
        """The code was opened in time; one confirms up to ten minutes later."""
        person = self.people[tap.person]
        assert person.user
        check_in_by_code(
            code_of(self.event, at).text,
            user=person.user,
            now=at + min(tap.late, 9) * MINUTE,
            opened_at=at,
        )

    def move(self, minutes: int) -> None:
        """Move the start of the first lesson."""
        if minutes:
            starts_at = START + minutes * MINUTE
            path = f"/api/sessions/{self.lessons[0].pk}"
            answer = make_client(self.staff).patch(path, {"starts_at": starts_at})
            assert answer.status_code == 200

    def told(self) -> Account:
        """What is stored, as the account has it."""
        people = {person.pk: number for number, person in enumerate(self.people)}
        lessons = {lesson.pk: number for number, lesson in enumerate(self.lessons)}
        return {
            (people[row.participant_id], lessons[row.session_id or 0]): (
                (row.checked_in_at - START) // MINUTE if row.checked_in_at else 0,
                row.status,
                row.check_in_method != CheckInMethod.SELF,
            )
            for row in Attendance.objects.filter(event=self.event)
        }

    def check_log(self) -> None:
        """The log joins up, ends at what stands, and its seals fit."""
        standing: dict[tuple[int, int | None], str] = {}
        for change in AttendanceChange.objects.order_by("pk"):
            key = change.participant_id, change.session_id
            assert change.from_status == standing.get(key, "unknown")
            standing[key] = change.to_status
        rows = Attendance.objects.all()
        assert standing == {
            (row.participant_id, row.session_id): row.status for row in rows
        }
        assert verify([self.event.organization]) == []

    def take_all_back(self) -> None:
        """One undo takes back each check-in whole, whatever followed it."""
        for row in Attendance.objects.all():
            change = AttendanceChange.objects.filter(
                participant=row.participant_id, session=row.session_id
            )[0]
            undo(change, reason="", by=self.staff, now=START)
            row.refresh_from_db()
            assert (row.status, row.checked_in_at) == ("unknown", None)


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(day=days, moved=st.sampled_from([0, 0, -5, 10]), data=st.data())
def test_whatever_is_heard_first_the_same_people_came_at_the_same_times(
    db: None, day: list[Tap], moved: int, data: st.DataObject
) -> None:
    arrivals = [(n, tap) for n, tap in enumerate(day) for _ in range(tap.copies)]
    orders = [arrivals, data.draw(st.permutations(arrivals))]
    expected = account(day, moved)
    for number, order in enumerate(orders):
        with transaction.atomic():
            school = Day()
            # The start is moved when all is heard, or in the middle of it.
            middle = len(order) // 2 if number else len(order)
            for n, tap in order[:middle]:
                school.hear(n, tap)
            school.move(moved)
            for n, tap in order[middle:]:
                school.hear(n, tap)
            assert school.told() == expected
            school.check_log()
            school.take_all_back()
            transaction.set_rollback(True)
