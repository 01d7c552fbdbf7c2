"""Events without sessions on the page of many reports."""

from datetime import datetime

import pytest

from attendance.completion.completing import complete_event
from events.models import Event, EventState, Role
from tests.attendance.many_reports import NOW
from tests.attendance.meetups import come, decide, make_meetup, minute_of
from tests.attendance.pages import queries, signed_in, text
from tests.attendance.reports.test_many_reports_page import get, names, sections
from tests.factories import (
    START,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def meetup() -> Event:
    event = make_meetup("Ana Ben Cem", title="Tea", time_zone="Asia/Riyadh")
    come(event, "Ana", 5, by=make_user("staff"))
    decide(event, "Ben", "excused")
    return event


def only_section(meetup: Event, *, now: datetime = NOW, query: str = "") -> str:
    [section] = sections(get(make_member(meetup.organization), query, now=now))
    return section


def test_its_rows_stand_under_the_event_and_say_when_people_came(
    meetup: Event,
) -> None:
    page = get(make_member(meetup.organization))
    [section] = sections(page)
    assert section.startswith("Tea Mon 2 Mar 2026, 13:00 \u2013 15:00")
    assert "Ana Present: checked in by staff at 13:05" in section
    assert "Ben Excused" in section
    assert "Cem Not checked in unknown" in section
    assert f'href="/events/{meetup.pk}/attendance/"' in page
    assert "Times in Asia/Riyadh" in text(page)
    assert "Events without sessions 1 present 1 excused 1 unknown" in text(page)


def test_there_are_no_bars(meetup: Event) -> None:
    page = get(make_member(meetup.organization))
    assert "In the room" not in page
    assert 'class="bar"' not in page


def test_it_says_whether_it_runs(meetup: Event) -> None:
    running = only_section(meetup, now=minute_of(meetup, 30))
    assert "· running now" in running
    assert "Cem Not checked in yet" in running
    ahead = only_section(meetup, now=minute_of(meetup, -31), query="to=")
    assert "· not started yet" in ahead
    assert "Not checked in" not in ahead
    open_door = only_section(meetup, now=minute_of(meetup, -30), query="to=")
    assert "Cem Not checked in yet" in open_door
    complete_event(event=meetup, now=minute_of(meetup, 130))
    over = only_section(meetup)
    assert "Cem Absent: nothing shows that they came absent" in over
    assert "running" not in over


def test_a_cancelled_one_counts_for_nobody(meetup: Event) -> None:
    Event.objects.update(state=EventState.CANCELLED)
    assert "· cancelled" in only_section(meetup)
    page = get(make_member(meetup.organization))
    said = "Events without sessions 3 not counted: their events were cancelled"
    assert said in text(page)
    assert 'class="status s-present"' not in page


def test_sessions_and_events_stand_together_newest_first(meetup: Event) -> None:
    event = make_event(meetup.organization)
    for hours in (-2, 2):
        at = START.replace(hour=START.hour + hours)
        make_session(event, title=f"Lesson {hours}", starts_at=at)
    make_participant(event)
    found = sections(get(make_member(meetup.organization)))
    assert [section.split(" Mon")[0] for section in found] == [
        "Lesson 2",
        "Tea",
        "Lesson -2",
    ]


def test_people_can_choose_where_sessions_are_held(meetup: Event) -> None:
    for mode in ("online", "in_person"):
        session = make_session(make_event(meetup.organization), mode=mode)
        make_participant(session.event, name=mode)
    page = get(make_member(meetup.organization), "mode=in_person")
    assert names(page) == ["in_person"]
    assert '<option value="in_person" selected>' in page
    assert "mode=in_person" in page.partition("reports.csv?")[2].partition('"')[0]


def test_hosts_and_attendees_open_nobodys_page(meetup: Event) -> None:
    for role in ("host", "attendee"):
        user = make_user()
        make_participant(meetup, name="Me", role=role, user=user)
        page = get(user)
        assert "/people/" not in page
        assert ("Ana" in page) == (role == "host")
    viewer = make_member(meetup.organization, Role.VIEWER)
    assert "/people/" in get(viewer)


def test_the_number_of_queries_does_not_grow() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization))
    counts = []
    for number in (2, 8):
        for _ in range(number):
            come(make_meetup("Ana Ben", organization), "Ana")
        counts.append(queries(client, "/reports/"))
    assert counts[0] == counts[1] <= 18
