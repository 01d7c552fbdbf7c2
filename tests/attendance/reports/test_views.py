"""Who may see and do what on pages, and what that costs."""

import re

import pytest
import time_machine
from django.test import Client

from attendance.models import Attendance, AttendanceChange, SessionCalculation
from events.models import Role, User
from sessions_app.models import LiveSession
from tests.attendance.pages import (
    AFTERWARDS,
    RUNNING,
    be_there,
    calculate,
    get,
    make_lesson,
    organizer_of,
    queries,
    row_of,
    signed_in,
    text,
)
from tests.factories import (
    change_person,
    make_member,
    make_organization,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

# --- Who sees it --------------------------------------------------------------------


def test_attendees_see_their_own_row_alone() -> None:
    session, [amina, ben] = make_lesson("Amina Ben")
    change_person(ben, user=make_user())
    be_there(session, amina)
    be_there(session, None, (5, 53), identity="guest-7f3a", name="Lina")
    calculate(session)
    page = get(session, ben.user)
    assert text(row_of(page, "Ben")).startswith("Ben Absent: not seen")
    for hidden in (
        *("Amina", "Lina", "guest-7f3a", "counts-big", "<form class"),
        *('class="pill', 'type="search"', "reports.csv"),
    ):
        assert hidden not in page.replace('<form class="who"', "")


def test_strangers_sign_in_first() -> None:
    session, _ = make_lesson("Amina")
    for action in ("", *(f"{action}/" for action in ACTIONS)):
        path = f"/sessions/{session.pk}/{action}"
        answer = Client().post(path) if action else Client().get(path)
        assert answer.status_code == 302
        assert answer["Location"] == f"/sign-in/?next={path}"


ACTIONS = [
    *("calculate", "count-as-absent", "cancel", "restore"),
    *("unmatched/link", "unmatched/unlink"),
]


def test_what_is_not_yours_is_not_there() -> None:
    session, _ = make_lesson("Amina")
    client = signed_in(make_member(make_organization(), Role.OWNER))
    assert client.get(f"/sessions/{session.pk}/").status_code == 404
    assert client.get("/sessions/99999999999999999999999/").status_code == 404
    for action in ACTIONS:
        assert client.post(f"/sessions/{session.pk}/{action}/").status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_only_look_may_change_nothing(action: str) -> None:
    session, _ = make_lesson("Amina")
    client = signed_in(make_member(session.event.organization, Role.VIEWER))
    answer = client.post(f"/sessions/{session.pk}/{action}/")
    assert answer.status_code == 403
    assert b"You are not allowed to do this" in answer.content
    session.refresh_from_db()
    assert session.cancelled_at is None
    assert not SessionCalculation.objects.exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_opening_a_link_changes_nothing(action: str) -> None:
    session, _ = make_lesson("Amina")
    client = signed_in(organizer_of(session))
    assert client.get(f"/sessions/{session.pk}/{action}/").status_code == 405


def test_a_post_needs_its_token() -> None:
    session, _ = make_lesson("Amina")
    client = Client(enforce_csrf_checks=True)
    client.force_login(organizer_of(session))
    assert client.post(f"/sessions/{session.pk}/cancel/").status_code == 403


def test_pages_about_people_are_kept_by_no_cache() -> None:
    session, _ = make_lesson("Amina")
    client = signed_in(organizer_of(session))
    for path in ("/", f"/sessions/{session.pk}/"):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_nothing_inline_is_allowed_or_needed() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina, (0, None))
    calculate(session)
    client = signed_in(organizer_of(session))
    answer = client.get(f"/sessions/{session.pk}/")
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(rb'\sstyle="|<style|\son\w+="', answer.content)
    assert not re.search(rb"<script(?! [^>]*src=)", answer.content)
    assert not re.search(rb'(?:href|src|action)="(?:https?:)?//', answer.content)


# --- What organizers do -------------------------------------------------------------


def post(
    session: LiveSession, action: str, user: User | None = None
) -> tuple[str, list[str]]:
    """The page afterwards, and what it says happened."""
    client = signed_in(user or organizer_of(session))
    with time_machine.travel(AFTERWARDS, tick=False):
        answer = client.post(f"/sessions/{session.pk}/{action}/", follow=True)
    assert answer.redirect_chain == [(f"/sessions/{session.pk}/", 302)]
    page = answer.content.decode()
    return page, re.findall(r'<p class="message \w+">(.*?)</p>', page)


def test_calculating_decides_and_says_how_much_changed() -> None:
    session, [amina, _] = make_lesson("Amina Ben")
    be_there(session, amina)
    page, said = post(session, "calculate")
    assert said == ["Calculated: 2 decisions changed."]
    assert "1 present" in text(page)
    assert '<button class="button">Recalculate</button>' in page
    assert post(session, "calculate")[1] == ["Calculated: nothing changed."]


def test_a_running_session_is_not_calculated_and_says_why() -> None:
    session, _ = make_lesson("Amina", minutes=600)
    _, said = post(session, "calculate")
    assert len(said) == 1
    assert said[0].startswith("The session has not ended")
    assert not SessionCalculation.objects.exists()


def test_counting_all_as_absent_answers_the_question() -> None:
    session, _ = make_lesson("Amina Ben")
    calculate(session)
    organizer = organizer_of(session)
    page, said = post(session, "count-as-absent", organizer)
    assert said == ["2 people count as absent."]
    assert "Was this session held?" not in page
    assert "2 absent" in text(page)
    assert {change.actor for change in AttendanceChange.objects.all()} == {organizer}


def test_counting_where_somebody_was_seen_changes_nothing() -> None:
    session, [amina, _] = make_lesson("Amina Ben")
    be_there(session, amina)
    calculate(session)
    changes = AttendanceChange.objects.count()
    assert post(session, "count-as-absent")[1] == [
        "It is known already that this session was held."
    ]
    assert AttendanceChange.objects.count() == changes


def test_a_session_that_was_not_held_is_cancelled_and_can_be_restored() -> None:
    session, _ = make_lesson("Amina")
    calculate(session)
    page, _said = post(session, "cancel")
    assert "This session was cancelled" in page
    assert "Was this session held?" not in page
    page, _said = post(session, "restore")
    assert "This session was cancelled" not in page


def test_a_session_whose_room_is_taken_stays_cancelled_and_says_why() -> None:
    session, _ = make_lesson("Amina")
    LiveSession.objects.update(cancelled_at=AFTERWARDS)
    make_session(session.event, room_name=session.room_name)
    page, said = post(session, "restore")
    assert "has this room from" in said[0]
    assert "This session was cancelled" in page


# --- Queries ------------------------------------------------------------------------


def make_full_lesson(people: int, marked_by: User | None = None) -> LiveSession:
    session, roster = make_lesson(" ".join(f"P{number}" for number in range(people)))
    for person in roster:
        be_there(session, person, (0, 50))
        be_there(session, None, (0, 50), name="UnmatchedPerson")
    calculate(session)
    Attendance.objects.filter(session=session).update(
        marked_by=marked_by, marked_at=marked_by and AFTERWARDS
    )
    return session


def test_a_report_takes_as_many_queries_for_thirty_as_for_three() -> None:
    counts = set()
    for people in (3, 30):
        session = make_full_lesson(people, marked_by=make_user())
        client = signed_in(organizer_of(session))
        counts.add(queries(client, f"/sessions/{session.pk}/"))
    assert len(counts) == 1
    assert counts.pop() <= 22


def test_organizers_change_and_end_a_session_from_its_report() -> None:
    session, _people = make_lesson("Ana")
    edit, end = (f'href="/sessions/{session.pk}/{name}/"' for name in ("edit", "end"))
    page = get(session, now=RUNNING)
    assert edit in page
    assert end in page
    viewer = make_member(session.event.organization, Role.VIEWER)
    page = get(session, viewer, now=RUNNING)
    assert edit not in page
    assert end not in page
