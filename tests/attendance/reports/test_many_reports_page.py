"""The page of reports over many sessions, as people use it."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from attendance.models import Status
from events.models import Registration, Role, User
from tests.attendance.many_reports import NOW, make_many
from tests.attendance.pages import (
    be_there,
    calculate,
    make_lesson,
    organizer_of,
    queries,
    signed_in,
    text,
)
from tests.factories import (
    START,
    change_person,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


def get(user: User, query: str = "", *, status: int = 200, now: datetime = NOW) -> str:
    with time_machine.travel(now, tick=False):
        answer = signed_in(user).get(f"/reports/?{query}")
    assert answer.status_code == status
    return answer.content.decode()


def sections(page: str) -> list[str]:
    """What is said of each session."""
    found = re.findall(r'<section class="group">.*?</section>', page, flags=re.DOTALL)
    return [text(section) for section in found]


def names(page: str) -> list[str]:
    return re.findall(r'<th class="person".*?<bdi>(.*?)</bdi>', page, re.DOTALL)


def test_anonymous_people_sign_in_first() -> None:
    answer = Client().get("/reports/?event=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/reports/%3Fevent%3D1"
    assert Client().post("/reports/").status_code == 405


def test_sessions_come_newest_first_with_their_people_and_decisions() -> None:
    session, [ana, ben] = make_lesson("Ana Ben", time_zone="Asia/Riyadh")
    be_there(session, ana, (3, 55))
    older = make_session(
        session.event, title="Fractions", starts_at=START - timedelta(days=1)
    )
    be_there(older, ben)
    for one in (session, older):
        calculate(one, now=NOW)
    page = get(organizer_of(session))
    first, second = sections(page)
    assert first.startswith("Quadratic equations Mon 2 Mar 2026, 13:00 \u2013 14:00")
    assert "Ana Present: 52 of 60 minutes" in first
    assert "Ben Absent: not seen" in first
    assert second.startswith("Fractions Sun 1 Mar 2026")
    assert "Times in Asia/Riyadh" in text(page)
    for one in (session, older):
        assert f'href="/sessions/{one.pk}/"' in page


def test_the_rows_are_those_of_the_api() -> None:
    many = make_many(seed=5)
    user = many.users[Role.OWNER]
    with time_machine.travel(NOW, tick=False):
        answer = signed_in(user).get("/api/reports?to=2026-03-22&status=absent").json()
    expected = [row["participant"]["name"] for row in answer["results"]]
    assert names(get(user, "to=2026-03-22&status=absent")) == expected


def test_sessions_that_have_not_begun_are_shown_only_when_asked_for() -> None:
    session, _people = make_lesson("Ana", starts_at=NOW + timedelta(days=2))
    user = organizer_of(session)
    page = get(user)
    assert "No results" in page
    assert 'value="2026-03-22"' in page
    [ahead] = sections(get(user, "to="))
    assert "not started yet" in ahead


def test_what_was_just_held_is_shown_also_where_it_is_tomorrow_already() -> None:
    event = make_event(make_organization(time_zone="Pacific/Auckland"))
    session = make_session(event, starts_at=NOW.replace(hour=12) - timedelta(days=1))
    make_session(event, starts_at=session.starts_at - timedelta(hours=12))
    make_participant(event)
    user = organizer_of(session, time_zone="America/New_York")
    now = session.starts_at + timedelta(hours=2)
    assert now.date() < now.astimezone(ZoneInfo("Pacific/Auckland")).date()
    assert len(sections(get(user, now=now))) == 2


def test_the_summary_counts_all_pages_by_type_of_session() -> None:
    session, people = make_lesson("Ana Ben", session_type="quran")
    for _ in range(60):
        make_participant(session.event)
    be_there(session, people[0])
    calculate(session, now=NOW)
    page = get(organizer_of(session))
    assert "Quran 1 present 61 absent" in text(page)
    assert len(names(page)) == 50
    assert "Page 1 of 2" in text(page)
    second = get(organizer_of(session), "page=2")
    assert len(names(second)) == 12
    assert '<p class="on-paper">' in second
    assert "12 of 62 rows" in text(second)
    assert "rows" not in text(get(organizer_of(session), "status=present"))
    assert "Quran 1 present 61 absent" in text(second)


def test_cancelled_sessions_count_apart_and_say_so() -> None:
    session, [ana] = make_lesson("Ana")
    be_there(session, ana)
    calculate(session, now=NOW)
    session.cancelled_at = NOW
    session.save()
    page = get(organizer_of(session))
    assert "General 1 not counted: its session was cancelled" in text(page)
    [section] = sections(page)
    assert "· cancelled" in section


def test_a_persons_history_has_their_name_and_leads_back() -> None:
    session, [ana, _ben] = make_lesson("Ana Ben")
    other = make_session(session.event, starts_at=START + timedelta(days=7))
    for one in (session, other):
        be_there(one, ana)
        calculate(one, now=NOW)
    user = organizer_of(session)
    assert f'href="/people/{ana.person_id}/"' in get(user)
    page = get(user, f"participant={ana.pk}")
    assert "<h1><bdi>Ana</bdi></h1>" in page
    assert names(page) == ["Ana", "Ana"]
    assert f'<input type="hidden" name="participant" value="{ana.pk}">' in page


def test_a_person_of_several_events_has_their_rows_of_all() -> None:
    session, [ana, _ben] = make_lesson("Ana Ben")
    event = make_event(session.event.organization)
    make_session(event)
    make_participant(event, person=ana.person)
    user = organizer_of(session)
    assert "<h1>Reports</h1>" in get(user)
    page = get(user, f"person={ana.person_id}")
    assert f'<a href="/people/{ana.person_id}/">' in page
    assert names(page) == ["Ana", "Ana"]
    assert f"person={ana.person_id}" in page.partition("reports.csv?")[2]


@pytest.mark.parametrize("by", ["participant", "person"])
def test_a_foreign_person_is_nobody_here(by: str) -> None:
    foreign = make_participant(name="Secret")
    number = foreign.pk if by == "participant" else foreign.person_id
    page = get(make_user(), f"{by}={number}")
    assert "Secret" not in page
    assert "No results" in page


def test_only_what_one_sees_is_offered() -> None:
    session, _people = make_lesson("Ana")
    secret = make_event(make_organization(name="Secret school"), title="Secret event")
    make_session(secret)
    user = organizer_of(session)
    page = get(user)
    assert "Secret" not in page
    assert "Algebra II (Mon 2 Mar 2026)" in page
    assert '<select name="organization"' not in page
    make_participant(secret, user=user)
    page = get(user)
    school = secret.organization_id
    assert f'<option value="{school}">Secret school</option>' in page
    narrowed = get(user, f"organization={school}")
    assert "Secret event" in narrowed
    assert "Algebra II" not in narrowed


def test_what_was_chosen_stays_chosen() -> None:
    session, _people = make_lesson("Ana")
    query = f"session_type=quran&event={session.event_id}&status=late&from=2026-03-01"
    page = get(organizer_of(session), query)
    for value in ("quran", "late", str(session.event_id)):
        assert f'<option value="{value}" selected>' in page
    assert 'type="date" name="from" value="2026-03-01"' in page


def test_an_instant_stays_in_its_field_too() -> None:
    page = get(make_user(), "from=2026-03-01T10:00:00Z")
    assert 'type="text" name="from" value="2026-03-01T10:00:00Z"' in page


def test_the_table_has_the_same_filters() -> None:
    session, [ana] = make_lesson("Ana")
    be_there(session, ana)
    calculate(session, now=NOW)
    page = get(organizer_of(session), "status=present&from=2026-03-02&page=1&event=")
    [link] = re.findall(r'href="(/api/reports\.csv[^"]*)" download', page)
    assert parse_qs(urlsplit(link.replace("&amp;", "&")).query) == {
        "status": ["present"],
        "from": ["2026-03-02"],
        "to": ["2026-03-22"],
    }


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("from=tomorrow", "“tomorrow” is neither a date"),
        ("from=2026-03-03&to=2026-03-02", "It is before “From”."),
        ("status=here", "is not one of: unknown, present"),
        ("participant=x", "Enter a whole number."),
        ("organization=x", "Enter a whole number."),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(query: str, told: str) -> None:
    page = get(make_user(), query, status=400)
    assert told in text(page)
    assert "Please correct the marked fields." in page


def test_a_page_that_does_not_exist_is_the_last_one() -> None:
    session, _people = make_lesson("Ana")
    assert names(get(organizer_of(session), "page=99")) == ["Ana"]


def test_attendees_see_themselves_alone() -> None:
    _session, [ana, _ben] = make_lesson("Ana Ben")
    user = make_user()
    change_person(ana, user=user)
    assert names(get(user)) == ["Ana"]


def test_every_status_has_its_shape_on_the_page() -> None:
    page = get(make_user())
    for status in Status.values:
        assert f'id="shape-{status}"' in page


def test_the_number_of_queries_does_not_grow() -> None:
    organization = make_organization()
    user = make_member(organization)
    counts = []
    for number in (2, 8):
        for index in range(number):
            event = make_event(organization)
            session = make_session(event, starts_at=START + timedelta(days=index))
            for registration in Registration.values:
                be_there(session, make_participant(event, registration=registration))
            if index % 2 == 0:
                calculate(session, now=NOW)
        client = signed_in(user)
        with time_machine.travel(NOW, tick=False):
            counts.append(queries(client, "/reports/"))
    assert counts[0] == counts[1] <= 24
