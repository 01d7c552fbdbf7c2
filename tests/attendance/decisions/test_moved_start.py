"""Who was late by check-in follows the start of the session, however it is moved."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.completion.completing import complete_event
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo
from attendance.models import (
    Attendance,
    AttendanceChange,
    AttendancePolicy,
    EngagementEntry,
)
from events.models import Participant, User
from sessions_app.models import LiveSession
from sessions_app.services import cancel_session, change_session, restore_session
from tests.attendance.pages import calculate, make_lesson, signed_in, text
from tests.factories import (
    START,
    make_client,
    make_member,
    make_participants,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = START + timedelta(hours=3)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lesson() -> LiveSession:
    """Ana came after ten minutes, Ben after twenty; the grace is fifteen."""
    session, [ana, ben] = make_lesson("Ana Ben")
    for person, minutes in ((ana, 10), (ben, 20)):
        come(session, person, minutes)
    return session


def come(session: LiveSession, person: Participant, minutes: int) -> None:
    at = START + minutes * MINUTE
    check_in(Place(session.event, session), person, by=make_user(), at=at, now=NOW)


def move(session: LiveSession, minutes: int, **also: Any) -> None:
    changes = {"starts_at": START + minutes * MINUTE, **also}
    change_session(session=session, changes=changes)


def person(name: str) -> Participant:
    return Participant.objects.select_related("event").get(person__name=name)


def statuses(session: LiveSession | None) -> dict[str, str]:
    rows = Attendance.objects.filter(session=session)
    return {
        row.participant.name: row.status
        for row in rows.select_related("participant__person")
    }


def test_moving_the_start_decides_anew_and_logs_it_by_nobody(
    lesson: LiveSession,
) -> None:
    assert statuses(lesson) == {"Ana": "present", "Ben": "late"}
    move(lesson, 10)
    assert statuses(lesson) == {"Ana": "present", "Ben": "present"}
    change = AttendanceChange.objects.latest("pk")
    assert (change.from_status, change.to_status) == ("late", "present")
    assert (change.from_source, change.source) == ("check_in", "check_in")
    assert (change.actor, change.participant.name) == (None, "Ben")
    move(lesson, -10)
    assert statuses(lesson) == {"Ana": "late", "Ben": "late"}
    assert AttendanceChange.objects.count() == 5


def test_another_grace_period_decides_anew_when_the_session_is_calculated(
    lesson: LiveSession,
) -> None:
    calculate(lesson, now=NOW)
    for grace, after in ((25, "present"), (5, "late")):
        before = statuses(lesson)
        AttendancePolicy.objects.update_or_create(
            session=lesson,
            organization=lesson.event.organization,
            defaults={"grace_minutes": grace},
        )
        assert statuses(lesson) == before
        calculate(lesson, now=NOW)
        assert statuses(lesson) == {"Ana": after, "Ben": after}
    change = AttendanceChange.objects.latest("pk")
    assert (change.from_source, change.source) == ("check_in", "check_in")
    assert change.actor is None


def test_what_is_not_moved_decides_nothing_anew(lesson: LiveSession) -> None:
    move(lesson, 0, title="Another title", ends_at=START + 90 * MINUTE)
    assert AttendanceChange.objects.count() == 2


def test_a_mark_stays(lesson: LiveSession) -> None:
    by = make_user()
    marks = [Mark(person("Ben"), "excused")]
    mark(Place(lesson.event, lesson), marks, by=by, now=NOW)
    move(lesson, 10)
    assert statuses(lesson)["Ben"] == "excused"


def test_course_results_and_points_follow(lesson: LiveSession) -> None:
    calculate(lesson)
    complete_event(event=lesson.event, now=NOW)
    assert statuses(None) == {"Ana": "present", "Ben": "late"}
    move(lesson, 5)
    assert statuses(None) == {"Ana": "present", "Ben": "present"}
    ben = EngagementEntry.objects.filter(participant=person("Ben"))
    assert sum(entry.points for entry in ben) == 10


def test_moving_a_start_takes_as_many_queries_for_200_people_as_for_2(
    lesson: LiveSession,
) -> None:
    def queries(minutes: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            move(lesson, minutes)
        return len(captured)

    few = queries(10)
    more = make_participants(lesson.event, [f"Person {n}" for n in range(200)])
    for one in more[:198]:
        one.event = lesson.event
        come(lesson, one, 22)
    assert queries(5) == few
    assert statuses(lesson)["Person 7"] == "late"


def test_over_rest_and_in_the_admin_too(lesson: LiveSession, client: Client) -> None:
    rest = make_client(make_member(lesson.event.organization))
    start = (START + 10 * MINUTE).isoformat()
    assert rest.patch(f"/api/sessions/{lesson.pk}", {"starts_at": start}).json()
    assert statuses(lesson)["Ben"] == "present"
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "x"))
    path = f"/admin/sessions_app/livesession/{lesson.pk}/change/"
    form = client.get(path).context["adminform"].form
    sent = {
        "title": lesson.title,
        "session_type": lesson.session_type,
        "mode": lesson.mode,
        "room_name": lesson.room_name,
        "starts_at_0": "2026-03-02",
        "starts_at_1": "10:00:00",
        "ends_at_0": "2026-03-02",
        "ends_at_1": "11:00:00",
    }
    assert set(form.fields) <= {name.removesuffix("_0") for name in sent}
    assert client.post(path, sent).status_code == 302
    assert statuses(lesson)["Ben"] == "late"


def test_a_check_in_after_a_moved_start_is_taken_back_whole(
    lesson: LiveSession,
) -> None:
    by = make_member(lesson.event.organization)
    move(lesson, 10)
    ben = person("Ben")
    undo(AttendanceChange.objects.latest("pk"), reason="", by=by, now=NOW)
    row = Attendance.objects.get(participant=ben)
    assert (row.status, row.source, row.checked_in_at) == ("unknown", None, None)


def test_the_history_says_why(lesson: LiveSession) -> None:
    move(lesson, 10)
    staff = signed_in(make_member(lesson.event.organization))
    page = staff.get(f"/participants/{person('Ben').pk}/history/")
    assert "because the start or the grace period changed" in text(
        page.content.decode()
    )


def test_a_cancelled_session_decides_nothing_anew_until_it_is_restored(
    lesson: LiveSession,
) -> None:
    cancel_session(session=lesson, now=NOW)
    move(lesson, 10)
    assert statuses(lesson) == {"Ana": "present", "Ben": "late"}
    restore_session(session=lesson)
    assert statuses(lesson) == {"Ana": "present", "Ben": "present"}
