"""The page of attendance of an event without sessions, such as a meetup at a door."""

import re
from datetime import timedelta

import pytest
import time_machine

from attendance.completion.completing import complete_event
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Event, EventState, Participant, User
from tests.attendance.pages import people_of, queries, row_of, signed_in, text
from tests.attendance.reports.test_event_so_far import summary_of
from tests.factories import (
    START,
    make_event,
    make_member,
    make_participant,
    make_participants,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def meetup() -> Event:
    """Two hours, for which Ana, Ben and Cem are registered and Dan waits."""
    event = make_event(title="Meetup")
    for name in ("Ana", "Ben", "Cem"):
        make_participant(event, name=name)
    make_participant(event, name="Dan", registration="waitlisted")
    return event


@pytest.fixture
def organizer(meetup: Event) -> User:
    return make_member(meetup.organization)


def named(meetup: Event, name: str) -> Participant:
    return meetup.participants.get(person__name=name)


def come(meetup: Event, name: str, minutes: int) -> None:
    check_in(
        Place(meetup, None),
        named(meetup, name),
        by=make_user(f"staff{minutes}"),
        now=START + minutes * MINUTE,
    )


def get(meetup: Event, user: User, minutes: int, query: str = "") -> str:
    with time_machine.travel(START + minutes * MINUTE, tick=False):
        answer = signed_in(user).get(f"/events/{meetup.pk}/attendance/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_is_headed_attendance_and_speaks_of_no_session(
    meetup: Event, organizer: User
) -> None:
    for state in EventState.values:
        Event.objects.update(state=state)
        page = get(meetup, organizer, 30)
        assert re.search(r"<h1>Attendance</h1>", page)
        said = text(page).lower()
        # The navigation leads to all sessions, from every page.
        assert "sessions" not in said.partition("attendance meetup")[2]
        for word in ("course result", "calculated", "livekit"):
            assert word not in said


def test_it_tells_who_came_and_when_while_it_runs(
    meetup: Event, organizer: User
) -> None:
    come(meetup, "Ana", 4)
    page = get(meetup, organizer, 30)
    assert summary_of(page) == "1 checked in 2 not checked in yet"
    assert "Present: checked in by staff4 at 10:04" in text(row_of(page, "Ana"))
    assert text(row_of(page, "Ben")) == "Ben Not checked in yet unknown"
    assert "Not checked in unknown" in text(row_of(get(meetup, organizer, 120), "Ben"))


def test_whoever_is_excused_is_not_missing(meetup: Event, organizer: User) -> None:
    come(meetup, "Ana", 4)
    mark(
        Place(meetup, None),
        [Mark(named(meetup, "Ben"), "excused")],
        by=organizer,
        now=START,
    )
    page = get(meetup, organizer, 30)
    assert summary_of(page) == "1 checked in 1 not checked in yet 1 excused"


def test_hosts_count_only_if_they_were_checked_in_or_marked(
    meetup: Event, organizer: User
) -> None:
    for name in ("Zoe", "Yan"):
        make_participant(meetup, name=name, role="host")
    come(meetup, "Ana", 4)
    page = get(meetup, organizer, 30)
    assert summary_of(page) == "1 checked in 2 not checked in yet"
    assert people_of(get(meetup, organizer, 30, "?door=out")) == ["Ben", "Cem"]
    come(meetup, "Zoe", 5)
    place, marks = Place(meetup, None), [Mark(named(meetup, "Yan"), "late")]
    mark(place, marks, by=organizer, now=START)
    page = get(meetup, organizer, 30)
    assert summary_of(page) == "2 checked in 2 not checked in yet 1 late"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(-31, ""), (-30, "Not checked in yet"), (0, "Not checked in yet")],
)
def test_nobody_is_missed_before_the_door_opens(
    minutes: int, said: str, meetup: Event, organizer: User
) -> None:
    page = get(meetup, organizer, minutes)
    assert text(row_of(page, "Ben")) == " ".join(filter(None, ["Ben", said, "unknown"]))


def test_people_are_filtered_by_the_door_and_by_status_and_found(
    meetup: Event, organizer: User
) -> None:
    come(meetup, "Ana", 4)
    assert people_of(get(meetup, organizer, 30, "?door=in")) == ["Ana"]
    page = get(meetup, organizer, 30, "?door=out")
    assert people_of(page) == ["Ben", "Cem"]
    assert "Showing 2 of 4: not checked in" in text(page)
    assert people_of(get(meetup, organizer, 30, "?door=out&q=ce")) == ["Cem"]
    assert people_of(get(meetup, organizer, 30, "?status=present")) == ["Ana"]
    assert len(people_of(get(meetup, organizer, 30, "?door=ajar"))) == 4
    pills = re.findall(r'class="pill" href="([^"]*)"', page)
    assert pills == ["?", "?door=in", "?door=out", "?status=present", "?status=unknown"]


def test_the_door_filters_nobody_where_there_are_sessions(
    meetup: Event, organizer: User
) -> None:
    make_session(meetup)
    assert len(people_of(get(meetup, organizer, 30, "?door=in"))) == 4


def test_once_completed_the_statuses_stand_and_who_came_is_still_told(
    meetup: Event, organizer: User
) -> None:
    come(meetup, "Ana", 4)
    complete_event(event=meetup, now=START + DAY)
    page = get(meetup, organizer, 120)
    assert summary_of(page) == "1 present 2 absent 1 unknown 1 checked in"
    assert people_of(get(meetup, organizer, 120, "?door=out")) == ["Ben", "Cem"]


def test_it_leads_to_its_door_and_the_printer(meetup: Event, organizer: User) -> None:
    page = get(meetup, organizer, 30)
    assert f'href="/events/{meetup.pk}/check-in/"' in page
    export = rf'href="/api/reports.csv\?event={meetup.pk}" download>\s*Export\s*</a>'
    assert re.search(export, page)
    assert "data-print hidden>Print</button>" in page
    assert "As of Mon 2 Mar 2026, 10:30 (UTC)." in text(page)
    viewer = make_member(meetup.organization, "viewer")
    assert f'href="/events/{meetup.pk}/check-in/"' not in get(meetup, viewer, 30)


def test_its_own_page_leads_there_by_that_name(meetup: Event, organizer: User) -> None:
    link = rf'href="/events/{meetup.pk}/attendance/">\s*{{}}\s*</a>'
    page = signed_in(organizer).get(f"/events/{meetup.pk}/").content.decode()
    assert re.search(link.format("Attendance"), page)
    make_session(meetup)
    page = signed_in(organizer).get(f"/events/{meetup.pk}/").content.decode()
    assert re.search(link.format("Course result"), page)


def test_a_session_that_was_cancelled_leaves_the_event_its_door(
    meetup: Event, organizer: User
) -> None:
    make_session(meetup, cancelled_at=START)
    come(meetup, "Ana", 4)
    page = get(meetup, organizer, 30)
    assert "<h1>Attendance</h1>" in page
    assert summary_of(page) == "1 checked in 2 not checked in yet"
    assert f'href="/events/{meetup.pk}/check-in/"' in page


def test_attendees_see_themselves_alone(meetup: Event) -> None:
    user = make_user()
    make_participant(meetup, name="Eva", user=user)
    page = get(meetup, user, 30, "?door=in")
    assert people_of(page) == ["Eva"]
    assert "Not checked in yet" in text(row_of(page, "Eva"))
    assert "Export" not in text(page)


def test_more_people_take_no_more_queries(meetup: Event, organizer: User) -> None:
    client, path = signed_in(organizer), f"/events/{meetup.pk}/attendance/"
    come(meetup, "Ana", 4)
    few = queries(client, path)
    for person in make_participants(meetup, (f"P{n}" for n in range(30))):
        check_in(Place(meetup, None), person, by=organizer, now=START)
    assert queries(client, path) == few <= 16
