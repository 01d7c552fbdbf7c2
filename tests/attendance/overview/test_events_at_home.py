"""Events without sessions on the first page, and sessions held in person."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from attendance.completion.completing import complete_event
from attendance.decisions.checking_in import check_in
from attendance.decisions.place import Place
from events.models import Event, EventState, Participant, Registration, Role, User
from tests.attendance.meetups import come, decide, make_meetup, minute_of, named
from tests.attendance.overview.test_home import groups_of, home
from tests.attendance.pages import (
    RUNNING,
    be_there,
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
    make_membership,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def meetup() -> Event:
    return make_meetup("Ana Ben Cem", title="Tea")


def line_of(meetup: Event, *, minutes: int, user: User | None = None) -> str:
    """The group in which the event stands, and what its line says."""
    now = minute_of(meetup, minutes)
    groups = groups_of(home(user or make_member(meetup.organization), now=now))
    [(title, said)] = [each for each in groups.items() if meetup.title in each[1]]
    return f"{title}: {said}"


def test_it_stands_where_a_session_of_its_times_would() -> None:
    school = make_organization(name="School")
    meetup = make_meetup("Ana", school, title="Tea", ends_at=None)
    times = "10:00 \u2013 12:00 Tea School"
    dated = f"Mon 2 Mar, {times}"
    stands = {
        -24 * 60: f"Coming up: {dated}",
        -60: f"Today: {times}",
        0: f"Running now: {times} 1 not checked in yet",
        119: f"Running now: {times} 1 not checked in yet",
        120: f"Today: {times} 1 not checked in",
        24 * 60: f"Earlier: {dated} 1 not checked in",
    }
    assert {at: line_of(meetup, minutes=at) for at in stands} == stands


def test_what_began_on_another_day_has_its_date_also_while_it_runs() -> None:
    meetup = make_meetup("Ana", title="Camp", ends_at=START + 3 * DAY)
    said = line_of(meetup, minutes=26 * 60)
    assert said.startswith("Running now: Mon 2 Mar, 10:00 \u2013 Thu 5 Mar, 10:00 Camp")


def test_while_it_runs_it_tells_who_was_checked_in_of_those_expected(
    meetup: Event,
) -> None:
    make_participant(meetup, name="Dan", registration=Registration.WAITLISTED)
    make_participant(meetup, name="Eve", registration=Registration.CANCELLED)
    make_participant(meetup, name="Fay")
    make_participant(meetup, name="Gil", registration=Registration.WAITLISTED)
    come(meetup, "Ana")
    decide(meetup, "Ben", "excused")
    decide(meetup, "Cem", "absent")
    said = line_of(meetup, minutes=30)
    assert said.endswith("1 checked in 2 not checked in yet 1 excused")
    decide(meetup, "Ana", "partial")
    decide(meetup, "Gil", "absent")
    come(meetup, "Dan", 40)
    said = line_of(meetup, minutes=45)
    assert said.endswith("2 checked in 2 not checked in yet 1 absent 1 excused")


def test_once_it_is_completed_the_statuses_are_told(meetup: Event) -> None:
    make_participant(meetup, registration=Registration.WAITLISTED)
    come(meetup, "Ana", 5)
    complete_event(event=meetup, now=minute_of(meetup, 121))
    said = line_of(meetup, minutes=125)
    assert said.endswith(f"{meetup.organization.name} 1 present 2 absent")


def test_it_leads_to_its_report(meetup: Event) -> None:
    page = home(make_member(meetup.organization), now=START)
    assert f'href="/events/{meetup.pk}/attendance/"' in page
    assert '<use href="#shape-unknown"/>' in page


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.CANCELLED])
def test_drafts_and_cancelled_events_are_not_listed(
    state: EventState, meetup: Event
) -> None:
    Event.objects.update(state=state)
    assert groups_of(home(make_member(meetup.organization), now=START)) == {}


def test_an_event_with_sessions_is_not_listed_beside_them(meetup: Event) -> None:
    make_session(meetup, title="Lesson")
    [said] = groups_of(home(make_member(meetup.organization), now=START)).values()
    assert said.count("Tea") == 1
    assert "Lesson" in said


def test_an_event_whose_only_session_was_cancelled_is_listed_as_one_without(
    meetup: Event,
) -> None:
    make_session(meetup, title="Lesson", cancelled_at=START)
    come(meetup, "Ana")
    groups = groups_of(home(make_member(meetup.organization), now=START))
    assert groups["Running now"].endswith("1 checked in")
    assert "cancelled" in groups["Today"]


def test_events_of_others_are_not_listed(meetup: Event) -> None:
    assert "Tea" not in home(make_member(make_organization()), now=START)


def test_attendees_find_their_own_status_and_nobody_elses(meetup: Event) -> None:
    user = make_user()
    change_person(named(meetup, "Ana"), user=user)
    school = meetup.organization.name
    assert line_of(meetup, minutes=5, user=user).endswith(f"Tea {school}")
    come(meetup, "Ben", 6)
    come(meetup, "Ana", 7)
    for minutes in (30, 130):
        said = line_of(meetup, minutes=minutes, user=user)
        assert said.endswith(f"Tea {school} present")


def test_a_parent_finds_each_child_with_their_name(meetup: Event) -> None:
    parent = make_user()
    for child in ("Ana", "Cem"):
        change_person(named(meetup, child), user=parent)
    come(meetup, "Ana")
    complete_event(event=meetup, now=minute_of(meetup, 121))
    said = line_of(meetup, minutes=125, user=parent)
    assert said.endswith("Ana present Cem absent")


def test_hosts_read_the_numbers(meetup: Event) -> None:
    host = make_participant(meetup, name="Zoe", role="host", user=make_user())
    come(meetup, "Ana")
    said = line_of(meetup, minutes=5, user=host.user)
    assert said.endswith("1 checked in 2 not checked in yet")


def test_hosts_count_only_if_they_were_checked_in_or_marked(meetup: Event) -> None:
    for name in ("Zoe", "Yan", "Xia"):
        make_participant(meetup, name=name, role="host")
    come(meetup, "Ana")
    said = line_of(meetup, minutes=5)
    assert said.endswith("1 checked in 2 not checked in yet")
    come(meetup, "Zoe", 6)
    decide(meetup, "Yan", "excused")
    said = line_of(meetup, minutes=7)
    assert said.endswith("2 checked in 2 not checked in yet 1 excused")


def test_sessions_and_events_stand_together_closest_to_now_first() -> None:
    school = make_organization()
    event = make_event(school)
    for day in (1, 3, -1, -3):
        at = START + day * DAY
        make_session(event, title=f"S{day}", starts_at=at)
        make_meetup("", school, title=f"E{day}", starts_at=at + DAY)
    groups = groups_of(home(make_member(school), now=START + DAY / 2))
    order = {title: re.findall(r"\b[SE]-?\d", said) for title, said in groups.items()}
    assert order == {
        "Today": ["E-1"],
        "Coming up": ["S1", "E1", "S3", "E3"],
        "Earlier": ["S-1", "E-3", "S-3"],
    }


def test_at_most_five_to_come_and_twenty_begun_are_listed_of_both() -> None:
    school = make_organization()
    event = make_event(school)
    for day in range(-15, 5):
        at = START + day * DAY
        make_session(event, starts_at=at)
        make_meetup("", school, starts_at=at + DAY / 2)
    page = home(make_member(school), now=START + timedelta(hours=1))
    listed = re.findall(r'href="/(sessions/\d+|events/\d+/attendance)/"', page)
    assert len(listed) == 5 + 20
    assert len([path for path in listed if path.startswith("events")]) == 3 + 10


def test_the_zone_is_named_at_each_if_sessions_and_events_have_others() -> None:
    school = make_organization()
    make_session(make_event(school, time_zone="Asia/Tokyo"))
    user = make_member(school)
    assert "Times in Asia/Tokyo" in text(home(user))
    make_meetup("", school, time_zone="Asia/Riyadh")
    said = text(home(user))
    assert "Times in" not in said
    assert "( Asia/Riyadh )" in said
    assert "( Asia/Tokyo )" in said


def test_a_running_session_held_in_person_tells_who_was_checked_in() -> None:
    session, [ana, ben, *_others] = make_lesson("Ana Ben Cem Dan", mode="in_person")
    user = organizer_of(session)

    def said() -> str:
        return groups_of(home(user, now=RUNNING))["Running now"]

    assert said().endswith("4 not checked in yet")
    for minutes, person in enumerate((ana, ben)):
        at = START + timedelta(minutes=20 * minutes)
        check_in(Place(session.event, session), person, by=user, now=at)
    assert said().endswith("2 checked in 2 not checked in yet")


def test_hosts_of_a_running_session_are_not_missed_either() -> None:
    session, [ana, _ben, zoe] = make_lesson("Ana Ben Zoe", mode="in_person")
    Participant.objects.filter(pk=zoe.pk).update(role="host")
    user = organizer_of(session)
    for person, said in (
        (ana, "1 checked in 1 not checked in yet"),
        (zoe, "2 checked in 1 not checked in yet"),
    ):
        check_in(Place(session.event, session), person, by=user, now=START)
        assert groups_of(home(user, now=RUNNING))["Running now"].endswith(said)


@pytest.mark.parametrize("mode", ["online", "hybrid"])
def test_of_a_running_session_with_a_room_nothing_is_told(mode: str) -> None:
    session, [ana] = make_lesson("Ana", mode=mode)
    be_there(session, ana)
    groups = groups_of(home(organizer_of(session), now=RUNNING))
    assert groups["Running now"].endswith(session.event.organization.name)


def only_sessions(school: Event, now: datetime) -> None:
    make_participant(make_session(make_event(school.organization)).event)


def only_events(school: Event, now: datetime) -> None:
    come(make_meetup("Ana Ben", school.organization), "Ana")


def both(school: Event, now: datetime) -> None:
    only_sessions(school, now)
    only_events(school, now)


@pytest.mark.parametrize("add", [only_sessions, only_events, both])
@pytest.mark.parametrize("role", [Role.ORGANIZER, None])
def test_the_number_of_queries_does_not_grow(
    add: Callable[[Event, datetime], None], role: Role | None
) -> None:
    event, user, counts = make_meetup("Ana"), make_user(), set()
    if role:
        make_membership(event.organization, user, role)
    for number in (1, 9):
        for _ in range(number):
            add(event, START)
            if role is None:
                for each in Event.objects.exclude(participants__person__user=user):
                    make_participant(each, user=user, name="Me")
        counts.add(queries(signed_in(user), "/"))
    assert len(counts) == 1
    assert counts.pop() <= 16
