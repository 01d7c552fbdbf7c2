"""Every list and report of REST asks the database no more often with more rows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Person, Role, User
from events.people.services import update_person
from events.roster.adding import add_participant as add_participant_of
from sessions_app.models import LiveSession
from tests.attendance.meetups import come, make_meetup
from tests.factories import (
    make_attendance,
    make_client,
    make_connection,
    make_event,
    make_member,
    make_membership,
    make_participant,
    make_person,
    make_presence_event,
    make_prompt,
    make_session,
    make_user,
)


def add_organization(session: LiveSession, user: User) -> None:
    make_membership(user=user)


def add_member(session: LiveSession, user: User) -> None:
    make_membership(session.event.organization)


def add_event(session: LiveSession, user: User) -> None:
    make_event(session.event.organization)


def add_participant(session: LiveSession, user: User) -> None:
    person = make_participant(session.event, user=make_user())
    make_connection(session, identity=person.identity, left_at=session.ends_at)
    make_connection(session, left_at=session.ends_at)


def add_session(session: LiveSession, user: User) -> None:
    make_session(make_event(session.event.organization))


def add_meetup(session: LiveSession, user: User) -> None:
    """Without sessions, and one came to its door."""
    meetup = make_meetup("Ana Ben", session.event.organization)
    come(meetup, "Ana")


def add_fact(session: LiveSession, user: User) -> None:
    make_presence_event(session)


def add_prompt(session: LiveSession, user: User) -> None:
    make_prompt(make_participant(session.event), asked_by=make_user())


def add_connection(session: LiveSession, user: User) -> None:
    make_connection(session)


def add_decision(session: LiveSession, user: User) -> None:
    """Somebody of whose sessions two are marked: a whole decision follows."""
    event = session.event
    person = make_participant(event)
    for one in (session, make_session(event)):
        mark(
            Place(event, one),
            [Mark(person, "late", "Train")],
            by=user,
            now=timezone.now(),
        )
    make_attendance(person, status="late", source="manual", derived=True)


def add_points(session: LiveSession, user: User) -> None:
    """For the user as an attendee, in an event of its own."""
    event = make_event(session.event.organization)
    person = make_participant(event, user=user)
    place = Place(event, make_session(event))
    mark(place, [Mark(person, "late")], by=user, now=timezone.now())


def add_changes(session: LiveSession, user: User) -> None:
    """Of the user as a person, at one event more."""
    organization = session.event.organization
    person = Person.objects.filter(user=user).first() or make_person(
        organization, user=user, name="Ana"
    )
    event = make_event(organization)
    add_participant_of(event=event, name="Ana", person=person.pk, by=user)
    update_person(person=person, changes={"email": f"{event.pk}@example.com"}, by=user)
    make_session(event)


LISTS: dict[str, Callable[[LiveSession, User], None]] = {
    "me": add_organization,
    "organizations": add_organization,
    "organizations/{organization}/members": add_member,
    "organizations/{organization}/people": add_participant,
    "me/people": add_points,
    "people/{person}/attendance": add_changes,
    "people/{person}/changes": add_changes,
    "events": add_event,
    "events/{event}/participants": add_participant,
    "sessions": add_session,
    "sessions/{session}/presence-events": add_fact,
    "sessions/{session}/connections": add_connection,
    "sessions/{session}/attendance": add_participant,
    "sessions/{session}/attendance-status": add_participant,
    "reports": add_participant,
    "reports?source=check_in": add_meetup,
    "events/{event}/attendance": add_decision,
    "users/{user}/points": add_points,
    "organizations/{organization}/leaderboard": add_points,
    "events/{event}/attendance-changes": add_decision,
    "events/{event}/prompts": add_prompt,
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", LISTS)
def test_the_number_of_queries_does_not_grow(path: str) -> None:
    session = make_session()
    user = make_member(session.event.organization, Role.OWNER)
    client = make_client(user)
    LISTS[path](session, user)
    filled = "/api/" + path.format(
        organization=session.event.organization.pk,
        event=session.event.pk,
        user=user.pk,
        session=session.pk,
        person=Person.objects.filter(user=user).values_list("pk", flat=True).first(),
    )
    few = queries(client, filled)
    for _ in range(10):
        LISTS[path](session, user)
    assert queries(client, filled) == few
    assert few <= 17


def queries(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
