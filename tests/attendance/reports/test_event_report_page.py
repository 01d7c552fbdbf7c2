"""The decisions about an event as a whole, and its completion, on their page."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from attendance.completion.completing import complete_event, reopen_event
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import Attendance, AttendanceChange
from events.models import Event, EventState, Role, User
from sessions_app.models import LiveSession
from tests.attendance.meetups import decide, make_meetup
from tests.attendance.pages import (
    AFTERWARDS,
    be_there,
    calculate,
    make_lesson,
    people_of,
    queries,
    row_of,
    signed_in,
    text,
)
from tests.factories import (
    START,
    make_event,
    make_member,
    make_participant,
    make_participants,
    make_user,
)

pytestmark = pytest.mark.django_db

LATER = START + timedelta(days=1)


@pytest.fixture
def event() -> Event:
    return make_event(title="Algebra")


@pytest.fixture
def organizer(event: Event) -> User:
    return make_member(event.organization)


def get(event: Event, user: User, query: str = "") -> str:
    with time_machine.travel(LATER, tick=False):
        answer = signed_in(user).get(f"/events/{event.pk}/attendance/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def send(event: Event, user: User, what: str, query: str = "", **fields: Any) -> str:
    """What the page says happened."""
    with time_machine.travel(LATER, tick=False):
        path = f"/events/{event.pk}/{what}/{query}"
        answer = signed_in(user).post(path, fields, follow=True)
    [said] = re.findall(r'<p class="message \w+">(.*?)</p>', answer.content.decode())
    return html.unescape(said).replace("\u2068", "").replace("\u2069", "")


def status_of(event: Event, name: str) -> tuple[str, str | None]:
    row = Attendance.objects.get(
        event=event, session=None, participant__person__name=name
    )
    return row.status, row.source


def attended(event: Event) -> LiveSession:
    """A calculated lesson of the event: Ana came, Ben did not."""
    session, _ = make_lesson()
    session.event = event
    session.save()
    people = [make_participant(event, name=name) for name in ("Ana", "Ben")]
    be_there(session, people[0])
    calculate(session)
    return session


def test_everybody_stands_with_why_it_is_so(event: Event, organizer: User) -> None:
    attended(event)
    place = Place(event, None)
    for name in ("Cem", "Dan", "Eva"):
        make_participant(event, name=name)
    people = {one.name: one for one in event.participants.all()}
    teacher = make_user(first_name="Amal", last_name="Hadid")
    mark(place, [Mark(people["Dan"], "excused", "Ill")], by=teacher, now=AFTERWARDS)
    mark(
        Place(event, event.sessions.get()),
        [Mark(people["Cem"], "late")],
        by=teacher,
        now=AFTERWARDS,
    )
    complete_event(event=event, now=LATER)
    page = get(event, organizer)
    told = {name: text(row_of(page, name)) for name in people}
    assert told["Ana"] == (
        "Ana Present: 60 of 60 minutes (100 %) in 1 counted session "
        "present from its sessions"
    )
    assert told["Cem"] == (
        "Cem Late: came to 1 of 1 counted session late from its sessions"
    )
    assert told["Dan"].endswith("excused marked by hand")
    assert "Excused: marked by Amal Hadid at 12:00: “Ill”" in told["Dan"]
    assert "absent" in told["Eva"]
    assert "1 present 1 late 2 absent 1 excused" in text(page)


def test_who_was_checked_in_and_who_is_absent_by_default_is_said(
    event: Event, organizer: User
) -> None:
    ana, _ben = (make_participant(event, name=name) for name in ("Ana", "Ben"))
    check_in(Place(event, None), ana, by=make_user("amal"), now=START)
    complete_event(event=event, now=LATER)
    page = get(event, organizer)
    assert "checked in by amal at 10:00" in text(row_of(page, "Ana"))
    assert text(row_of(page, "Ben")) == (
        "Ben Absent: nothing shows that they came absent by default"
    )


def test_people_are_filtered_found_and_marked_together(
    event: Event, organizer: User
) -> None:
    people = [make_participant(event, name=name) for name in ("Ana", "Ben", "Bo")]
    mark(Place(event, None), [Mark(people[0], "present")], by=organizer, now=LATER)
    page = get(event, organizer, "?status=unknown&q=b&choose=all")
    assert people_of(page) == ["Ben", "Bo"]
    assert len(re.findall(r'form="several"[^>]*\schecked>', page)) == 2
    said = send(
        event,
        organizer,
        "attendance/mark",
        "?status=unknown",
        participant=[people[1].pk, people[2].pk],
        status="excused",
        reason="Strike",
    )
    assert said == "2 people are marked: excused."
    page = get(event, organizer, "?status=excused")
    assert re.search(
        r'class="chosen small".*?<a href="\?">Show everybody', page, re.DOTALL
    )
    assert "Show everybody" not in get(event, organizer)
    assert status_of(event, "Bo") == ("excused", "manual")


def test_the_page_is_found_from_the_event(event: Event, organizer: User) -> None:
    make_participant(event)
    page = signed_in(organizer).get(f"/events/{event.pk}/").content.decode()
    assert f'href="/events/{event.pk}/attendance/"' in page


def test_undo_tells_what_follows_from_the_sessions_again(
    event: Event, organizer: User
) -> None:
    attended(event)
    complete_event(event=event, now=LATER)
    ana = event.participants.get(person__name="Ana")
    mark(Place(event, None), [Mark(ana, "excused")], by=organizer, now=LATER)
    page = get(event, organizer)
    row = text(row_of(page, "Ana", with_controls=True))
    assert "Undo After undoing: present (from its sessions)" in row
    change = AttendanceChange.objects.latest("pk")
    said = send(event, organizer, "attendance/undo", change=change.pk)
    assert said == "Undone. Ana is now: present."
    assert status_of(event, "Ana") == ("present", "livekit_auto")


def test_undo_tells_that_somebody_is_absent_by_default_again(
    event: Event, organizer: User
) -> None:
    ana = make_participant(event, name="Ana")
    complete_event(event=event, now=LATER)
    mark(Place(event, None), [Mark(ana, "excused")], by=organizer, now=LATER)
    row = text(row_of(get(event, organizer), "Ana", with_controls=True))
    assert "After undoing: absent (by default)" in row
    send(
        event,
        organizer,
        "attendance/undo",
        change=AttendanceChange.objects.latest("pk").pk,
    )
    assert status_of(event, "Ana") == ("absent", "system_default")


def test_what_follows_from_marks_at_sessions_was_not_marked_by_hand(
    event: Event, organizer: User
) -> None:
    attended(event)
    people = {one.name: one for one in event.participants.all()}
    place = Place(event, event.sessions.get())
    mark(place, [Mark(people["Ben"], "late")], by=organizer, now=AFTERWARDS)
    complete_event(event=event, now=LATER)
    assert status_of(event, "Ben") == ("late", "manual")
    page = get(event, organizer)
    assert "marked by hand" not in text(page).lower()
    assert text(row_of(page, "Ben")).endswith("late from its sessions")
    mark(Place(event, None), [Mark(people["Ana"], "late")], by=organizer, now=LATER)
    assert people_of(get(event, organizer, "?by=hand")) == ["Ana"]


# Completing


def test_completing_says_what_it_does_does_it_and_can_be_taken_back(
    event: Event, organizer: User
) -> None:
    attended(event)
    assert "registered attendees who are still unknown then count as absent" in text(
        get(event, organizer)
    )
    assert send(event, organizer, "complete") == (
        "The event is completed: 2 decisions changed."
    )
    event.refresh_from_db()
    assert event.state == EventState.COMPLETED
    assert status_of(event, "Ben") == ("absent", "livekit_auto")
    page = text(get(event, organizer))
    assert "decisions made by people are kept" in page
    assert "Complete now" not in page
    assert send(event, organizer, "reopen") == (
        "The event is reopened. Decisions made by people were kept."
    )
    assert status_of(event, "Ben") == ("unknown", None)
    page = text(get(event, organizer))
    assert "waits for you to complete it" in page
    assert "completed automatically" not in page


def test_what_runs_is_not_completed_and_that_is_told(
    event: Event, organizer: User
) -> None:
    session, _ = make_lesson()
    session.event, session.ends_at = event, LATER + timedelta(hours=1)
    session.save()
    assert send(event, organizer, "complete", confirmed="1") == (
        "The session “Quadratic equations” has not ended yet."
    )
    event.refresh_from_db()
    assert event.state == EventState.SCHEDULED
    assert send(event, organizer, "reopen") == "The event is not completed."


def test_completing_is_offered_once_it_has_begun() -> None:
    meetup = make_meetup("Ana", starts_at=LATER + timedelta(minutes=1))
    organizer = make_member(meetup.organization)
    assert "Complete now" not in get(meetup, organizer)
    Event.objects.update(starts_at=LATER)
    assert "Complete now" in get(meetup, organizer)


def test_after_a_meetup_at_which_nobody_wrote_down_who_came_that_is_told() -> None:
    meetup = make_meetup("Ana Ben", starts_at=START)
    organizer = make_member(meetup.organization)
    said = "Nobody was checked in, or marked as having come"
    complete_event(event=meetup, now=LATER)
    page = text(get(meetup, organizer))
    assert f"{said}, so registered attendees count as absent." in page
    assert "reopen it: then they are unknown." in page
    reopen_event(event=meetup, by=organizer, now=LATER)
    assert said not in text(get(meetup, organizer))
    decide(meetup, "Ana", "partial")
    complete_event(event=meetup, now=LATER)
    page = text(get(meetup, organizer))
    assert said not in page
    assert "Reopening it undoes the absences by default" in page


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.CANCELLED])
def test_what_is_not_published_offers_no_completion(
    event: Event, organizer: User, state: str
) -> None:
    Event.objects.update(state=state)
    page = text(get(event, organizer))
    assert "Complete now" not in page
    assert "Reopen" not in page


def test_a_cancelled_event_takes_no_marks(event: Event, organizer: User) -> None:
    ana = make_participant(event, name="Ana")
    Event.objects.update(state=EventState.CANCELLED)
    assert "Mark" not in text(get(event, organizer))
    assert (
        send(event, organizer, "attendance/mark", participant=ana.pk, status="late")
        == "The event is cancelled."
    )


# Who may


@pytest.mark.parametrize("who", ["viewer", "host", "attendee"])
def test_who_does_not_organize_sees_no_controls(event: Event, who: str) -> None:
    make_participant(event, name="Ana")
    user = make_user()
    if who == "viewer":
        user = make_member(event.organization, Role.VIEWER)
    else:
        make_participant(event, name="Ben", user=user, role=who)
    page = get(event, user)
    for control in ("Mark…", "Mark several", "Complete now", 'type="checkbox"'):
        assert control not in page
    assert (
        people_of(page)
        == {
            "viewer": ["Ana"],
            "host": ["Ben", "Ana"],
            "attendee": ["Ben"],
        }[who]
    )


def test_addresses_find_people_only_for_organizers(
    event: Event, organizer: User
) -> None:
    make_participant(event, name="Ana", email="wolf@example.com")
    make_participant(event, name="Ben")
    assert people_of(get(event, organizer, "?q=wolf")) == ["Ana"]
    viewer = make_member(event.organization, Role.VIEWER)
    assert people_of(get(event, viewer, "?q=wolf")) == []


# How much it costs


def test_thirty_people_take_as_many_queries_as_three() -> None:
    counts = set()
    for number in (3, 30):
        session, people = make_lesson(" ".join(f"P{n}" for n in range(number)))
        event, by = session.event, make_user()
        for person in people[::2]:
            be_there(session, person)
        calculate(session)
        complete_event(event=event, now=LATER)
        for person in people[1::2]:
            mark(Place(event, None), [Mark(person, "late")], by=by, now=LATER)
        client = signed_in(make_member(event.organization))
        counts.add(queries(client, f"/events/{event.pk}/attendance/"))
    assert len(counts) == 1
    assert counts.pop() <= 18


def test_many_people_come_in_pages_and_a_mark_returns_to_the_same(
    event: Event, organizer: User
) -> None:
    people = make_participants(event, [f"P{n:03}" for n in range(501)])
    page = get(event, organizer, "?page=2")
    assert people_of(page) == ["P500"]
    on_paper = re.findall(r'<p class="on-paper">(.*?)</p>', page, re.DOTALL)
    assert text(on_paper[0]) == "1 of 501 people"
    assert "Page 2 of 2" in text(on_paper[1])
    assert "of 500 people" not in get(event, organizer, "?q=P0")
    client = signed_in(organizer)
    answer = client.post(
        f"/events/{event.pk}/attendance/mark/?page=2",
        {"participant": people[500].pk, "status": "late"},
    )
    assert answer["Location"] == (
        f"/events/{event.pk}/attendance/?page=2#p{people[500].pk}"
    )
    assert 'mark/?page=2"' in get(event, organizer, "?page=2")


@pytest.mark.parametrize("who", ["organizer", "host"])
def test_people_of_one_name_are_told_apart_also_from_who_is_not_shown(
    event: Event, organizer: User, who: str
) -> None:
    for email in ("one@example.com", "two@example.com"):
        make_participant(event, name="Ana", email=email)
    make_participant(event, name="Ben", email="ben@example.com")
    host = make_user()
    make_participant(event, user=host, role="host", name="Host")
    user = host if who == "host" else organizer
    for query, shown in (
        ("", ["one@example.com", "two@example.com"]),
        ("?q=one@", ["one@example.com"]),
    ):
        beside = re.findall(r"<span><bdi>(.*?)</bdi></span>", get(event, user, query))
        assert beside == (shown if who == "organizer" else [])


@pytest.mark.parametrize("who", ["member", "host"])
@pytest.mark.parametrize("path", ["attendance/", "people/"])
def test_members_can_search_all_people_of_the_organization(
    event: Event, organizer: User, path: str, who: str
) -> None:
    host = make_user()
    make_participant(event, user=host, role="host", name="Host")
    user = organizer if who == "member" else host
    page = signed_in(user).get(f"/events/{event.pk}/{path}?q=Omar").content.decode()
    leads = f'href="/people/?organization={event.organization_id}&amp;q=Omar"' in page
    assert leads is (who == "member")
    named = f"All people of {event.organization.name}" in text(page)
    assert named is (who == "member")
