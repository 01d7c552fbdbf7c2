"""The page of attendance of an event whose sessions still go on."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine

from attendance.completion.completing import complete_event
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Event, Participant, User
from sessions_app.models import LiveSession
from sessions_app.services import cancel_session
from tests.attendance.pages import (
    be_there,
    calculate,
    people_of,
    queries,
    row_of,
    signed_in,
    text,
)
from tests.factories import (
    START,
    make_event,
    make_member,
    make_participant,
    make_participants,
    make_session,
)

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def course() -> Event:
    return make_event(title="Algebra", ends_at=START + 20 * WEEK)


@pytest.fixture
def organizer(course: Event) -> User:
    return make_member(course.organization)


def hold(course: Event, week: int, *present: tuple[Participant, float]) -> LiveSession:
    """An hour's session at which these people were for so many minutes, calculated."""
    session = make_session(course, starts_at=START + week * WEEK, title=f"Week {week}")
    for person, minutes in present:
        be_there(session, person, (0, minutes))
    calculate(session, session.end)
    return session


def get(course: Event, user: User, week: float, query: str = "") -> str:
    with time_machine.travel(START + week * WEEK, tick=False):
        answer = signed_in(user).get(f"/events/{course.pk}/attendance/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def summary_of(page: str) -> str:
    [found] = re.findall(r'<section class="card summary".*?</section>', page, re.DOTALL)
    return text(found)


def test_everybody_is_told_what_their_sessions_have_decided(
    course: Event, organizer: User
) -> None:
    names = ("Ana", "Ben", "Cem", "Dan")
    ana, ben, cem, dan = (make_participant(course, name=name) for name in names)
    sessions = [hold(course, week, (ana, 60), (ben, 30 * week)) for week in range(3)]
    for session in sessions:
        mark(
            Place(course, session),
            [Mark(dan, "excused")],
            by=organizer,
            now=session.end,
        )
    mark(Place(course, sessions[2]), [Mark(cem, "late")], by=organizer, now=START)
    mark(Place(course, sessions[1]), [Mark(cem, "excused")], by=organizer, now=START)
    page = get(course, organizer, 2.5)
    assert "In 3 sessions so far: 3 present (100 % of the time)" in text(
        row_of(page, "Ana")
    )
    assert (
        "In 3 sessions so far: 1 present, 1 partial, 1 absent (50 % of the time)"
        in text(row_of(page, "Ben"))
    )
    assert (
        "In 3 sessions so far: 1 late, 1 absent, 1 excused (50 % of the time)"
        in text(row_of(page, "Cem"))
    )
    assert "In 3 sessions so far: 3 excused unknown" in text(row_of(page, "Dan"))


def test_in_a_room_nothing_is_told_of_time(course: Event, organizer: User) -> None:
    ana = make_participant(course, name="Ana")
    make_participant(course, name="Ben")
    session = make_session(course, mode="in_person")
    late = START + timedelta(minutes=20)
    check_in(Place(course, session), ana, by=organizer, now=late)
    calculate(session)
    page = get(course, organizer, 1)
    assert "In 1 session so far: 1 late unknown" in text(row_of(page, "Ana"))
    assert "In 1 session so far: 1 absent unknown" in text(row_of(page, "Ben"))


def test_the_share_is_that_of_the_course_result(course: Event, organizer: User) -> None:
    """Whoever reads it may foresee what completing gives: over 50 % is present."""
    ana = make_participant(course, name="Ana")
    hold(course, 0, (ana, 20))
    hold(course, 1, (ana, 40.2))
    told = text(row_of(get(course, organizer, 2), "Ana"))
    assert "1 present, 1 partial (50.17 % of the time)" in told
    complete_event(event=course, now=START + 2 * WEEK)
    told = text(row_of(get(course, organizer, 2), "Ana"))
    assert "Present: 60 of 120 minutes (50.17 %) in 2 counted sessions" in told


def test_one_session_and_none(course: Event, organizer: User) -> None:
    ana = make_participant(course, name="Ana")
    make_participant(course, name="Ben", registration="waitlisted")
    hold(course, 0, (ana, 60))
    page = get(course, organizer, 1)
    assert "In 1 session so far: 1 present (100 % of the time)" in text(
        row_of(page, "Ana")
    )
    assert "No decision at any session yet unknown" in text(row_of(page, "Ben"))


def test_the_status_that_stands_is_unknown_until_the_event_is_completed(
    course: Event, organizer: User
) -> None:
    ana = make_participant(course, name="Ana")
    hold(course, 0, (ana, 60))
    assert text(row_of(get(course, organizer, 1), "Ana")).endswith("unknown")
    answer = signed_in(organizer).get(f"/api/events/{course.pk}/attendance").json()
    assert [row["status"] for row in answer["results"]] == ["unknown"]
    assert [row["explanation"] for row in answer["results"]] == [
        "Unknown: no decision yet"
    ]


def test_a_mark_about_the_event_itself_is_told_instead(
    course: Event, organizer: User
) -> None:
    ana = make_participant(course, name="Ana")
    hold(course, 0, (ana, 60))
    mark(Place(course, None), [Mark(ana, "excused")], by=organizer, now=START)
    told = text(row_of(get(course, organizer, 1), "Ana"))
    assert "Excused: marked by" in told
    assert "so far" not in told


def test_the_summary_tells_how_far_the_sessions_are(
    course: Event, organizer: User
) -> None:
    ana = make_participant(course, name="Ana")
    for week in range(3):
        hold(course, week, (ana, 60))
    hold(course, 3)
    make_session(course, starts_at=START + 4 * WEEK)
    cancel_session(session=hold(course, 5), now=START + 6 * WEEK)
    make_session(course, starts_at=START + 6 * WEEK)
    for week in (7, 8):
        make_session(course, starts_at=START + week * WEEK)
    page = get(course, organizer, 6)
    assert summary_of(page) == (
        "3 sessions decided 1 running 2 to come 1 not calculated yet "
        "1 perhaps not held 1 cancelled"
    )
    assert "unknown then count" in text(page)
    assert summary_of(get(course, organizer, 0)) == (
        "0 sessions decided 1 running 7 to come 1 cancelled"
    )


def test_sessions_that_nothing_proves_are_named_with_their_reports(
    course: Event, organizer: User
) -> None:
    ana = make_participant(course, name="Ana")
    held, empty = hold(course, 0, (ana, 60)), hold(course, 1)
    page = get(course, organizer, 2)
    [asked] = re.findall(r'<ul class="names">.*?</ul>', page, re.DOTALL)
    assert text(asked) == "Week 1 (Mon 9 Mar 2026)"
    assert f'href="/sessions/{empty.pk}/"' in asked
    assert f'href="/sessions/{held.pk}/"' not in asked


def test_attendees_are_told_their_own(course: Event) -> None:
    user = make_member(make_event().organization)
    ana = make_participant(course, name="Ana", user=user)
    make_participant(course, name="Ben")
    hold(course, 0, (ana, 60))
    hold(course, 1)
    page = get(course, user, 2)
    assert people_of(page) == ["Ana"]
    assert "In 1 session so far: 1 present" in text(row_of(page, "Ana"))
    assert "Nothing proves" not in text(page)
    assert "Export" not in text(page)


def test_a_course_offers_its_rows_as_a_file_and_printing(
    course: Event, organizer: User
) -> None:
    ana = make_participant(course, name="Ana")
    hold(course, 0, (ana, 60))
    page = get(course, organizer, 1)
    export = rf'reports.csv\?event={course.pk}" download>\s*Export sessions\s*</a>'
    assert re.search(export, page)
    assert "data-print hidden>Print</button>" in page
    file = signed_in(organizer).get(f"/api/reports.csv?event={course.pk}")
    assert "Week 0" in b"".join(file).decode()


def test_more_people_and_sessions_take_no_more_queries(
    course: Event, organizer: User
) -> None:
    client, counts = signed_in(organizer), []
    moment: datetime = START + 30 * WEEK
    for number in (3, 30):
        people = make_participants(course, (f"P{n}" for n in range(number)))
        for week in range(number // 3):
            hold(course, number + week, (people[0], 60), (people[1], 20))
        with time_machine.travel(moment, tick=False):
            counts.append(queries(client, f"/events/{course.pk}/attendance/"))
    assert counts[0] == counts[1] <= 14
