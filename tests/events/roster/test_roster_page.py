"""The page of a roster: whom it shows, and what is done to many at once."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.spans import Span, always
from events.models import Event, Participant, PersonChange, Registration, Role, User
from tests.attendance.pages import queries, signed_in, text
from tests.factories import (
    make_attendance,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

SINCE = datetime(2026, 3, 3, tzinfo=UTC)


def get(event: Event, query: str = "", user: User | None = None) -> str:
    client = signed_in(user or make_member(event.organization))
    answer = client.get(f"/events/{event.pk}/people/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def post(event: Event, query: str = "", user: Any = None, **sent: Any) -> Any:
    client = signed_in(user or make_member(event.organization))
    return client.post(f"/events/{event.pk}/people/{query}", sent)


def shown(page: str) -> list[str]:
    """The names in the rows, in order."""
    rows = re.findall(r'<th class="person".*?</th>', page, re.DOTALL)
    return [re.findall(r"<bdi>([^<]*)</bdi>", row)[-1] for row in rows]


# --- Whom it shows --------------------------------------------------------------------


@pytest.fixture
def event() -> Event:
    event = make_event()
    make_participant(event, name="Zoe", role="host", email="zoe@example.com")
    make_participant(event, name="José Álvarez", email="jose@example.com")
    make_participant(event, name="أحمد", email="", external_id="S-17")
    make_participant(event, name="Ben", registration="waitlisted", email="ben@x.org")
    return event


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Zoe", "Ben", "José Álvarez", "أحمد"]),
        ("?q=alvarez+JOSE", ["José Álvarez"]),
        ("?q=احمد", ["أحمد"]),
        ("?q=s-17", ["أحمد"]),
        ("?q=ben%40x.org", ["Ben"]),
        ("?q=jose+ben", []),
        ("?registration=waitlisted", ["Ben"]),
        ("?role=host", ["Zoe"]),
        ("?role=host&registration=waitlisted", []),
        ("?role=pope&registration=dead", ["Zoe", "Ben", "José Álvarez", "أحمد"]),
    ],
)
def test_search_and_filters_find(event: Event, query: str, names: list[str]) -> None:
    assert shown(get(event, query)) == names


def test_hosts_see_and_find_names_alone(event: Event) -> None:
    host = make_participant(event, name="Omar", role="host", user=make_user()).user
    page = get(event, user=host)
    for hidden in ("jose@example.com", "S-17", "Student number", "checkbox", "/edit/"):
        assert hidden not in page
    assert not re.search(r'href="/people/\d', page)
    assert shown(get(event, "?q=s-17", host)) == []
    assert shown(get(event, "?q=zoe", host)) == ["Zoe"]


def test_names_lead_members_to_the_pages_of_people(event: Event) -> None:
    page = get(event, user=make_member(event.organization, Role.VIEWER))
    for place in event.participants.all():
        assert f'<a href="/people/{place.person_id}/">' in page
    assert "checkbox" not in page


def test_student_numbers_have_a_column_only_if_somebody_has_one(event: Event) -> None:
    assert "Student number" in get(event)
    Participant.objects.filter(person__external_id="S-17").delete()
    assert "Student number" not in get(event)


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        (always(), ""),
        ([Span(SINCE, None)], "since Tue 3 Mar"),
        # Until midnight: the day before is the last.
        ([Span(None, SINCE)], "until Mon 2 Mar"),
        ([Span(SINCE, SINCE + timedelta(days=7))], "Tue 3 Mar to Mon 9 Mar"),
        (
            [Span(None, SINCE), Span(SINCE + timedelta(days=30), None)],
            "until Mon 2 Mar, since Thu 2 Apr",
        ),
        ([], "not enrolled"),
    ],
)
def test_it_says_when_somebody_is_enrolled(spans: list[Span], said: str) -> None:
    event = make_event()
    make_participant(event, name="Amina", email="", enrolled=spans)
    page = get(event)
    enrolled = re.findall(r'<td role="cell" class="enrolled">([^<]*)</td>', page)
    assert enrolled == ([said] if said else [])


def test_the_days_are_those_of_the_event() -> None:
    event = make_event(time_zone="Asia/Tokyo")
    evening = datetime(2026, 3, 2, 20, tzinfo=UTC)
    make_participant(event, enrolled=[Span(evening, None)])
    assert "since Tue 3 Mar" in text(get(event))


def test_a_hundred_people_are_a_page_and_links_keep_the_search() -> None:
    event = make_event()
    for number in range(101):
        make_participant(event, name=f"Amina {number:03}")
    page = get(event, "?q=amina&page=2")
    assert shown(page) == ["Amina 100"]
    assert 'href="?q=amina&amp;page=1"' in page
    assert 'action="?q=amina&amp;page=2"' in page


def test_it_takes_as_many_queries_for_many_as_for_one() -> None:
    event, counts = make_event(), set()
    user = make_member(event.organization)
    for number in (1, 150):
        for _ in range(number):
            make_participant(event)
        counts.add(queries(signed_in(user), f"/events/{event.pk}/people/?q=person"))
    assert len(counts) == 1
    assert counts.pop() <= 8


# --- Many at once ---------------------------------------------------------------------


def test_those_who_are_ticked_are_changed_and_search_and_page_stay(
    event: Event,
) -> None:
    ben = event.participants.get(person__name="Ben")
    answer = post(event, "?q=ben&page=1", participant=ben.pk, registration="registered")
    assert answer["Location"] == f"/events/{event.pk}/people/?q=ben"
    ben.refresh_from_db()
    assert ben.registration == Registration.REGISTERED
    assert PersonChange.objects.count() == 1


def test_all_that_the_filter_shows_are_changed_on_all_pages() -> None:
    event = make_event(time_zone="Asia/Riyadh")
    for _ in range(120):
        make_participant(event)
    other = make_participant(event, role="host")
    post(
        event,
        "?role=attendee&page=2",
        all="120",
        enrolled_from="2026-03-03T00:00",
        enrolled_until="2026-04-13T00:00",
    )
    span = Span(
        datetime(2026, 3, 2, 21, tzinfo=UTC), datetime(2026, 4, 12, 21, tzinfo=UTC)
    )
    for place in event.participants.filter(role="attendee"):
        assert place.enrolled == (span,)
    other.refresh_from_db()
    assert other.enrolled == always()


def test_bounds_are_opened_again(event: Event) -> None:
    place = make_participant(event, enrolled=[Span(SINCE, SINCE + timedelta(days=1))])
    post(event, participant=place.pk, from_beginning="on", without_end="on")
    place.refresh_from_db()
    assert place.enrolled == always()


def test_changing_many_takes_no_query_for_each() -> None:
    event, counts = make_event(), set()
    make_session(event)
    client = signed_in(make_member(event.organization))
    for number in (2, 60):
        places = [make_participant(event).pk for _ in range(number)]
        sent = {"participant": places, "registration": "cancelled"}
        with CaptureQueriesContext(connection) as captured:
            assert client.post(f"/events/{event.pk}/people/", sent).status_code == 302
        counts.add(len(captured))
    assert len(counts) == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"registration": "cancelled"}, "Select people first."),
        ({"all": "3", "registration": "cancelled"}, "now 4 people are found"),
        ({"participant": "{zoe}"}, "Say what is to change."),
        (
            {
                "participant": "{zoe}",
                "enrolled_from": "2026-03-03T00:00",
                "from_beginning": "on",
            },
            "not both",
        ),
        (
            {
                "participant": "{zoe}",
                "enrolled_from": "2026-03-03T00:00",
                "enrolled_until": "2026-03-02T00:00",
            },
            "must end after it begins",
        ),
    ],
)
def test_what_cannot_be_is_said_and_nobody_is_changed(
    event: Event, sent: dict[str, str], said: str
) -> None:
    zoe = event.participants.get(person__name="Zoe")
    filled: dict[str, Any] = {
        name: value.format(zoe=zoe.pk) for name, value in sent.items()
    }
    answer = post(event, **filled)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert said in text(page)
    assert not PersonChange.objects.exists()
    if "participant" in sent:
        assert f'value="{zoe.pk}" autocomplete="off" checked' in " ".join(page.split())


def test_all_found_stay_ticked_when_it_cannot_be() -> None:
    event = make_event()
    for _ in range(101):
        make_participant(event)
    for sent in (
        {"all": "101"},
        {"all": "101", "enrolled_from": "2026-03-03T00:00", "from_beginning": "on"},
        {"all": "100", "registration": "cancelled"},
    ):
        page = " ".join(post(event, **sent).content.decode().split())
        assert 'name="all" value="101" autocomplete="off" checked>' in page
        assert "<details open>" in page
    page = " ".join(get(event).split())
    assert 'name="all" value="101" autocomplete="off" >' in page


def test_of_many_who_cannot_be_changed_together_nobody_is(event: Event) -> None:
    left = make_participant(event, name="Left", registration="cancelled")
    zoe = event.participants.get(person__name="Zoe")
    answer = post(event, participant=[left.pk, zoe.pk], without_end="on")
    assert "Left has cancelled" in text(answer.content.decode())
    assert not PersonChange.objects.exists()


def test_removing_asks_first_and_keeps_those_about_whom_something_is_recorded(
    event: Event,
) -> None:
    zoe = event.participants.get(person__name="Zoe")
    ben = event.participants.get(person__name="Ben")
    make_attendance(zoe, make_session(event), status="present")
    sent: dict[str, Any] = {"participant": [zoe.pk, ben.pk], "remove": ""}
    asked = post(event, "?q=e", **sent)
    said = text(asked.content.decode())
    assert "1 person is removed: Ben" in said
    assert "1 person stays" in said
    assert event.participants.count() == 4
    answer = post(event, "?q=e", **sent, confirmed="1")
    assert answer["Location"] == f"/events/{event.pk}/people/?q=e"
    assert not event.participants.filter(pk=ben.pk).exists()
    assert event.participants.filter(pk=zoe.pk).exists()


def test_removing_many_takes_no_query_for_each() -> None:
    event, counts = make_event(), set()
    client = signed_in(make_member(event.organization))
    for number in (2, 60):
        places = [make_participant(event).pk for _ in range(number)]
        sent = {"participant": places, "remove": "", "confirmed": "1"}
        with CaptureQueriesContext(connection) as captured:
            assert client.post(f"/events/{event.pk}/people/", sent).status_code == 302
        counts.add(len(captured))
    assert len(counts) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_only_organizers_change_it(event: Event, role: Role | None) -> None:
    user = (
        make_member(event.organization, role)
        if role
        else make_participant(event, role="host", user=make_user()).user
    )
    zoe = event.participants.get(person__name="Zoe")
    answer = post(event, user=user, participant=zoe.pk, registration="cancelled")
    assert answer.status_code == 403


def test_people_of_other_events_are_left_alone(event: Event) -> None:
    other = make_participant(make_event(event.organization))
    post(event, participant=other.pk, registration="cancelled")
    other.refresh_from_db()
    assert other.registration == Registration.REGISTERED


def test_people_of_one_name_are_told_apart_by_the_columns_beside(event: Event) -> None:
    make_participant(event, name="Ben", email="", external_id="S-3")
    rows = re.findall(r'<tr role="row" id.*?</tr>', get(event), re.DOTALL)
    told = [text(row) for row in rows if "<bdi>Ben</bdi>" in row]
    assert "ben@x.org" in told[0]
    assert "S-3" in told[1]
