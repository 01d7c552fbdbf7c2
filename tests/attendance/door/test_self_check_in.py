"""Checking oneself in by the code on the screen, on its pages."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.door.self_check_in import code_of
from attendance.models import Attendance, AttendanceChange
from events.models import Event, EventState, Participant
from sessions_app.models import LiveSession
from tests.attendance.pages import make_lesson, signed_in, text
from tests.factories import (
    START,
    change_person,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)
from tests.written import written

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
AT_THE_START = START + 3 * MINUTE


@pytest.fixture
def lesson() -> LiveSession:
    session, [amina] = make_lesson("Amina", time_zone="Asia/Riyadh")
    change_person(amina, user=make_user("amina"))
    return session


@pytest.fixture
def amina(lesson: LiveSession) -> Client:
    user = lesson.event.participants.get().user
    assert user
    return signed_in(user)


def at(now: datetime, client: Client, path: str, **sent: Any) -> Any:
    with time_machine.travel(now, tick=False):
        return client.post(path, sent) if sent else client.get(path)


def page_of(event: Event, now: datetime) -> str:
    """What the screen's code opens at this time."""
    return f"/c/{code_of(event, now).text}/"


def said(answer: Any) -> str:
    return text(answer.content.decode())


def test_one_opens_the_code_and_confirms_once(
    lesson: LiveSession, amina: Client
) -> None:
    path = page_of(lesson.event, AT_THE_START)
    answer = at(AT_THE_START, amina, path)
    assert answer.status_code == 200
    assert "You are on the roster as Amina" in said(answer)
    sent = {"confirm": "1", "session": lesson.pk}
    went_to = at(AT_THE_START, amina, path, **sent)["Location"]
    assert went_to == f"{path}?session={lesson.pk}"
    at(AT_THE_START, amina, path, **sent)
    assert "You checked in at 13:03." in said(at(AT_THE_START, amina, path))
    decision = Attendance.objects.get()
    assert (decision.session, decision.status) == (lesson, "present")
    assert decision.check_in_method == "self"
    assert AttendanceChange.objects.count() == 1


def test_opening_a_code_writes_nothing(lesson: LiveSession, amina: Client) -> None:
    path = page_of(lesson.event, AT_THE_START)
    for client in (amina, Client()):
        with CaptureQueriesContext(connection) as captured:
            at(AT_THE_START, client, path)
        assert written(captured) == []
        assert not [q for q in captured if "INSERT" in q["sql"]]


def test_whoever_has_to_sign_in_first_or_waits_is_not_late_by_it(
    lesson: LiveSession,
) -> None:
    client, path = Client(), page_of(lesson.event, AT_THE_START)
    answer = at(AT_THE_START, client, path)
    assert answer["Location"] == f"/sign-in/?next={path}"
    user = lesson.event.participants.get().user
    assert user
    client.force_login(user)
    later = AT_THE_START + 9 * MINUTE
    assert at(later, client, path).status_code == 200
    at(later, client, path, confirm="1")
    decision = Attendance.objects.get()
    assert decision.checked_in_at == AT_THE_START
    assert decision.check_in_received_at == later


def test_a_code_that_is_over_is_over(lesson: LiveSession, amina: Client) -> None:
    path = page_of(lesson.event, AT_THE_START)
    a_minute_later = AT_THE_START + MINUTE
    for sent in ({}, {"confirm": "1"}):
        answer = at(a_minute_later, amina, path, **sent)
        assert answer.status_code == 409
        assert "This code has expired" in said(answer)
        assert b'name="code"' in answer.content
    assert not Attendance.objects.exists()


def test_having_opened_it_in_time_lasts_ten_minutes_and_for_that_code_alone(
    lesson: LiveSession, amina: Client
) -> None:
    path = page_of(lesson.event, AT_THE_START)
    at(AT_THE_START, amina, path)
    assert at(AT_THE_START + 11 * MINUTE, amina, path).status_code == 409
    other = page_of(lesson.event, AT_THE_START + 2 * MINUTE)
    at(AT_THE_START, amina, path)
    assert at(AT_THE_START + 4 * MINUTE, amina, other).status_code == 409


def test_before_the_door_opens_and_after_it_closes_the_time_is_told(
    lesson: LiveSession, amina: Client
) -> None:
    for now, told in {
        START - 31 * MINUTE: "Check-in opens: 12:30 (Asia/Riyadh).",
        START - timedelta(days=2): "opens: Monday 2 March 2026, 12:30 (Asia/Riyadh).",
        START + 60 * MINUTE: "Check-in closed: 14:00 (Asia/Riyadh).",
    }.items():
        answer = at(now, amina, page_of(lesson.event, now))
        assert answer.status_code == 409
        assert told in said(answer)
    for now in (START - 30 * MINUTE, START + 59 * MINUTE):
        assert at(now, amina, page_of(lesson.event, now)).status_code == 200


def test_of_lessons_in_a_row_it_is_the_one_that_runs(
    lesson: LiveSession, amina: Client
) -> None:
    second = make_session(lesson.event, starts_at=START + 60 * MINUTE)
    for now in (START + 45 * MINUTE, START + 60 * MINUTE):
        at(now, amina, page_of(lesson.event, now), confirm="1")
    found = Attendance.objects.order_by("session_id")
    assert [(row.session, row.status) for row in found] == [
        (lesson, "late"),
        (second, "present"),
    ]


@pytest.fixture
def second(lesson: LiveSession) -> LiveSession:
    """The lesson that follows, in the same event."""
    return make_session(
        lesson.event, starts_at=START + 60 * MINUTE, title="Geometry & more"
    )


def test_from_ten_minutes_before_the_next_lesson_it_is_that_one_and_the_other_offered(
    lesson: LiveSession, second: LiveSession, amina: Client
) -> None:
    for minutes, meant, other in [(49, lesson, second), (50, second, lesson)]:
        now = START + minutes * MINUTE
        page = at(now, amina, page_of(lesson.event, now)).content.decode()
        assert f'name="session" value="{meant.pk}"' in page
        assert f'href="?session={other.pk}"' in page
    assert "Geometry & more , 14:00 \u2013 15:00 ( Asia/Riyadh )" in text(page)


def test_another_session_that_is_open_can_be_chosen(
    lesson: LiveSession, second: LiveSession, amina: Client
) -> None:
    now = START + 55 * MINUTE
    path = page_of(lesson.event, now)
    chosen = at(now, amina, f"{path}?session={lesson.pk}").content.decode()
    assert f'name="session" value="{lesson.pk}"' in chosen
    sent = at(now, amina, path, session=lesson.pk, confirm="1")
    assert sent["Location"] == f"{path}?session={lesson.pk}"
    assert "You checked in at 13:55." in said(at(now, amina, sent["Location"]))
    assert "I am here" in said(at(now, amina, path))
    assert Attendance.objects.get().session == lesson


def test_what_the_page_showed_is_what_one_is_checked_in_for(
    lesson: LiveSession, second: LiveSession, amina: Client
) -> None:
    opened, later = START + 49 * MINUTE, START + 52 * MINUTE
    path = page_of(lesson.event, opened)
    at(opened, amina, path)
    at(later, amina, path, session=second.pk, confirm="1")
    decision = Attendance.objects.get()
    assert (decision.session, decision.checked_in_at) == (second, opened)


def test_a_session_whose_door_is_closed_is_refused_with_its_times(
    lesson: LiveSession, second: LiveSession, amina: Client
) -> None:
    for minutes, session, told in [
        (20, second, "Check-in opens: 13:30 (Asia/Riyadh)."),
        (61, lesson, "Check-in closed: 14:00 (Asia/Riyadh)."),
    ]:
        now = START + minutes * MINUTE
        path = f"{page_of(lesson.event, now)}?session={session.pk}"
        for sent in ({}, {"confirm": "1"}):
            answer = at(now, amina, path, **sent)
            assert (answer.status_code, told in said(answer)) == (409, True)
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("session", ["x", "0", "9" * 30, "\u0663", "another's"])
def test_a_session_that_the_event_does_not_have_is_refused(
    lesson: LiveSession, amina: Client, session: str
) -> None:
    if session == "another's":
        session = str(make_session().pk)
    path = f"{page_of(lesson.event, AT_THE_START)}?session={session}"
    for sent in ({}, {"confirm": "1"}):
        answer = at(AT_THE_START, amina, path, **sent)
        assert answer.status_code == 400
        assert "This event has no such session" in said(answer)
    assert not Attendance.objects.exists()


def test_the_door_opens_and_closes_as_the_event_says(
    lesson: LiveSession, amina: Client
) -> None:
    Event.objects.update(door_opens_minutes=5, door_closes_minutes=20)
    for minutes, status in {-6: 409, -5: 200, 60: 200, 79: 200, 80: 409}.items():
        now = START + minutes * MINUTE
        answer = at(now, amina, page_of(lesson.event, now))
        assert (minutes, answer.status_code) == (minutes, status)
    assert "Check-in closed: 14:20 (Asia/Riyadh)." in said(answer)


def test_an_event_without_sessions_has_a_door_with_its_own_times() -> None:
    event = make_event(door_opens_minutes=0, door_closes_minutes=60)
    user = make_user()
    make_participant(event, user=user)
    client = signed_in(user)
    for minutes, status in {-1: 409, 0: 200, 179: 200, 180: 409}.items():
        now = START + minutes * MINUTE
        assert at(now, client, page_of(event, now)).status_code == status


def test_who_is_not_expected_is_told_whom_to_ask(lesson: LiveSession) -> None:
    path = page_of(lesson.event, AT_THE_START)
    stranger = at(AT_THE_START, signed_in(make_user()), path, confirm="1")
    assert stranger.status_code == 403
    assert "You are not on the roster of Algebra II" in said(stranger)
    for registration, told in {
        "waitlisted": "You are on the waiting list",
        "cancelled": "You are not registered",
        "viewed": "You are not registered",
    }.items():
        person = make_participant(
            lesson.event, registration=registration, user=make_user()
        )
        assert person.user
        answer = at(AT_THE_START, signed_in(person.user), path, confirm="1")
        assert answer.status_code == 403
        assert told in said(answer)
    assert not Attendance.objects.exists()


def test_nobody_checks_in_to_what_is_cancelled(
    lesson: LiveSession, amina: Client
) -> None:
    Event.objects.update(state=EventState.CANCELLED)
    answer = at(AT_THE_START, amina, page_of(lesson.event, AT_THE_START), confirm="1")
    assert answer.status_code == 409
    assert "The event is cancelled." in said(answer)


def test_guessing_ends_after_ten_wrong_codes_a_minute(
    lesson: LiveSession, amina: Client
) -> None:
    over = page_of(lesson.event, START - timedelta(days=30))
    for _ in range(10):
        assert at(AT_THE_START, amina, over).status_code == 409
    right = page_of(lesson.event, AT_THE_START)
    answer = at(AT_THE_START, amina, right, confirm="1")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "Too many wrong codes" in said(answer)
    other = make_participant(lesson.event, user=make_user()).user
    assert other
    assert at(AT_THE_START, signed_in(other), right).status_code == 200


def test_without_signing_in_right_and_wrong_codes_look_alike(
    lesson: LiveSession,
) -> None:
    for path in (page_of(lesson.event, AT_THE_START), "/c/BBBBBBC/", "/c/x/"):
        answer = at(AT_THE_START, Client(), path)
        assert answer.status_code == 302
        assert answer["Location"] == f"/sign-in/?next={path}"
        assert set(answer.cookies) == {"rollcall_door"}


def test_a_code_is_typed_where_no_camera_reads_it(
    lesson: LiveSession, amina: Client
) -> None:
    assert b'name="code"' in at(AT_THE_START, amina, "/c/").content
    code = code_of(lesson.event, AT_THE_START).text
    typed = f"{code[:3]} {code[3:6]}-{code[6:]}".lower()
    answer = amina.get("/c/", {"code": typed})
    assert answer["Location"] == f"/c/{code}/"
    answer = at(AT_THE_START, amina, f"/c/{typed}/")
    assert answer.status_code == 200
    for nonsense in ("هذا", "1/2", "A" * 500):
        went_to = amina.get("/c/", {"code": nonsense})["Location"]
        assert at(AT_THE_START, amina, went_to).status_code == 400


def test_who_stands_for_several_people_checks_them_in_one_after_the_other() -> None:
    session, [amina, sara, _omar] = make_lesson("Amina Sara Omar", time_zone="UTC")
    mother = make_user()
    for child in (amina, sara):
        change_person(child, user=mother)
    waiting = make_participant(
        session.event, name="Tala", user=mother, registration="waitlisted"
    )
    client, path = signed_in(mother), page_of(session.event, AT_THE_START)

    def buttons() -> list[str]:
        page = at(AT_THE_START, client, path).content.decode()
        return re.findall(r'name="participant" value="(\d+)"', page)

    assert buttons() == [str(amina.pk), str(sara.pk)]
    unsaid = at(AT_THE_START, client, path, confirm="1")
    assert (unsaid.status_code, Attendance.objects.count()) == (409, 0)
    assert "Say who is meant: \u2068Amina\u2069, \u2068Sara\u2069," in said(unsaid)
    for child, left in ((sara, [str(amina.pk)]), (amina, [])):
        sent = at(AT_THE_START, client, path, participant=child.pk)
        assert sent["Location"] == path
        assert buttons() == left
    page = said(at(AT_THE_START, client, path))
    assert "Amina : checked in at 10:03" in page
    assert "Tala : on the waiting list" in page
    assert "There is nothing more to do." in page
    assert Attendance.objects.count() == 2
    refused = at(AT_THE_START, client, path, participant=waiting.pk)
    assert "You are on the waiting list" in said(refused)


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's", "no number"])
def test_nobody_else_is_checked_in_by_an_account(
    lesson: LiveSession, amina: Client, whose: str
) -> None:
    other = make_participant(lesson.event)
    sent = {"somebody else's": str(other.pk), "nobody's": "9" * 30, "no number": "x"}
    path = page_of(lesson.event, AT_THE_START)
    answer = at(AT_THE_START, amina, path, participant=sent[whose])
    assert answer.status_code == 400
    assert "Nobody on the roster has this ID." in said(answer)
    assert not Attendance.objects.exists()


# --- The screen -----------------------------------------------------------------------


def test_the_screen_shows_the_code_and_what_it_opens(lesson: LiveSession) -> None:
    staff = signed_in(make_member(lesson.event.organization))
    path = f"/events/{lesson.event_id}/check-in/screen/"
    answer = at(AT_THE_START, staff, path)
    shown = re.search(
        r'class="big-code"><bdi dir="ltr">(.*?)<', answer.content.decode()
    )
    assert shown
    code = code_of(lesson.event, AT_THE_START).text
    assert shown[1].replace(" ", "") == code
    assert b'data-left="30"' in answer.content
    assert b'<svg class="qr"' in answer.content


def test_the_screen_names_the_session_that_a_scan_counts_for(
    lesson: LiveSession, second: LiveSession
) -> None:
    staff = signed_in(make_member(lesson.event.organization))
    path = f"/events/{lesson.event_id}/check-in/screen/"
    for minutes, told in {
        49: "Quadratic equations , 13:00 \u2013 14:00",
        50: "Geometry & more , 14:00 \u2013 15:00",
    }.items():
        assert told in said(at(START + minutes * MINUTE, staff, path))


def test_the_screen_says_when_the_door_opens_and_that_it_closed() -> None:
    event = make_event()
    make_participant(event)
    staff = signed_in(make_member(event.organization))
    path = f"/events/{event.pk}/check-in/screen/"
    before = at(START - 60 * MINUTE, staff, path)
    assert "Check-in opens: 09:30 (UTC)." in said(before)
    after = said(at(START + 121 * MINUTE, staff, path))
    assert "Check-in closed: 12:00 (UTC)." in after
    assert "ask the staff" not in after
    assert b"big-code" not in before.content


def test_what_an_account_does_is_of_its_own_place_alone(lesson: LiveSession) -> None:
    other = make_participant(lesson.event, user=make_user())
    assert other.user
    path = page_of(lesson.event, AT_THE_START)
    at(AT_THE_START, signed_in(other.user), path, confirm="1")
    assert Attendance.objects.get().participant == other
    assert Participant.objects.count() == 2
