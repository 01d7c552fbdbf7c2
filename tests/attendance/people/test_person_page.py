"""The page of a person: who they are, where they were, and what changed."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from attendance.completion.completing import complete_event
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from core.spans import Span
from events.models import (
    Event,
    EventState,
    Participant,
    Person,
    PersonChangeValues,
    Registration,
    Role,
    User,
)
from events.people.services import update_person
from events.roster.adding import add_participant
from events.roster.places import change_participant
from sessions_app.models import LiveSession
from tests.attendance.meetups import come, decide, make_meetup
from tests.attendance.pages import be_there, calculate, queries, signed_in, text
from tests.factories import (
    START,
    make_event,
    make_link,
    make_member,
    make_organization,
    make_participant,
    make_person,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = START + timedelta(days=30)


@pytest.fixture
def ana() -> Participant:
    return make_participant(make_event(title="Algebra"), name="Ana", email="a@x.org")


def page_of(person: Person, *, role: str = Role.ORGANIZER, query: str = "") -> str:
    client = signed_in(make_member(person.organization, role))
    with time_machine.travel(NOW, tick=False):
        answer = client.get(f"/people/{person.pk}/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def section(page: str, heading: str) -> str:
    [found] = [
        part
        for part in re.findall(r'<section class="group">.*?</section>', page, re.DOTALL)
        if re.search(rf"<h2[^>]*>\s*{heading}", part)
    ]
    return str(found)


def lines(page: str) -> list[str]:
    """What each session's line says."""
    listed = re.findall(r"<li.*?</li>", section(page, "Sessions"), re.DOTALL)
    return [text(line) for line in listed]


def meetup_of(place: Participant, title: str, days: int, **fields: Any) -> Event:
    """An event without sessions, some days after the start, with the person on it."""
    state = fields.pop("state", EventState.SCHEDULED)
    at = START + timedelta(days=days)
    organization = place.event.organization
    meetup = make_meetup("", organization, title=title, starts_at=at, state=state)
    make_participant(meetup, person=place.person, **fields)
    return meetup


def lesson(place: Participant, days: int, **fields: Any) -> LiveSession:
    at = START + timedelta(days=days)
    return make_session(place.event, starts_at=at, title=f"Lesson {days}", **fields)


# --- Sessions -------------------------------------------------------------------------


def test_every_session_of_their_events_has_its_line(ana: Participant) -> None:
    """By the date of the session, whatever the event; without those ahead."""
    other = make_participant(
        make_event(ana.event.organization, title="Sewing"),
        person=ana.person,
        enrolled=[Span(START + timedelta(days=6), None)],
    )
    came, partly, before, cancelled = (
        lesson(ana, 0),
        lesson(other, 7),
        lesson(other, 5),
        lesson(ana, 3),
    )
    be_there(came, ana)
    be_there(partly, other, (0, 20))
    be_there(before, None, identity="x")
    be_there(cancelled, ana)
    for session in (came, partly, before, cancelled):
        calculate(session, NOW)
    cancelled.cancelled_at = NOW
    cancelled.save()
    lesson(ana, 8)
    lesson(ana, 40)
    page = page_of(ana.person)
    assert lines(page) == [
        "Tue 10 Mar, 10:00 \u2013 11:00 Lesson 8 Algebra not calculated yet unknown",
        "Mon 9 Mar, 10:00 \u2013 11:00 Lesson 7 Sewing 20 min · 33 % partial",
        "Sat 7 Mar, 10:00 \u2013 11:00 Lesson 5 Sewing Not enrolled then",
        "Thu 5 Mar, 10:00 \u2013 11:00 Lesson 3 Algebra "
        "60 min · 100 % cancelled present",
        "Mon 2 Mar, 10:00 \u2013 11:00 Lesson 0 Algebra 60 min · 100 % present",
    ]
    said = text(section(page, "Sessions"))
    assert "Present at 1 of 2 counted sessions: 50 %" in said
    assert "1 session was cancelled" in said
    assert f'href="/sessions/{came.pk}/#p{ana.pk}"' in page


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        (["present", "late", "partial", "absent"], "Present at 2 of 4"),
        (["late", "excused"], "Present at 1 of 1 counted session: 100 %"),
        (["present", "present", "absent"], "Present at 2 of 3 counted sessions: 67 %"),
        (["excused"], "No session is counted yet."),
    ],
)
def test_the_summary_counts_what_is_counted(
    ana: Participant, statuses: list[str], said: str
) -> None:
    by = make_member(ana.event.organization)
    for days, status in enumerate(statuses):
        place = Place(ana.event, lesson(ana, days))
        mark(place, [Mark(ana, status)], by=by, now=NOW)
    assert said in text(page_of(ana.person))


def test_events_without_sessions_stand_among_them(ana: Participant) -> None:
    """By their start, if it has passed, and counted apart."""
    come(meetup_of(ana, "Came", 3), "Ana")
    decide(meetup_of(ana, "Ill", 5), "Ana", "excused")
    complete_event(event=meetup_of(ana, "Missed", 4), now=NOW)
    meetup_of(ana, "Waits", 6, registration=Registration.WAITLISTED)
    meetup_of(ana, "Runs", 30)
    meetup_of(ana, "To come", 31)
    cancelled = meetup_of(ana, "Cancelled", 2, state=EventState.CANCELLED)
    lesson(ana, 4)
    page = page_of(ana.person)
    assert lines(page) == [
        "Wed 1 Apr, 10:00 \u2013 12:00 Runs running now unknown",
        "Sun 8 Mar, 10:00 \u2013 12:00 Waits On the waiting list",
        "Sat 7 Mar, 10:00 \u2013 12:00 Ill excused",
        "Fri 6 Mar, 10:00 \u2013 12:00 Missed absent",
        "Fri 6 Mar, 10:00 \u2013 11:00 Lesson 4 Algebra not calculated yet unknown",
        "Thu 5 Mar, 10:00 \u2013 12:00 Came present",
        "Wed 4 Mar, 10:00 \u2013 12:00 Cancelled cancelled unknown",
    ]
    said = text(section(page, "Sessions"))
    assert "No session is counted yet. 1 unknown" in said
    counted = "1 present 1 absent 1 excused 1 unknown"
    assert f"counted events without sessions: 50 % {counted}" in said
    assert "Present at 1 of 2 counted events" in said
    assert "1 event was cancelled" in said
    place = cancelled.participants.get()
    assert f'href="/events/{cancelled.pk}/attendance/#p{place.pk}"' in page


def test_who_was_at_events_without_sessions_alone_is_told_of_them_alone() -> None:
    meetup = make_meetup("Bea")
    come(meetup, "Bea")
    said = text(page_of(meetup.participants.get().person))
    assert "Present at 1 of 1 counted event without sessions: 100 %" in said
    assert "No session" not in said


def test_who_came_to_an_event_whose_only_session_was_cancelled_was_there() -> None:
    meetup = make_meetup("Bea")
    make_session(meetup, title="Mistake", cancelled_at=START)
    come(meetup, "Bea")
    said = text(page_of(meetup.participants.get().person))
    assert "Present at 1 of 1 counted event without sessions: 100 %" in said
    assert "1 session was cancelled" in said


def test_many_sessions_come_in_pages_and_the_summary_counts_all(
    ana: Participant,
) -> None:
    for number in range(51):
        make_session(ana.event, starts_at=START + timedelta(hours=2 * number))
    assert len(lines(page_of(ana.person))) == 50
    second = page_of(ana.person, query="?page=2")
    assert len(lines(second)) == 1
    assert "Sessions (51)" in text(second)


def test_who_waits_for_a_place_was_not_expected(ana: Participant) -> None:
    ana.registration = Registration.WAITLISTED
    ana.save()
    session = lesson(ana, 0)
    be_there(session, None, identity="x")
    calculate(session, NOW)
    assert lines(page_of(ana.person))[0].endswith("Algebra On the waiting list")


# --- Who somebody unmatched is --------------------------------------------------------


def guesses(page: str) -> list[str]:
    return [text(p) for p in re.findall(r'<p class="guess">.*?</p>', page, re.DOTALL)]


@pytest.mark.parametrize(
    ("name", "is_guessed"),
    [("ANA (iPad)", True), ("Ana", True), ("Ben", False), ("", False)],
)
def test_somebody_unmatched_of_their_name_is_probably_them(
    ana: Participant, name: str, is_guessed: bool
) -> None:
    session = lesson(ana, 0)
    be_there(session, None, identity="tablet", name=name)
    found = guesses(page_of(ana.person))
    assert bool(found) is is_guessed
    if is_guessed:
        assert found == [f"“ {name} ” was seen there and is probably this person"]
    assert not guesses(page_of(ana.person, role=Role.VIEWER))


def test_a_namesake_on_the_roster_who_was_not_seen_either_leaves_it_open(
    ana: Participant,
) -> None:
    session = lesson(ana, 0)
    be_there(session, None, identity="tablet", name="Ana")
    namesake = make_participant(ana.event, name="Ana")
    assert not guesses(page_of(ana.person))
    be_there(session, namesake)
    assert guesses(page_of(ana.person))
    assert not guesses(page_of(namesake.person))


def test_an_identity_linked_to_them_in_an_event_that_they_left_is_guessed(
    ana: Participant,
) -> None:
    """Presence after they cancelled is unmatched."""
    other = make_participant(
        make_event(ana.event.organization),
        person=ana.person,
        registration="cancelled",
        cancelled_at=START - timedelta(days=1),
    )
    make_link(ana, "tablet")
    session = lesson(other, 0)
    be_there(session, None, identity="tablet", name="iPad")
    assert len(guesses(page_of(ana.person))) == 1


# --- Who they are ---------------------------------------------------------------------


def test_rosters_say_since_when_they_belong_to_them(ana: Participant) -> None:
    ana.enrolled = [Span(START, START + timedelta(days=7))]
    ana.save()
    always = make_participant(
        make_event(ana.event.organization, title="Sewing", starts_at=NOW),
        person=ana.person,
        role="host",
    )
    rosters = section(page_of(ana.person), "Rosters")
    said = text(rosters)
    assert "Algebra Mon 2 Mar 2026 attendee registered Mon 2 Mar to Mon 9 Mar" in said
    assert "Sewing Wed 1 Apr 2026 host registered for the whole event" in said
    for place in (ana, always):
        assert f'href="/participants/{place.pk}/edit/"' in rosters


def test_viewers_read_and_are_offered_no_change(ana: Participant) -> None:
    page = page_of(ana.person, role=Role.VIEWER)
    assert "a@x.org" in page
    assert "/edit/" not in page
    assert 'method="post" action="/sign-out/"' in page
    assert page.count('method="post"') == 1
    assert "Changes" not in text(page)


@pytest.mark.parametrize(
    ("address", "other", "is_double"),
    [
        ("a@x.org", "A@X.org", True),
        ("a@x.org", "", True),
        ("", "b@x.org", True),
        ("", "", True),
        ("a@x.org", "b@x.org", False),
    ],
)
def test_the_same_name_may_be_the_same_person(
    address: str, other: str, is_double: bool
) -> None:
    organization = make_organization()
    ana = make_person(organization, name="Ana Haddad", email=address)
    double = make_person(organization, name="HADDAD, Ana", email=other)
    make_person(organization, name="Ana", email=address)
    make_person(name="Ana Haddad", email=address)
    page = page_of(ana)
    assert ("This may be the same person" in page) is is_double
    assert (f'href="/people/{double.pk}/"' in page) is is_double


# --- Changes --------------------------------------------------------------------------


@pytest.fixture
def omar(ana: Participant) -> User:
    user = make_member(ana.event.organization)
    user.first_name = "Omar"
    user.save()
    return user


def test_changes_are_told_in_words(ana: Participant, omar: User) -> None:
    update_person(person=ana.person, changes={"name": "Ana Haddad"}, by=omar)
    change_participant(participant=ana, changes={"role": "host"}, by=omar)
    sewing = make_event(ana.event.organization, title="Sewing")
    add_participant(event=sewing, name="Ana", person=ana.person_id, by=None)
    entries = re.findall(
        r"<li>.*?</li>", section(page_of(ana.person), "Changes"), re.DOTALL
    )
    added, role, name = map(text, entries)
    assert "Added to the roster" in added
    assert "Role: attendee Registration: registered" in added
    assert "Enrolled: for the whole event automatically Sewing" in added
    assert "Changed Role: attendee becomes host Omar Algebra" in role
    assert name.endswith("Changed Name: Ana becomes Ana Haddad Omar")


def test_erased_values_are_said_to_be(ana: Participant, omar: User) -> None:
    update_person(person=ana.person, changes={"name": "Secret"}, by=omar)
    update_person(person=ana.person, changes={"name": "Erased"}, by=omar)
    PersonChangeValues.objects.all().delete()
    page = page_of(ana.person)
    assert text(section(page, "Changes")).count("Values erased") == 2
    assert "Secret" not in page


def test_the_newest_fifty_changes_are_shown_and_older_ones_linked(
    ana: Participant, omar: User
) -> None:
    for number in range(51):
        update_person(person=ana.person, changes={"name": f"Ana {number}"}, by=omar)
    page = section(page_of(ana.person), "Changes")
    assert page.count("<li>") == 50
    assert 'href="?changes=2"' in page
    older = section(page_of(ana.person, query="?changes=2"), "Changes")
    assert "Ana becomes Ana 0" in text(older)


# --- All of it ------------------------------------------------------------------------


def test_others_get_404(ana: Participant) -> None:
    host, attendee = make_user(), make_user()
    make_participant(ana.event, user=host, role="host")
    make_participant(ana.event, user=attendee)
    ana.person.user = make_user()
    ana.person.save()
    elsewhere = make_member(make_organization(), Role.OWNER)
    for user in (host, attendee, ana.person.user, elsewhere):
        assert signed_in(user).get(f"/people/{ana.person_id}/").status_code == 404


def test_it_takes_as_many_queries_for_many_of_everything_as_for_few(
    ana: Participant, omar: User
) -> None:
    client, counts = signed_in(omar), set()
    for number in (1, 6):
        for again in range(number):
            event = make_event(ana.event.organization)
            added = add_participant(
                event=event, name="Ana", person=ana.person_id, by=omar
            )
            make_participant(event)
            for days in range(3):
                session = lesson(added.participant, days)
                be_there(session, added.participant)
                be_there(session, None, identity=f"{event.pk}", name="Ana")
                calculate(session, NOW)
            make_person(ana.event.organization, name="Ana", email="")
            update_person(
                person=ana.person, changes={"language": ["", "ar"][again % 2]}, by=omar
            )
        counts.add(queries(client, f"/people/{ana.person_id}/"))
    assert len(counts) == 1
    assert counts.pop() <= 36
