"""The page of an event, as each of its readers gets it."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from attendance.completion.completing import complete_event
from events.models import Event, EventState, Role, User
from tests.attendance.meetups import come, decide, make_meetup, named
from tests.attendance.pages import (
    AFTERWARDS,
    RUNNING,
    be_there,
    calculate,
    make_lesson,
    queries,
    signed_in,
    text,
)
from tests.factories import (
    START,
    change_person,
    make_attendance,
    make_event,
    make_invitation,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


def get(
    event: Event,
    user: User | None = None,
    query: str = "",
    *,
    now: datetime = AFTERWARDS,
) -> str:
    """The page as an organizer, or as ``user``, gets it."""
    client = signed_in(user or make_member(event.organization))
    with time_machine.travel(now, tick=False):
        answer = client.get(f"/events/{event.pk}/{query}")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_it_says_what_when_and_where_on_the_clocks_of_the_event() -> None:
    event = make_event(
        title="Algebra",
        time_zone="Asia/Riyadh",
        location="Room 4",
        description="Every Monday.\n\nBring <b>a pencil</b>.",
    )
    page = get(event)
    said = text(page)
    assert "Monday 2 March 2026, 13:00 \u2013 15:00 ( Asia/Riyadh ) · published" in said
    assert "Room 4" in said
    assert "<p>Every Monday.</p>" in page
    assert "&lt;b&gt;a pencil" in page


def test_its_sessions_show_their_counts_and_lead_to_their_reports() -> None:
    session, [amina, _] = make_lesson("Amina Ben")
    be_there(session, amina)
    calculate(session)
    make_session(session.event, starts_at=START + timedelta(days=7))
    page = get(session.event)
    assert f'href="/sessions/{session.pk}/"' in page
    assert "1 present 1 absent" in text(page)
    assert page.index("Mon 9 Mar") < page.index("Mon 2 Mar")


def test_a_running_session_is_said_to_run() -> None:
    session, _ = make_lesson("Amina")
    client = signed_in(make_member(session.event.organization))
    with time_machine.travel(RUNNING, tick=False):
        page = client.get(f"/events/{session.event_id}/").content.decode()
    assert "running now" in text(page)


def test_the_roster_is_summed_up_and_its_page_lists_it() -> None:
    event = make_event()
    make_participant(event, name="Amina")
    make_participant(event, name="Zoe", role="host")
    make_participant(event, name="Ben", registration="waitlisted")
    page = get(event)
    said = text(page)
    assert "Roster (3)" in said
    assert "registered 2 on the waiting list 1 Hosts: Zoe" in said
    assert "Amina" not in said
    assert f'href="/events/{event.pk}/people/"' in page
    assert f'href="/events/{event.pk}/people/?registration=waitlisted"' in page


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.VIEWER])
def test_members_are_led_to_the_organization(role: Role) -> None:
    event = make_event()
    link = f'href="/organizations/{event.organization_id}/"'
    assert link in get(event, make_member(event.organization, role))
    guest = make_user()
    make_participant(event, user=guest)
    assert link not in get(event, guest)


def test_organizers_read_whom_nobody_has_invited_yet() -> None:
    event, later = make_event(), START + timedelta(hours=1)
    organizer = make_member(event.organization)
    make_participant(event, user=make_user())
    make_participant(event, registration="cancelled", cancelled_at=START)
    for _ in range(2):
        make_participant(event)
    link = f'href="/events/{event.pk}/people/invite/"'

    def said(user: User | None = None, now: datetime = later) -> str:
        page = get(event, user or organizer, now=now)
        found = re.search(r"(\d+ \w+ \w+) not invited yet\. Invite them", text(page))
        assert bool(found) == (link in page)
        return found[1] if found else ""

    assert said() == "2 people are"
    assert said(make_member(event.organization, Role.VIEWER)) == ""
    assert said(now=event.end) == ""
    event.state = EventState.CANCELLED
    event.save()
    assert said() == ""


@pytest.mark.parametrize(
    ("invitation", "is_invited"),
    [
        ({}, True),
        ({"expires_at": START}, False),
        ({"state": "declined", "answered_at": START}, True),
        ({"state": "revoked", "answered_at": START}, False),
        ({"email": "earlier@example.com"}, False),
        ({"by": None}, False),
    ],
)
def test_who_declined_looks_invited_and_an_offer_by_address_like_nothing(
    invitation: dict[str, Any], *, is_invited: bool
) -> None:
    event = make_event()
    person = make_participant(event).person
    organizer = make_member(event.organization)
    fields = {"by": organizer, "person": person, "user": make_user()} | invitation
    make_invitation(event.organization, **fields)
    page = get(event, organizer, now=START + timedelta(hours=1))
    assert ("1 person is not invited yet." in text(page)) == (not is_invited)


def test_attendees_see_their_own_status_and_nobody_else() -> None:
    session, [amina, ben] = make_lesson("Amina Ben")
    change_person(ben, user=make_user())
    be_there(session, amina)
    calculate(session)
    page = get(session.event, ben.user)
    said = text(page)
    assert "general absent" in said
    assert "You are on the roster as Ben : registered." in said
    assert f'href="/participants/{ben.pk}/edit/"' in page
    for hidden in ("Amina", "Roster", "present", session.room_name, ben.email):
        assert hidden not in said


def test_a_parent_sees_each_child_with_their_own_status() -> None:
    session, [amina, ben, _] = make_lesson("Amina Ben Chadi")
    parent = make_user()
    for child in (amina, ben):
        change_person(child, user=parent)
    be_there(session, ben)
    calculate(session)
    page = get(session.event, parent)
    said = text(page)
    assert "Amina is on the roster: registered." in said
    assert "Ben is on the roster: registered." in said
    assert "general Amina absent Ben present" in said
    for child in (amina, ben):
        assert f'href="/participants/{child.pk}/edit/"' in page
    for hidden in ("Chadi", "Roster", session.room_name, ben.email):
        assert hidden not in said


def test_a_host_whose_child_attends_is_a_host() -> None:
    session, [child, _other] = make_lesson("Amina Ben")
    teacher = make_user()
    change_person(child, user=teacher)
    make_participant(session.event, name="Zoe", role="host", user=teacher)
    said = text(get(session.event, teacher))
    assert "Roster (3)" in said
    assert "Amina is on the roster" in said


def test_hosts_see_the_numbers_of_the_roster_and_no_rooms() -> None:
    session, [amina] = make_lesson("Amina")
    host = make_participant(session.event, role="host", user=make_user()).user
    said = text(get(session.event, host))
    assert "Roster (2) registered 2" in said
    for hidden in (amina.email, session.room_name, "New session"):
        assert hidden not in said


def test_viewers_read_and_are_offered_no_change() -> None:
    session, _ = make_lesson("Amina")
    page = get(session.event, make_member(session.event.organization, Role.VIEWER))
    assert "Roster (1)" in text(page)
    assert session.room_name not in page
    assert not re.search(r"/(edit|new|several|cancel|publish)/", page)


def test_organizers_see_rooms_but_never_identities() -> None:
    session, [amina] = make_lesson("Amina")
    page = get(session.event)
    assert session.room_name in page
    assert amina.identity not in page
    for action in ("edit", "cancel", "sessions/new", "people/new", "people/several"):
        assert f'href="/events/{session.event_id}/{action}/"' in page
    assert f'href="/sessions/{session.pk}/edit/"' in page


def filled(page: str) -> list[str]:
    """What the filled buttons say."""
    return re.findall(r'class="button first"[^>]*>\s*(.*?)\s*<', page)


def test_the_filled_buttons_are_what_to_do_next() -> None:
    event = make_event(state=EventState.DRAFT)
    assert filled(get(event)) == ["Add several people"]
    make_participant(event)
    assert filled(get(event)) == ["New session", "Check in at the door"]
    make_session(event)
    assert filled(get(event)) == ["Publish"]
    Event.objects.update(state=EventState.SCHEDULED)
    assert filled(get(event)) == []
    Event.objects.update(state=EventState.CANCELLED)
    page = get(event)
    assert filled(page) == ["Publish again"]
    assert "/sessions/new/" not in page
    Event.objects.update(state=EventState.COMPLETED)
    page = get(event)
    assert filled(page) == []
    assert "/cancel/" not in page


def test_without_sessions_both_ways_are_offered() -> None:
    event = make_meetup("Ana")
    page = get(event)
    assert "Schedule the first one" in text(page)
    assert "a meetup needs no session" in text(page)
    assert filled(page) == []
    assert f'href="/events/{event.pk}/sessions/new/"' in page
    assert page.count(f'href="/events/{event.pk}/check-in/"') == 1


def test_a_room_is_promised_only_where_people_can_join_one(settings: Settings) -> None:
    event = make_meetup("Ana")
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = "wss://x.example.com", "key"
    assert "a room if it is held online" in text(get(event))
    settings.LIVEKIT_URL = ""
    assert "it gets a report. Or check people in at the door" in text(get(event))


def test_of_those_who_may_not_add_sessions_no_way_is_asked() -> None:
    event = make_meetup("Ana")
    for role in ("host", "attendee"):
        user = make_participant(event, role=role, user=make_user()).user
        said = text(get(event, user))
        assert "Schedule the first one" not in said
        assert ("No sessions yet." in said) is (role == "host")


def test_a_new_event_says_that_a_meetup_needs_no_session() -> None:
    event = make_event()
    assert "A meetup needs none: add people" in text(get(event))
    viewer = make_member(event.organization, Role.VIEWER)
    assert "A meetup needs none" not in text(get(event, viewer))


def test_while_a_meetup_runs_its_door_is_the_filled_button_and_said_once() -> None:
    event = make_meetup("Ana Ben", title="Tea")
    assert filled(get(event, now=RUNNING)) == ["Check in at the door"]
    come(event, "Ana")
    page = get(event, now=RUNNING)
    assert filled(page) == ["Check in"]
    assert page.count(f'href="/events/{event.pk}/check-in/"') == 1
    assert "Attendance running now 1 checked in" in text(page)
    assert filled(get(event)) == []


def test_what_was_decided_at_the_event_itself_stands_beside_its_sessions() -> None:
    event = make_meetup("Ana Ben Cem")
    come(event, "Ana")
    decide(event, "Ben", "excused")
    said = "2 people were checked in or marked at the event itself."
    assert said not in text(get(event))
    session = make_session(event)
    page = get(event)
    assert f"{said} That counts for the course result" in text(page)
    assert page.count(f'href="/events/{event.pk}/attendance/"') == 2
    change_person(named(event, "Ana"), user=make_user())
    assert said not in text(get(event, named(event, "Ana").person.user))
    calculate(session)
    complete_event(event=event, now=AFTERWARDS)
    assert said not in text(get(event))


@pytest.mark.parametrize("state", ["draft", "scheduled", "cancelled"])
def test_of_sessions_is_spoken_only_where_there_are_some(state: str) -> None:
    event = make_meetup("Ana", state=state)
    said = {
        "draft": "Its sessions are calculated like any others",
        "scheduled": "no course result",
        "cancelled": "This event and its sessions were cancelled.",
    }[state]
    assert said not in text(get(event))
    make_session(event)
    assert (said in text(get(event))) is (state != "scheduled")


def test_an_event_that_is_over_says_that_it_is_completed_at_once() -> None:
    event = make_meetup("Ana", state=EventState.DRAFT)
    assert "Once it is published" not in text(get(event, now=RUNNING))
    assert "Once it is published it is completed at once" in text(get(event))
    soon = "it is completed automatically in a few minutes"
    assert soon in text(get(published(event)))
    assert soon not in text(get(event, now=RUNNING))
    viewer = make_member(event.organization, Role.VIEWER)
    assert soon not in text(get(event, viewer))
    Event.objects.update(reopened_at=START)
    assert soon not in text(get(event))


def test_once_somebody_came_the_door_is_the_way() -> None:
    event = make_meetup("Ana Ben", title="Tea", state=EventState.DRAFT)
    come(event, "Ana")
    page = get(event)
    assert "Schedule the first one" not in text(page)
    assert "1 checked in 1 not checked in" in text(page)
    assert "No sessions: people are checked in for the event itself." in text(page)
    assert f'href="/events/{event.pk}/attendance/"' in page
    assert filled(page) == ["Publish"]
    complete_event(event=published(event), now=AFTERWARDS)
    assert "1 present 1 absent" in text(get(event))


def test_a_session_that_was_cancelled_leaves_the_event_its_door() -> None:
    event = make_meetup("Ana Ben", title="Tea")
    make_session(event, cancelled_at=START)
    host = make_participant(event, role="host", user=make_user()).user
    page = get(event)
    assert f'href="/events/{event.pk}/sessions/new/"' in page
    come(event, "Ana")
    page = get(event)
    assert "1 checked in" in text(page)
    assert re.search(r'/attendance/">\s*Attendance\s*</a>', page)
    assert f'href="/events/{event.pk}/sessions/new/"' in page
    # Hosts decide about sessions alone.
    assert f'href="/events/{event.pk}/check-in/"' not in get(event, host)
    make_session(event)
    assert f'href="/events/{event.pk}/check-in/"' in get(event, host)
    assert "1 checked in" not in text(get(event))


def test_before_it_begins_nobody_is_missed() -> None:
    event = make_meetup("Ana", starts_at=AFTERWARDS + timedelta(days=1))
    assert "checked in" not in text(get(event))


def test_attendees_see_their_own_status_at_the_door() -> None:
    event = make_meetup("Ana Ben")
    change_person(named(event, "Ben"), user=make_user())
    come(event, "Ana")
    decide(event, "Ben", "excused")
    said = text(get(event, named(event, "Ben").person.user))
    assert "Attendance excused" in said
    assert "No sessions" not in said
    assert "present" not in said
    assert "checked in" not in said


def test_a_cancelled_event_shows_nothing_of_its_door() -> None:
    event = make_meetup("Ana")
    come(event, "Ana")
    Event.objects.update(state=EventState.CANCELLED)
    page = get(event)
    assert "checked in" not in text(page)
    assert "/check-in/" not in page


def published(event: Event) -> Event:
    Event.objects.filter(pk=event.pk).update(state=EventState.SCHEDULED)
    event.refresh_from_db()
    return event


def test_many_sessions_come_in_pages() -> None:
    event = make_event()
    for number in range(51):
        make_session(event, starts_at=START + timedelta(days=number))
    page = get(event, query="?page=2")
    assert page.count('href="/sessions/') == 2  # the session, and its change
    assert 'href="?page=1"' in page


def test_an_event_takes_as_many_queries_for_many_sessions_as_for_one() -> None:
    event, counts = make_event(), set()
    user = make_member(event.organization)
    for number in (1, 9):
        for _ in range(number):
            session = make_session(event)
            make_attendance(make_participant(event), session, status="present")
        counts.add(queries(signed_in(user), f"/events/{event.pk}/"))
    assert len(counts) == 1
    assert counts.pop() <= 18


@pytest.mark.parametrize(
    ("mode", "shows_room", "said"),
    [
        ("online", True, ""),
        ("in_person", False, "in person"),
        ("hybrid", True, "online and in person"),
    ],
)
def test_sessions_say_where_they_are_held(
    mode: str, *, shows_room: bool, said: str
) -> None:
    session = make_session(mode=mode)
    page = get(session.event)
    assert (session.room_name in page) == shows_room
    assert said in text(page)
    assert ("in person" in text(page)) == bool(said)
