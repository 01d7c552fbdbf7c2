"""Who belonged to an event when: latecomers, leavers who return, and their past.

Over eight weekly lessons there are two sisters with their mother's address, a namesake
of one of them, a latecomer and a leaver who returns.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from rest_framework.test import APIClient

from attendance.calculating.sessions import calculate_sessions
from attendance.completion.completing import complete_due_events
from attendance.evidence.due import Selection
from attendance.models import Attendance, AttendanceChange, EngagementEntry
from core.spans import Span
from events.models import Event, Participant, Person
from events.roster.places import rejoin
from sessions_app.models import LiveSession
from tests.attendance.pages import be_there
from tests.factories import (
    START,
    make_event,
    make_member,
    make_participant,
    make_session,
)

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
MOTHER = "mother@example.com"


class Course:
    """Eight lessons, a week apart; the clock is moved from one to the next."""

    def __init__(self, clock: time_machine.Traveller) -> None:
        self.clock = clock
        self.event = make_event(ends_at=START + 7 * WEEK + timedelta(hours=1))
        self.lessons = [
            make_session(self.event, starts_at=START + number * WEEK)
            for number in range(8)
        ]
        self.client = APIClient()
        self.organizer = make_member(self.event.organization)
        self.at(-0.01)

    def at(self, week: float) -> None:
        """Go to a time, in weeks since the first lesson began."""
        self.clock.move_to(START + week * WEEK)
        self.client.force_login(self.organizer)

    def add(self, name: str, status: int = 201, **fields: Any) -> Participant:
        answer = self.client.post(
            f"/api/events/{self.event.pk}/participants", {"name": name, **fields}
        )
        assert answer.status_code == status, answer.content
        return Participant.objects.get(pk=answer.json()["id"])

    def change(self, place: Participant, **fields: Any) -> dict[str, Any]:
        answer = self.client.patch(f"/api/participants/{place.pk}", fields)
        assert answer.status_code == 200, answer.content
        body: dict[str, Any] = answer.json()
        return body

    def hold(self, number: int, *people: Participant, **fields: Any) -> None:
        """These people are in a lesson from its start to its end; then it is due."""
        for person in people:
            be_there(self.lessons[number], person, **fields)
        self.at(number + 0.1)
        calculate_sessions(Selection(now=START + (number + 0.1) * WEEK))

    def report(self, number: int) -> dict[str, str]:
        path = f"/api/sessions/{self.lessons[number].pk}/attendance"
        body = self.client.get(path).json()
        return {row["participant"]["name"]: row["status"] for row in body["results"]}

    def history(self, place: Participant) -> list[str | None]:
        """The status in each lesson's report; None where they have no row."""
        statuses = []
        for lesson in self.lessons:
            answer = self.client.get(f"/api/sessions/{lesson.pk}/attendance").json()
            rows = {r["participant"]["id"]: r["status"] for r in answer["results"]}
            statuses.append(rows.get(place.pk))
        return statuses

    def unmatched(self, number: int) -> list[str]:
        path = f"/api/sessions/{self.lessons[number].pk}/attendance"
        return [one["identity"] for one in self.client.get(path).json()["unmatched"]]

    def results(self) -> dict[str, str]:
        """The course results, by name."""
        body = self.client.get(f"/api/events/{self.event.pk}/attendance").json()
        return {row["participant"]["name"]: row["status"] for row in body["results"]}


@pytest.fixture
def course() -> Iterator[Course]:
    with time_machine.travel(START - timedelta(hours=1), tick=False) as clock:
        yield Course(clock)


def test_eight_lessons(course: Course) -> None:
    """Each report is right, also of the past, and each has one history."""
    sara = course.add("Sara Haddad", email=MOTHER)
    tala = course.add("Tala Haddad", email=MOTHER)
    namesake = course.add("Sara Haddad", email="other@example.com")
    leaver = course.add("Omar Aziz", email="omar@example.com")
    for number in range(3):
        course.hold(number, sara, leaver)
    latecomer = course.add("Lina Late", email="lina@example.com")
    course.hold(3, sara, tala, latecomer)
    course.change(leaver, registration="cancelled")
    course.hold(4, sara, latecomer)
    course.hold(5, sara, latecomer)
    again = course.add("omar AZIZ", 200, email="OMAR@example.com")
    assert again == leaver
    course.hold(6, sara, leaver)
    course.hold(7, sara, tala, leaver, latecomer)
    everybody = (sara, tala, namesake, leaver, latecomer)
    histories = {place.pk: course.history(place) for place in everybody}
    present, absent = "present", "absent"
    assert histories == {
        sara.pk: [present] * 8,
        tala.pk: [absent] * 3 + [present] + [absent] * 3 + [present],
        namesake.pk: [absent] * 8,
        leaver.pk: [present] * 3 + [absent] + [None, None] + [present] * 2,
        latecomer.pk: [None] * 3 + [present] * 3 + [absent, present],
    }
    assert Person.objects.count() == 5
    complete_due_events(now=START + 8 * WEEK)
    decided = Attendance.objects.filter(session=None)
    assert {one.participant_id: one.status for one in decided} == {
        sara.pk: "present",  # 8 of 8
        tala.pk: "partial",  # 2 of 8
        namesake.pk: "absent",
        leaver.pk: "present",  # 5 of 6
        latecomer.pk: "present",  # 4 of 5
    }


# Latecomers


def test_a_newcomer_is_not_absent_for_lessons_before_they_came(course: Course) -> None:
    ana = course.add("Ana")
    course.hold(0, ana)
    newcomer = course.add("Ben")
    calculate_sessions(Selection(now=START + WEEK / 2, force=True))
    assert course.report(0) == {"Ana": "present"}
    assert course.report(1) == {"Ana": "unknown", "Ben": "unknown"}
    assert not Attendance.objects.filter(participant=newcomer).exists()


def test_from_the_beginning_if_one_says_so(course: Course) -> None:
    ana = course.add("Ana")
    course.hold(0, ana)
    body = course.change(course.add("Ben", enrolled_from=None))
    assert body["enrolments"] == [{"from": None, "until": None}]
    calculate_sessions(Selection(now=START + WEEK / 2))
    assert course.report(0) == {"Ana": "present", "Ben": "absent"}


def test_who_was_seen_before_their_enrolment_has_a_row_there(course: Course) -> None:
    ana = course.add("Ana")
    be_there(course.lessons[0], None, identity="guest", name="Ben")
    course.hold(0, ana)
    ben = course.add("Ben")
    answer = course.client.post(
        f"/api/sessions/{course.lessons[0].pk}/unmatched/link",
        {"identity": "guest", "participant": ben.pk},
    )
    assert answer.status_code == 200
    assert course.report(0) == {"Ana": "present", "Ben": "present"}


def test_a_mark_outside_the_enrolment_has_a_row_and_counts(course: Course) -> None:
    ana = course.add("Ana")
    course.hold(0, ana)
    ben = course.add("Ben")
    answer = course.client.patch(
        f"/api/participants/{ben.pk}/attendance",
        {"status": "excused", "notes": "", "session": course.lessons[0].pk},
    )
    assert answer.status_code == 200
    assert course.report(0) == {"Ana": "present", "Ben": "excused"}


def test_an_enrolment_set_later_takes_back_what_was_wrong(course: Course) -> None:
    """Since when? The absences before are no longer theirs, at once everywhere."""
    ana, ben = course.add("Ana"), course.add("Ben")
    course.hold(0, ana)
    course.hold(1, ana, ben)
    assert course.report(0)["Ben"] == "absent"
    body = course.change(ben, enrolled_from="2026-03-09T00:00:00Z")
    assert body["enrolments"] == [{"from": "2026-03-09T00:00:00Z", "until": None}]
    assert course.report(0) == {"Ana": "present"}
    assert course.report(1) == {"Ana": "present", "Ben": "present"}


def test_a_course_result_follows_a_change_of_the_enrolment(course: Course) -> None:
    ana, ben = course.add("Ana"), course.add("Ben")
    for number in range(8):
        course.hold(number, ana, *([ben] if number > 4 else []))
    course.at(8)
    complete_due_events(now=START + 8 * WEEK)
    assert course.results() == {"Ana": "present", "Ben": "partial"}
    course.change(ben, enrolled_from="2026-04-01T00:00:00Z")
    assert course.results() == {"Ana": "present", "Ben": "present"}


# Leavers


def test_who_cancels_keeps_their_past_and_has_no_future(course: Course) -> None:
    ana, ben = course.add("Ana"), course.add("Ben")
    course.hold(0, ana, ben)
    course.hold(1, ana)
    body = course.change(ben, registration="cancelled")
    assert body["enrolments"] == [{"from": None, "until": "2026-03-10T02:48:00Z"}]
    calculate_sessions(Selection(now=START + 1.2 * WEEK, force=True))
    course.hold(2, ana, ben)
    assert course.report(0) == {"Ana": "present", "Ben": "present"}
    assert course.report(1) == {"Ana": "present", "Ben": "absent"}
    assert course.report(2) == {"Ana": "present"}
    assert course.unmatched(2) == [ben.identity]
    assert course.results() == {"Ana": "unknown", "Ben": "unknown"}


def test_a_late_fact_of_a_lesson_before_they_cancelled_is_theirs(
    course: Course,
) -> None:
    ana, ben = course.add("Ana"), course.add("Ben")
    course.hold(0, ana)
    course.change(ben, registration="cancelled")
    be_there(course.lessons[0], ben)
    calculate_sessions(Selection(now=START + WEEK / 2, force=True))
    assert course.report(0) == {"Ana": "present", "Ben": "present"}


def test_who_waited_and_cancels_was_never_absent(course: Course) -> None:
    ana = course.add("Ana")
    ben = course.add("Ben", registration="waitlisted")
    cem = course.add("Cem", registration="waitlisted")
    course.hold(0, ana, cem)
    course.change(ben, registration="cancelled")
    course.change(cem, registration="cancelled")
    calculate_sessions(Selection(now=START + WEEK / 2, force=True))
    assert course.report(0) == {"Ana": "present", "Cem": "present"}


def test_who_goes_to_the_waiting_list_keeps_their_past(course: Course) -> None:
    ana, ben = course.add("Ana"), course.add("Ben")
    course.hold(0, ana)
    course.hold(1, ana, ben)
    course.change(ben, registration="waitlisted")
    course.hold(2, ana)
    calculate_sessions(Selection(now=START + 2.2 * WEEK, force=True))
    assert course.report(0) == {"Ana": "present", "Ben": "absent"}
    assert course.report(1) == {"Ana": "present", "Ben": "present"}
    assert course.report(2) == {"Ana": "present"}


def test_a_leaver_who_came_once_more_is_expected_at_no_other(course: Course) -> None:
    """Whether the desk or the door says that they came."""
    ana, ben, cem = (course.add(name) for name in ("Ana", "Ben", "Cem"))
    course.hold(0, ana)
    for leaver in (ben, cem):
        course.change(leaver, registration="cancelled")
    course.hold(1, ana, ben)
    answer = course.client.post(
        f"/api/sessions/{course.lessons[1].pk}/unmatched/link",
        {"identity": ben.identity, "participant": ben.pk},
    )
    assert answer.status_code == 200
    answer = course.client.post(
        f"/api/participants/{cem.pk}/check-in",
        {"session": course.lessons[1].pk, "method": "staff"},
    )
    assert answer.status_code == 200
    course.hold(2, ana)
    assert course.report(1) == {"Ana": "present", "Ben": "present", "Cem": "late"}
    assert course.report(2) == {"Ana": "present"}


def test_a_tap_from_before_they_cancelled_brings_nobody_back(course: Course) -> None:
    ben = course.add("Ben")
    tapped = START - timedelta(hours=1)
    course.at(0.01)
    course.change(ben, registration="cancelled")
    answer = course.client.post(
        f"/api/participants/{ben.pk}/check-in",
        {"method": "staff", "checked_in_at": tapped.isoformat()},
    )
    assert answer.status_code == 200
    ben.refresh_from_db()
    assert ben.registration == "cancelled"


def test_who_was_registered_again_meanwhile_stays_as_they_are(course: Course) -> None:
    """A page that was opened before does not undo what was decided since."""
    ben = course.add("Ben")
    course.hold(0, ben)
    course.change(ben, registration="cancelled")
    opened = Participant.objects.get(pk=ben.pk)
    course.at(0.5)
    course.change(ben, registration="registered", enrolled_from=None)
    with transaction.atomic():
        rejoin(opened, "walk_in", by=course.organizer)
    ben.refresh_from_db()
    assert (ben.registration, ben.enrolled) == ("registered", (Span(),))


def test_who_gets_a_place_later_was_not_absent_before(course: Course) -> None:
    ana, ben = course.add("Ana"), course.add("Ben", registration="waitlisted")
    course.hold(0, ana)
    course.change(ben, registration="registered")
    course.hold(1, ana)
    assert course.report(0) == {"Ana": "present"}
    assert course.report(1) == {"Ana": "present", "Ben": "absent"}


def test_points_go_with_the_rows(course: Course) -> None:
    """What was theirs and is no longer gives no points; the log stays."""
    ana, ben = course.add("Ana"), course.add("Ben")
    course.hold(0, ana, ben)
    given = EngagementEntry.objects.filter(participant=ben)
    assert sum(entry.points for entry in given.all()) == 10
    Participant.objects.filter(pk=ben.pk).update(
        registration="cancelled", cancelled_at=START, enrolled=[Span(None, START)]
    )
    calculate_sessions(Selection(now=START + WEEK / 2))
    assert course.report(0) == {"Ana": "present"}
    assert sum(entry.points for entry in given.all()) == 0
    assert AttendanceChange.objects.filter(participant=ben).count() == 2


def test_who_cancelled_is_not_enrolled_longer_without_registering(
    course: Course,
) -> None:
    ben = course.add("Ben")
    course.hold(0, ben)
    course.change(ben, registration="cancelled")
    answer = course.client.patch(
        f"/api/participants/{ben.pk}", {"enrolled_until": None}
    )
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "enrolled_until"
    assert course.change(ben, enrolled_until="2026-03-01T00:00:00Z")["enrolments"] == [
        {"from": None, "until": "2026-03-01T00:00:00Z"}
    ]


@pytest.mark.parametrize("registration", ["registered", "waitlisted", "cancelled"])
def test_nobody_of_the_roster_becomes_an_onlooker(
    course: Course, registration: str
) -> None:
    """Their past would be seen by nobody."""
    ben = course.add("Ben", registration=registration)
    path = f"/api/participants/{ben.pk}"
    answer = course.client.patch(path, {"registration": "viewed"})
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "registration"


# Completion


def test_who_was_enrolled_in_no_lesson_stays_unknown(course: Course) -> None:
    ana = course.add("Ana")
    for number in range(8):
        course.hold(number, ana)
    course.at(7.2)
    course.add("Ben")
    complete_due_events(now=START + 8 * WEEK)
    assert course.results() == {"Ana": "present", "Ben": "unknown"}


@pytest.mark.parametrize(
    ("start", "end", "is_expected"),
    [
        (START + timedelta(hours=1), None, False),
        (START + timedelta(minutes=59), None, True),
        (None, START, False),
        (None, START + timedelta(microseconds=1), True),
    ],
)
def test_a_lesson_that_only_touches_the_enrolment_lies_outside(
    start: datetime | None, end: datetime | None, is_expected: bool
) -> None:
    event: Event = make_event()
    lesson: LiveSession = make_session(event)
    ana = make_participant(event, name="Ana")
    make_participant(event, name="Ben", enrolled=[Span(start, end)])
    be_there(lesson, ana)
    calculate_sessions(Selection(now=START + WEEK / 2))
    client = APIClient()
    client.force_login(make_member(event.organization))
    report = client.get(f"/api/sessions/{lesson.pk}/attendance").json()
    names = [row["participant"]["name"] for row in report["results"]]
    assert names == (["Ana", "Ben"] if is_expected else ["Ana"])
    assert Attendance.objects.filter(session=lesson).count() == len(names)
