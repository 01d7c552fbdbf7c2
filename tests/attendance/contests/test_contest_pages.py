"""Contesting on pages, signed in or by a personal link, and settling on them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.contests.contesting import contest, settle
from attendance.models import Contest
from events.models import Participant, Role
from events.roster.personal_links import personal_path, token_of
from sessions_app.services import cancel_session
from tests.attendance.contests.contested import Contested
from tests.factories import (
    make_attendance,
    make_member,
    make_participant,
    make_user,
)
from tests.written import written

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Contested:
    return Contested()


def browser_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().split())


def personal(school: Contested) -> str:
    return reverse(
        "contest_personally", args=[token_of(school.place), school.stands.pk]
    )


# --- The person -----------------------------------------------------------------------


@pytest.mark.parametrize("signed_in", [True, False])
def test_what_they_said_stands_there_until_it_is_settled(
    school: Contested, signed_in: bool
) -> None:
    path = personal(school)
    client = Client(enforce_csrf_checks=not signed_in)
    if signed_in:
        path = reverse("contest", args=[school.decision.pk])
        client.force_login(school.amal)
    assert "not settled yet" not in text_of(client.get(path))
    sent = client.post(path, {"text": "I was <there>."})
    assert (sent.status_code, sent["Location"]) == (302, path)
    page = text_of(client.get(path))
    assert "I was &lt;there&gt;." in page
    assert "It is not settled yet" in page
    assert "<textarea" not in page
    said = school.only
    assert said.contested_by == (school.amal if signed_in else None)
    settle(
        said,
        status="present",
        notes="Sorry, you were.",
        by=school.organizer,
        now=school.now,
    )
    page = text_of(client.get(path))
    assert "marked present" in page
    assert "Sorry, you were." in page
    assert "not settled yet" not in page
    assert "<textarea" in page


def test_opening_the_secret_page_ten_times_changes_nothing(school: Contested) -> None:
    with CaptureQueriesContext(connection) as queries:
        for _time in range(10):
            assert Client().get(personal(school)).status_code == 200
            assert Client().head(personal(school)).status_code == 200
    assert not written(queries)


def test_the_secret_page_is_of_this_person_alone(school: Contested) -> None:
    other = make_participant(school.event)
    decision = make_attendance(other, school.lesson, status="absent")
    path = reverse("contest_personally", args=[token_of(school.place), decision.pk])
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"text": "No."}).status_code == 404
    wrong = reverse("contest_personally", args=["1-none", decision.pk])
    assert Client().get(wrong).status_code == 404
    assert not Contest.objects.exists()


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_a_text_that_is_none_says_so_at_its_field(school: Contested, text: str) -> None:
    page = text_of(Client().post(personal(school), {"text": text}))
    assert 'id="id_text_error"' in page
    assert not Contest.objects.exists()


def test_what_is_refused_meanwhile_is_told(school: Contested) -> None:
    cancel_session(session=school.lesson, now=school.now)
    page = text_of(Client().post(personal(school), {"text": "No."}))
    assert "The session was cancelled." in page
    assert not Contest.objects.exists()


def test_the_personal_page_leads_there_and_says_what_became_of_it(
    school: Contested,
) -> None:
    page = text_of(Client().get(personal_path(school.place)))
    link = f'<a href="{personal(school)}"> Is this wrong? </a>'
    assert link in page
    said = school.say("I sat in front.")
    page = text_of(Client().get(personal_path(school.place)))
    assert "You said:" in page
    assert "I sat in front." in page
    assert "It is not settled yet." in page
    assert link not in page
    settle(said, status=None, notes="Not you.", by=school.organizer, now=school.now)
    page = text_of(Client().get(personal_path(school.place)))
    assert "the status stays." in page
    assert "Not you." in page
    assert "It is not settled yet." not in page
    assert link in page


def test_their_own_report_leads_there_too(school: Contested) -> None:
    client = browser_of(school.amal)
    path = reverse("contest", args=[school.decision.pk])
    report = reverse("session", args=[school.lesson.pk])
    assert f'href="{path}"' in text_of(client.get(report))
    assert f'href="{path}"' not in text_of(browser_of(school.admin).get(report))


# --- Organizers -----------------------------------------------------------------------


def where_it_stands(school: Contested) -> list[str]:
    return [
        reverse("session", args=[school.lesson.pk]),
        reverse("person", args=[school.place.person_id]),
        reverse("contests", args=[school.organization.pk]),
    ]


def test_organizers_read_and_settle_it_where_they_read_the_status(
    school: Contested,
) -> None:
    said = school.say("I was <there>.")
    action = f'action="{reverse("settle_contest", args=[said.pk])}"'
    viewer = make_member(school.organization, Role.VIEWER)
    for path in where_it_stands(school):
        page = text_of(browser_of(school.organizer).get(path))
        assert "I was &lt;there&gt;." in page, path
        assert action in page, path
        answer = browser_of(viewer).get(path)
        assert answer.status_code == (403 if "contests" in path else 200), path
        assert b"there&gt;" not in answer.content, path
    history = reverse("history", args=[school.place.pk])
    assert b"there&gt;" not in browser_of(viewer).get(history).content


def test_a_host_does_not_read_what_is_said_of_them(school: Contested) -> None:
    host = make_user()
    make_participant(school.event, role="host", user=host)
    school.say("The teacher was asleep.")
    history = reverse("history", args=[school.place.pk])
    for path in (where_it_stands(school)[0], history):
        page = text_of(browser_of(host).get(path))
        assert "asleep" not in page
        assert "asleep" in text_of(browser_of(school.organizer).get(path))


@pytest.mark.parametrize(
    ("back", "to"), [("", "session"), ("person", "person"), ("contests", "contests")]
)
def test_settling_leads_back_to_the_page_of_the_form(
    school: Contested, back: str, to: str
) -> None:
    path = reverse("settle_contest", args=[school.say().pk])
    sent = {"status": "late", "notes": "At 10:20.", "back": back}
    answer = browser_of(school.organizer).post(path, sent)
    ids = {
        "session": school.lesson.pk,
        "person": school.place.person_id,
        "contests": school.organization.pk,
    }
    row = f"#p{school.place.pk}" if to == "session" else ""
    assert answer["Location"] == reverse(to, args=[ids[to]]) + row
    assert school.stands.status == "late"
    for each in where_it_stands(school)[:2]:
        page = text_of(browser_of(school.organizer).get(each))
        assert "marked late" in page
        assert "At 10:20." in page


def test_a_second_settlement_is_refused_with_a_message(school: Contested) -> None:
    path = reverse("settle_contest", args=[school.say().pk])
    client = browser_of(school.organizer)
    client.post(path, {"status": "late"})
    page = text_of(client.post(path, {"status": "present"}, follow=True))
    assert "Somebody has settled this already." in page
    assert school.stands.status == "late"


def test_the_first_page_counts_what_waits(school: Contested) -> None:
    home = reverse("home")
    client = browser_of(school.organizer)
    assert "contested status" not in text_of(client.get(home))
    said = school.say()
    for path in (
        home,
        reverse("organization", args=[school.organization.pk]),
        reverse("event", args=[school.event.pk]),
    ):
        assert "1 contested status" in text_of(client.get(path)), path
        for other in (school.amal, make_member(school.organization, Role.VIEWER)):
            page = browser_of(other).get(path)
            assert b"1 contested status" not in page.content
    settle(said, status=None, notes="It stays.", by=school.organizer, now=school.now)
    assert "contested status" not in text_of(client.get(home))


def test_the_list_can_be_of_one_event_and_of_what_is_settled(
    school: Contested,
) -> None:
    said = school.say("I was there.")
    client = browser_of(school.organizer)
    path = reverse("contests", args=[school.organization.pk])
    assert "I was there." in text_of(client.get(f"{path}?event={school.event.pk}"))
    for query in ("?event=1", "?event=x", "?state=settled"):
        assert "I was there." not in text_of(client.get(path + query)), query
    settle(said, status=None, notes="It stays.", by=school.organizer, now=school.now)
    assert "I was there." in text_of(client.get(f"{path}?state=settled"))


def test_the_history_shows_what_was_said_and_how_it_was_settled(
    school: Contested,
) -> None:
    settle(
        school.say("I was there."),
        status="present",
        notes="So it is.",
        by=school.organizer,
        now=school.now,
    )
    path = reverse("history", args=[school.place.pk])
    for user in (school.amal, school.organizer):
        page = text_of(browser_of(user).get(path))
        assert "I was there." in page
        assert "So it is." in page
    host = make_user()
    make_participant(school.event, role="host", user=host)
    for user in (host, make_member(school.organization, Role.VIEWER)):
        page = text_of(browser_of(user).get(path))
        assert "Settled after it was contested." in page
        assert "So it is." not in page


# --- Many -----------------------------------------------------------------------------


def many(school: Contested, number: int) -> None:
    places: list[Participant] = [
        make_participant(school.event) for _number in range(number)
    ]
    for place in places:
        decision = make_attendance(place, school.lesson, status="absent")
        contest(decision, text="No.", by=None, now=school.now)


def queries(user: Any, path: str) -> int:
    client = browser_of(user)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_many_contests_take_as_many_queries_as_one(school: Contested) -> None:
    many(school, 1)
    paths = [*where_it_stands(school), reverse("home")]
    paths.append(f"/api/organizations/{school.organization.pk}/contests")
    before = {path: queries(school.organizer, path) for path in paths}
    many(school, 10)
    assert {path: queries(school.organizer, path) for path in paths} == before
