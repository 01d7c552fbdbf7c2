"""For which session staff check people in: it is proposed, chosen, or asked."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from attendance.models import Attendance
from events.models import Event, Participant, User
from sessions_app.models import LiveSession
from tests.attendance.pages import make_lesson, signed_in, text
from tests.factories import (
    START,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NEXT_DAY = START + DAY
ASKED = "For which session do people come?"
NOT_TODAY = "This session is on Monday 2 March 2026, not today."


@pytest.fixture
def lesson() -> LiveSession:
    """Of a course on two days; Amina is expected."""
    session, _people = make_lesson("Amina", time_zone="Asia/Riyadh")
    make_session(session.event, starts_at=START + 7 * DAY, title="A week later")
    return session


@pytest.fixture
def amina(lesson: LiveSession) -> Participant:
    return lesson.event.participants.get()


@pytest.fixture
def staff(lesson: LiveSession) -> User:
    return make_member(lesson.event.organization)


def ask(
    event: Event, user: User, now: datetime, path: str = "", /, **sent: Any
) -> tuple[int, str, str]:
    """Status, page and where it leads, of something at the door."""
    client, path = signed_in(user), f"/events/{event.pk}/check-in/{path}"
    with time_machine.travel(now, tick=False):
        answer = client.post(path, sent) if sent else client.get(path)
        page = client.get(answer["Location"]) if answer.status_code == 302 else answer
    return answer.status_code, page.content.decode(), answer.get("Location", "")


def buttons(page: str) -> list[str]:
    return re.findall(r'<button[^>]* name="(?:participant|undo)" value', page)


def meant(page: str) -> str:
    """Where it leads to say that a session of another day is meant."""
    [path] = re.findall(r'href="([^"]*)">\s*Check people in for it', page)
    return str(path).replace("&amp;", "&")


def offered(page: str) -> list[str]:
    found = re.search(r'<ul class="list doors">.*?</ul>', page, re.DOTALL)
    return re.findall(r"<bdi>(.*?)</bdi>", found[0]) if found else []


def test_the_running_session_is_proposed_and_else_the_nearest_of_today(
    lesson: LiveSession, staff: User
) -> None:
    make_session(lesson.event, starts_at=START + 60 * MINUTE, title="Second")
    for minutes, title in [(-90, "Quadratic"), (55, "Quadratic"), (60, "Second")]:
        _, page, _ = ask(lesson.event, staff, START + minutes * MINUTE)
        [chosen] = re.findall(r'aria-current="true">\s*<bdi>(.*?)</bdi>', page)
        assert chosen.startswith(title)


def test_without_a_session_today_staff_are_asked_and_nobody_can_be_tapped(
    lesson: LiveSession, staff: User, amina: Participant
) -> None:
    _, page, _ = ask(lesson.event, staff, NEXT_DAY)
    assert ASKED in text(page)
    assert offered(page) == ["Quadratic equations", "A week later"]
    assert buttons(page) == []
    assert "Amina" not in page
    sent: dict[str, Any] = {"participant": amina.pk}
    status, page, went_to = ask(lesson.event, staff, NEXT_DAY, **sent)
    assert (status, went_to[-14:]) == (302, "?session=which")
    assert "Nobody was checked in yet." in text(page)
    assert ASKED in text(page)
    assert not Attendance.objects.exists()


def test_a_session_not_today_is_asked_about_once(
    lesson: LiveSession, staff: User, amina: Participant
) -> None:
    query = f"?session={lesson.pk}"
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, query)
    assert NOT_TODAY in text(page)
    assert buttons(page) == []
    sent: dict[str, Any] = {"participant": amina.pk, "session": lesson.pk}
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, query, **sent)
    assert "Nobody was checked in yet." in text(page)
    assert NOT_TODAY in text(page)
    assert not Attendance.objects.exists()
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, meant(page))
    assert len(buttons(page)) == 1
    assert NOT_TODAY not in text(page)
    # What was said is sent along by the forms for searching and for checking in.
    assert page.count('<input type="hidden" name="not_today" value="1">') == 2
    sent |= {"not_today": "1", "q": "ami"}
    _, page, went_to = ask(lesson.event, staff, NEXT_DAY, **sent)
    assert f"?session={lesson.pk}&not_today=1&q=ami#p" in went_to
    assert "is checked in" in text(page)
    assert Attendance.objects.get().session == lesson
    assert len(buttons(page)) == 1


def test_of_one_that_has_ended_staff_are_first_sent_to_its_report(
    lesson: LiveSession, staff: User
) -> None:
    """A tap counts when it is made, so at the door everybody would be late."""
    late = "everybody checked in now is late"
    query = f"?session={lesson.pk}"
    for path in (query, f"new/{query}"):
        _, page, _ = ask(lesson.event, staff, NEXT_DAY, path)
        assert late in text(page)
        [first] = re.findall(r'class="button first" href="(.*?)"', page)
        assert first == f"/sessions/{lesson.pk}/?choose=all#several"
        assert "not_today=1" in meant(page)
    _, page, _ = ask(lesson.event, staff, START - DAY, query)
    assert late not in text(page)
    [first] = re.findall(r'class="button first"\s+href="(.*?)"', page)
    assert "not_today=1" in first


def test_neither_is_anybody_taken_back_before(
    lesson: LiveSession, staff: User, amina: Participant
) -> None:
    ask(lesson.event, staff, START, participant=amina.pk, session=lesson.pk)
    sent: dict[str, Any] = {"undo": amina.pk, "session": lesson.pk}
    ask(lesson.event, staff, NEXT_DAY, **sent)
    assert Attendance.objects.get().checked_in_at == START
    ask(lesson.event, staff, NEXT_DAY, not_today="1", **sent)
    assert Attendance.objects.get().checked_in_at is None


def test_a_session_of_today_is_never_asked_about(
    lesson: LiveSession, staff: User
) -> None:
    # It is the 3rd of March in Riyadh from 21:00 UTC on.
    for now in (START - 12 * 60 * MINUTE, START + (11 * 60 - 1) * MINUTE):
        _, page, _ = ask(lesson.event, staff, now)
        assert len(buttons(page)) == 1
        assert "not_today" not in page
    _, page, _ = ask(lesson.event, staff, START + 11 * 60 * MINUTE)
    assert ASKED in text(page)


def test_a_session_that_was_cancelled_meanwhile_is_not_replaced_by_another(
    lesson: LiveSession, staff: User, amina: Participant
) -> None:
    other = make_session(lesson.event, title="Cancelled", cancelled_at=START)
    sent: dict[str, Any] = {"participant": amina.pk, "session": other.pk}
    _, page, _ = ask(lesson.event, staff, START, **sent)
    assert ASKED in text(page)
    assert not Attendance.objects.exists()


def test_a_badge_asks_the_same(
    lesson: LiveSession, staff: User, amina: Participant
) -> None:
    badge = f"{amina.pk}/"
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, badge)
    assert ASKED in text(page)
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, badge, confirm="1")
    assert ASKED in text(page)
    query = f"{badge}?session={lesson.pk}"
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, query)
    assert NOT_TODAY in text(page)
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, query, confirm="1")
    assert NOT_TODAY in text(page)
    assert not Attendance.objects.exists()
    query += "&not_today=1"
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, query, confirm="1")
    assert "checked in at" in text(page)
    assert Attendance.objects.get().session == lesson


def test_a_walk_in_is_not_added_before_it_is_said(
    lesson: LiveSession, staff: User
) -> None:
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, "new/")
    assert ASKED in text(page)
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, "new/", name="Walid")
    assert ASKED in text(page)
    query = f"new/?session={lesson.pk}"
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, query)
    assert NOT_TODAY in text(page)
    _, page, _ = ask(lesson.event, staff, NEXT_DAY, query, name="Walid")
    assert NOT_TODAY in text(page)
    assert 'value="Walid"' in page
    assert Participant.objects.count() == 1
    sent = {"name": "Walid", "not_today": "on"}
    _, page, went_to = ask(lesson.event, staff, NEXT_DAY, query, **sent)
    assert went_to.endswith(f"?session={lesson.pk}&not_today=1")
    assert Attendance.objects.get().session == lesson


def test_an_event_without_sessions_that_is_not_today_is_asked_about(
    staff: User,
) -> None:
    event = make_event()
    amina, staff = make_participant(event), make_member(event.organization)
    _, page, _ = ask(event, staff, NEXT_DAY)
    assert "This event is on Monday 2 March 2026, not today." in text(page)
    assert buttons(page) == []
    ask(event, staff, NEXT_DAY, participant=amina.pk)
    assert not Attendance.objects.exists()
    ask(event, staff, NEXT_DAY, "?not_today=1", participant=amina.pk)
    assert Attendance.objects.get().session is None


def test_of_hundreds_the_nearest_are_offered_and_the_others_a_page_further(
    lesson: LiveSession, staff: User
) -> None:
    for number in range(2, 40):
        starts_at = START + 7 * number * DAY
        make_session(lesson.event, starts_at=starts_at, title=f"Week {number}")
    now = START + 7 * 20 * DAY + 3 * DAY
    _, page, _ = ask(lesson.event, staff, now)
    assert offered(page)[:4] == ["Week 20", "Week 21", "Week 19", "Week 22"]
    assert len(offered(page)) == 10
    assert "Page 1 of 4" in text(page)
    _, page, _ = ask(lesson.event, staff, now, "?page=4")
    assert offered(page)[-1] == "Quadratic equations"


def test_other_days_can_be_chosen_from_any_session(
    lesson: LiveSession, staff: User
) -> None:
    _, page, _ = ask(lesson.event, staff, START)
    assert 'href="?session=which"' in page
    _, page, _ = ask(lesson.event, staff, START, "?session=which")
    assert offered(page) == ["Quadratic equations", "A week later"]


def test_hosts_are_asked_like_organizers(lesson: LiveSession) -> None:
    host = make_participant(lesson.event, role="host", user=make_user()).user
    assert host
    status, page, _ = ask(lesson.event, host, NEXT_DAY)
    assert (status, ASKED in text(page)) == (200, True)


def test_rest_does_what_it_is_told(
    lesson: LiveSession, staff: User, amina: Participant
) -> None:
    with time_machine.travel(NEXT_DAY, tick=False):
        answer = signed_in(staff).post(
            f"/api/participants/{amina.pk}/check-in",
            {"session": lesson.pk},
            content_type="application/json",
        )
    assert answer.status_code == 200
    assert Attendance.objects.get().session == lesson


def test_a_zone_that_no_browser_knows_comes_with_its_offset() -> None:
    event = make_event(time_zone="Factory")
    staff = make_member(event.organization)
    _, page, _ = ask(event, staff, START)
    assert 'data-zone="Factory" data-offset="0"' in page
    riyadh = make_event(event.organization, time_zone="Asia/Riyadh")
    _, page, _ = ask(riyadh, staff, START)
    assert 'data-offset="180"' in page
