"""Who was not enrolled at a session is told where somebody looks for them."""

import re
from datetime import timedelta

import pytest
import time_machine

from core.spans import Span
from events.models import Participant, Registration, Role, User
from sessions_app.models import LiveSession
from tests.attendance.pages import calculate, make_lesson, queries, signed_in, text
from tests.factories import START, make_connection, make_member, make_participant

pytestmark = pytest.mark.django_db

LATER = Span(START + timedelta(days=1), None)
AT_THE_START = START + timedelta(minutes=3)


@pytest.fixture
def lesson() -> LiveSession:
    session, _ = make_lesson("Ben")
    return session


def later(
    session: LiveSession, name: str = "Amina Hadid", **fields: object
) -> Participant:
    return make_participant(session.event, name=name, enrolled=[LATER], **fields)


def report(session: LiveSession, query: str = "", user: User | None = None) -> str:
    client = signed_in(user or make_member(session.event.organization))
    return str(client.get(f"/sessions/{session.pk}/{query}").content.decode())


def told(page: str) -> list[str]:
    """What the report says about people who were not enrolled."""
    found = re.findall(r"<details class=\"not-enrolled.*?</details>", page, re.DOTALL)
    return [text(one) for one in found]


# --- The report -----------------------------------------------------------------------


def test_organizers_are_told_their_number_and_names(lesson: LiveSession) -> None:
    later(lesson)
    later(lesson, "Zoe")
    [said] = told(report(lesson))
    assert said.startswith("2 people of the roster were not enrolled then")
    assert "Amina Hadid (since Tue 3 Mar)" in said
    assert said.index("Amina") < said.index("Zoe")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        # They belong to the event in another way.
        {"registration": Registration.WAITLISTED, "enrolled": [LATER]},
        {"registration": Registration.VIEWED, "enrolled": [LATER]},
    ],
)
def test_nothing_is_said_of_others(
    lesson: LiveSession, fields: dict[str, object]
) -> None:
    make_participant(lesson.event, **fields)
    assert told(report(lesson)) == []


def test_who_was_seen_has_a_row_and_is_not_named(lesson: LiveSession) -> None:
    amina = later(lesson)
    make_connection(lesson, identity=amina.identity)
    calculate(lesson)
    page = report(lesson)
    assert told(page) == []
    assert f'id="p{amina.pk}"' in page


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.VIEWER])
def test_a_search_that_finds_nobody_else_says_so(
    lesson: LiveSession, role: Role
) -> None:
    later(lesson)
    user = make_member(lesson.event.organization, role)
    page = report(lesson, "?q=hadid+amina", user)
    [said] = told(page)
    assert "1 person of the roster was not enrolled then" in said
    assert "Amina Hadid (since Tue 3 Mar)" in said
    assert told(report(lesson, "?q=ben", user)) == []


def test_without_a_search_viewers_are_told_nothing(lesson: LiveSession) -> None:
    later(lesson)
    viewer = make_member(lesson.event.organization, Role.VIEWER)
    assert told(report(lesson, "", viewer)) == []


def test_attendees_are_told_about_themselves(lesson: LiveSession) -> None:
    user = User.objects.create(username="amina")
    later(lesson, user=user)
    later(lesson, "Zoe")
    said = text(report(lesson, "", user))
    assert "You were not enrolled at this session." in said
    assert "Zoe" not in said


def test_a_report_with_nobody_enrolled_does_not_call_the_roster_empty(
    lesson: LiveSession,
) -> None:
    lesson.event.participants.update(enrolled=[LATER])
    page = report(lesson)
    assert "Nobody is on the roster yet" not in page
    assert len(told(page)) == 1


# --- The door -------------------------------------------------------------------------


def door(session: LiveSession, user: User) -> str:
    with time_machine.travel(AT_THE_START, tick=False):
        answer = signed_in(user).get(f"/events/{session.event_id}/check-in/")
    return str(answer.content.decode())


def test_at_the_door_they_stand_at_the_end_and_are_not_expected(
    lesson: LiveSession,
) -> None:
    amina = later(lesson)
    page = door(lesson, make_member(lesson.event.organization))
    assert page.index(">Ben<") < page.index(">Amina Hadid<")
    [row] = re.findall(rf'<li id="p{amina.pk}".*?</li>', page, re.DOTALL)
    assert 'class="not-enrolled"' in row
    assert "not enrolled then" in row
    assert 'data-counts=""' in row
    assert '<dd data-count="expected">1</dd>' in page


def test_they_are_checked_in_like_anybody(lesson: LiveSession) -> None:
    amina = later(lesson)
    user = make_member(lesson.event.organization)
    with time_machine.travel(AT_THE_START, tick=False):
        signed_in(user).post(
            f"/events/{lesson.event_id}/check-in/", {"participant": amina.pk}
        )
    assert amina.attendances.get().status == "present"
    amina.refresh_from_db()
    assert amina.enrolled == (LATER,)
    assert "checked in at" in text(door(lesson, user))


def test_the_door_takes_no_query_more_for_them(lesson: LiveSession) -> None:
    user = make_member(lesson.event.organization)
    path = f"/events/{lesson.event_id}/check-in/"
    before = queries(signed_in(user), path)
    later(lesson)
    later(lesson, "Zoe")
    assert queries(signed_in(user), path) == before
