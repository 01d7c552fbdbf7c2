"""Who may do what over REST: each route, method and role, from the URL resolver.

A route or method that stands in no row fails the test: whoever adds one says here who
may use it. The stranger owns another organization; all objects are of this one.
A superuser without any role gets the owner's answers.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from attendance.contests.contesting import contest
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Event, Organization, Role, User
from tests.attendance_site.routes import (
    BODIES,
    METHODS,
    ROLES,
    api_routes,
    fill,
    starred,
)
from tests.factories import (
    make_connection,
    make_event,
    make_invitation,
    make_link,
    make_member,
    make_membership,
    make_notification,
    make_organization,
    make_participant,
    make_presence_event,
    make_prompt,
    make_session,
    make_user,
)
from tests.written import written

# Columns: anonymous stranger attendee host viewer organizer admin owner
TABLE = {
    "GET api/schema": "200 200 200 200 200 200 200 200",
    "GET api/docs": "200 200 200 200 200 200 200 200",
    # With a name and password that do not belong together.
    "POST api/auth/token": "401 401 401 401 401 401 401 401",
    # Without a token: a session has none to revoke.
    "DELETE api/auth/token": "401 401 401 401 401 401 401 401",
    "GET api/me": "401 200 200 200 200 200 200 200",
    "PATCH api/me": "401 200 200 200 200 200 200 200",
    # --- organizations
    "GET api/organizations": "401 200 200 200 200 200 200 200",
    "POST api/organizations": "401 201 201 201 201 201 201 201",
    "GET api/organizations/{organization}": "401 404 404 404 200 200 200 200",
    "PATCH api/organizations/{organization}": "401 404 404 404 403 403 200 200",
    "GET api/organizations/{organization}/members": "401 404 404 404 200 200 200 200",
    # To the role of a viewer.
    "POST api/organizations/{organization}/members": "401 404 404 404 403 201 201 201",
    "GET api/organizations/{organization}/invitations": (
        "401 404 404 404 403 200 200 200"
    ),
    "POST api/organizations/{organization}/invitations": (
        "401 404 404 404 403 201 201 201"
    ),
    "DELETE api/organizations/{organization}/invitations/{invitation}": (
        "401 404 404 404 403 204 204 204"
    ),
    "PATCH api/organizations/{organization}/members/{member}": (
        "401 404 404 404 403 403 200 200"
    ),
    "DELETE api/organizations/{organization}/members/{member}": (
        "401 404 404 404 403 403 204 204"
    ),
    "GET api/organizations/{organization}/policy": "401 404 404 404 200 200 200 200",
    "PUT api/organizations/{organization}/policy": "401 404 404 404 403 403 200 200",
    "DELETE api/organizations/{organization}/policy": "401 404 404 404 403 403 204 204",
    "GET api/organizations/{organization}/policy/{session_type}": (
        "401 404 404 404 200 200 200 200"
    ),
    "PUT api/organizations/{organization}/policy/{session_type}": (
        "401 404 404 404 403 403 200 200"
    ),
    "DELETE api/organizations/{organization}/policy/{session_type}": (
        "401 404 404 404 403 403 204 204"
    ),
    "GET api/events/{event}/policy": "401 404 200 200 200 200 200 200",
    "PUT api/events/{event}/policy": "401 404 403 403 403 200 200 200",
    "DELETE api/events/{event}/policy": "401 404 403 403 403 204 204 204",
    # --- events and rosters
    "GET api/events": "401 200 200 200 200 200 200 200",
    # A foreign organization in a body does not exist: 400.
    "POST api/events": "401 400 400 400 403 201 201 201",
    "GET api/events/{event}": "401 404 200 200 200 200 200 200",
    "PATCH api/events/{event}": "401 404 403 403 403 200 200 200",
    # Something hangs on it; on the next one nothing does.
    "DELETE api/events/{event}": "401 404 403 403 403 409 409 409",
    "DELETE api/events/{bare}": "401 404 404 404 403 204 204 204",
    "POST api/events/{event}/publish": "401 404 403 403 403 200 200 200",
    "POST api/events/{event}/cancel": "401 404 403 403 403 200 200 200",
    "POST api/events/{event}/views": "401 404 201 201 201 201 201 201",
    "GET api/events/{event}/participants": "401 404 200 200 200 200 200 200",
    "POST api/events/{event}/participants": "401 404 403 403 403 201 201 201",
    "GET api/events/{event}/check-in-code": "401 404 403 403 403 200 200 200",
    # A code that is over: it tells nobody anything.
    "POST api/check-in": "401 409 409 409 409 409 409 409",
    "POST api/events/{event}/participants/import": "401 404 403 403 403 200 200 200",
    # The attendee's own place, then somebody else's.
    "GET api/participants/{participant}": "401 404 200 200 200 200 200 200",
    "PATCH api/participants/{participant}": "401 404 200 403 403 200 200 200",
    "DELETE api/participants/{participant}": "401 404 403 403 403 409 409 409",
    "DELETE api/participants/{bare_place}": "401 404 404 404 403 204 204 204",
    "GET api/participants/{other}": "401 404 404 200 200 200 200 200",
    "PATCH api/participants/{other}": "401 404 404 403 403 200 200 200",
    # --- people: somebody's, then the attendee's own
    "GET api/organizations/{organization}/people": "401 404 404 404 200 200 200 200",
    "POST api/organizations/{organization}/people": "401 404 404 404 403 201 201 201",
    "GET api/people/{person}": "401 404 404 404 200 200 200 200",
    "PATCH api/people/{person}": "401 404 404 404 403 200 200 200",
    "DELETE api/people/{person}": "401 404 404 404 403 409 409 409",
    "DELETE api/people/{bare_person}": "401 404 404 404 403 204 204 204",
    "GET api/people/{own}": "401 404 200 404 200 200 200 200",
    "PATCH api/people/{own}": "401 404 403 404 403 200 200 200",
    "GET api/people/{person}/attendance": "401 404 404 404 200 200 200 200",
    "GET api/people/{own}/attendance": "401 404 200 404 200 200 200 200",
    # Without an account, then with one.
    "POST api/people/{person}/invite": "401 404 404 404 403 201 201 201",
    "POST api/people/{own}/invite": "401 404 404 404 403 409 409 409",
    "GET api/people/{person}/changes": "401 404 404 404 403 200 200 200",
    "GET api/people/{own}/changes": "401 404 403 404 403 200 200 200",
    "GET api/me/people": "401 200 200 200 200 200 200 200",
    "PATCH api/me/people/{own}": "401 404 200 404 404 404 404 404",
    "DELETE api/me/people/{own}": "401 404 204 404 404 404 404 404",
    "GET api/me/invitations": "401 200 200 200 200 200 200 200",
    # One of the attendee's.
    "POST api/me/invitations/{invitation}/accept": "401 404 204 404 404 404 404 404",
    "POST api/me/invitations/{invitation}/decline": "401 404 204 404 404 404 404 404",
    # --- one's own record: attendee and host are on the roster
    "GET api/me/attendance": "401 200 200 200 200 200 200 200",
    "PUT api/me/events/{event}/attendance": "401 404 200 200 404 404 404 404",
    "PUT api/me/events/{event}/feedback": "401 404 200 409 404 404 404 404",
    "PATCH api/me/events/{event}/privacy": "401 404 200 200 404 404 404 404",
    "GET api/users/{user}/attendance": "401 200 200 200 200 200 200 200",
    "GET api/me/export": "401 200 200 200 200 200 200 200",
    "GET api/me/prompts": "401 200 200 200 200 200 200 200",
    "POST api/me/prompts/{prompt}/snooze": "401 404 200 404 404 404 404 404",
    "GET api/me/notifications": "401 200 200 200 200 200 200 200",
    "POST api/me/notifications/{notification}/read": (
        "401 404 200 404 404 404 404 404"
    ),
    # --- decisions
    "GET api/events/{event}/attendance": "401 404 200 200 200 200 200 200",
    # About the event as a whole: no business of hosts.
    "POST api/events/{event}/attendance/bulk": "401 404 403 403 403 200 200 200",
    # The secret link of somebody else.
    "POST api/participants/{other}/personal-link": "401 404 404 403 403 200 200 200",
    "PATCH api/participants/{participant}/attendance": (
        "401 404 403 403 403 200 200 200"
    ),
    # About a session, in the same route with another body.
    "POST api/participants/{participant}/check-in": "401 404 403 200 403 200 200 200",
    "PATCH api/participants/{other}/attendance": "401 404 404 200 403 200 200 200",
    "POST api/participants/{other}/check-in": "401 404 404 403 403 200 200 200",
    "POST api/attendance-changes/{change}/undo": "401 404 403 200 403 200 200 200",
    "POST api/attendance-changes/{override}/undo": "401 404 404 403 403 403 200 200",
    "GET api/events/{event}/attendance-changes": "401 404 200 200 200 200 200 200",
    "GET api/participants/{participant}/attendance-changes": (
        "401 404 200 200 200 200 200 200"
    ),
    "GET api/participants/{other}/attendance-changes": (
        "401 404 404 200 200 200 200 200"
    ),
    # The attendee's own decision, then what somebody else contests.
    "POST api/me/attendance/{decision}/contest": "401 404 201 404 404 404 404 404",
    "GET api/organizations/{organization}/contests": "401 404 404 404 403 200 200 200",
    "POST api/contests/{contest}/settle": "401 404 404 404 403 200 200 200",
    "POST api/events/{done}/complete": "401 404 404 404 403 200 200 200",
    "POST api/events/{completed}/reopen": "401 404 404 404 403 200 200 200",
    # --- prompts and feedback: hosts are not told who said what
    "GET api/events/{event}/prompts": "401 404 403 403 200 200 200 200",
    # It ended long ago, then today.
    "POST api/events/{event}/prompts": "401 404 403 403 403 409 409 409",
    "POST api/events/{over}/prompts": "401 404 404 404 403 200 200 200",
    "GET api/events/{event}/feedback": "401 404 403 403 200 200 200 200",
    # --- points: of the attendee
    "GET api/users/{user}/points": "401 404 200 403 403 200 200 200",
    "GET api/organizations/{organization}/leaderboard": (
        "401 404 200 200 200 200 200 200"
    ),
    "GET api/organizations/{organization}/points": "401 404 404 404 200 200 200 200",
    "PUT api/organizations/{organization}/points": "401 404 404 404 403 403 200 200",
    # --- sessions
    "GET api/sessions": "401 200 200 200 200 200 200 200",
    "POST api/sessions": "401 400 403 403 403 201 201 201",
    "GET api/sessions/{session}": "401 404 200 200 200 200 200 200",
    "PATCH api/sessions/{session}": "401 404 403 403 403 200 200 200",
    "DELETE api/sessions/{past}": "401 404 403 403 403 409 409 409",
    "DELETE api/sessions/{bare_session}": "401 404 404 404 403 204 204 204",
    "POST api/sessions/{past}/end": "401 404 403 403 403 200 200 200",
    "POST api/sessions/{session}/cancel": "401 404 403 403 403 200 200 200",
    "POST api/sessions/{session}/restore": "401 404 403 403 403 200 200 200",
    # A token for the attendee.
    "POST api/sessions/{session}/join-token": "401 404 200 403 403 200 200 200",
    "GET api/sessions/{session}/presence-events": "401 404 403 403 403 200 200 200",
    "GET api/sessions/{session}/connections": "401 404 403 403 403 200 200 200",
    "GET api/sessions/{session}/attendance": "401 404 200 200 200 200 200 200",
    "GET api/sessions/{session}/attendance-status": "401 404 200 200 200 200 200 200",
    "POST api/sessions/{past}/calculate": "401 404 403 403 403 200 200 200",
    # The guest was seen, and nobody has said who it is.
    "POST api/sessions/{past}/unmatched/link": "401 404 403 403 403 200 200 200",
    "POST api/sessions/{past}/unmatched/unlink": "401 404 403 403 403 200 200 200",
    "GET api/reports": "401 200 200 200 200 200 200 200",
    "GET api/reports.csv": "401 200 200 200 200 200 200 200",
    "GET api/sessions/{session}/policy": "401 404 200 200 200 200 200 200",
    "PUT api/sessions/{session}/policy": "401 404 403 403 403 200 200 200",
    "DELETE api/sessions/{session}/policy": "401 404 403 403 403 204 204 204",
}

# Bodies that are a file.
FILES = {
    "POST api/events/{event}/participants/import": b"name,email\nNew,n@example.com"
}


@dataclass
class World:
    """One organization with one of everything, and a user for each role."""

    users: dict[str, User]
    ids: dict[str, object]


@pytest.fixture
def world(settings: Settings) -> World:
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    # Eight people sign in for each row: sessions that need no query are fast.
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    organization = make_organization()
    event = make_event(organization)
    users = {role: make_member(organization, role) for role in Role.values}
    users["stranger"] = make_member(make_organization(), Role.OWNER)
    users["superuser"] = make_user(is_superuser=True)
    users["attendee"], users["host"] = make_user(), make_user()
    make_participant(event, user=users["host"], role="host")
    session = make_session(event, starts_at=datetime(2090, 1, 1, tzinfo=UTC))
    make_connection(session)
    make_presence_event(session)
    make_user("somebody")
    past, other = make_session(event), make_participant(event)
    make_connection(past, identity="guest")
    make_connection(past, identity="linked guest")
    make_link(other, "linked guest")
    me = make_participant(event, user=users["attendee"])
    at_past = Place(event, past)
    mark(at_past, [Mark(me, "late")], by=users["organizer"], now=timezone.now())
    mark(
        at_past,
        [Mark(other, "excused")],
        source="admin_override",
        by=users["admin"],
        now=timezone.now(),
    )
    bare = make_participant(make_event(organization))
    prompt = make_prompt(me)
    return World(
        users,
        {
            "organization": organization.pk,
            "user": users["attendee"].pk,
            "member": make_membership(organization, role=Role.VIEWER).pk,
            "event": event.pk,
            "participant": me.pk,
            "invitation": make_invitation(
                organization, users["attendee"], by=users["owner"]
            ).pk,
            "change": me.attendance_changes.get().pk,
            "override": other.attendance_changes.get().pk,
            "decision": me.attendances.get(session=past).pk,
            "contest": contest(
                other.attendances.get(session=past),
                text="I was ill.",
                by=None,
                now=timezone.now(),
            ).pk,
            "done": make_event(organization).pk,
            "completed": make_event(organization, state="completed").pk,
            "over": make_participant(event_that_is_over(organization)).event_id,
            "other": other.pk,
            "person": other.person_id,
            "own": me.person_id,
            "session": session.pk,
            "past": past.pk,
            "session_type": "quran",
            "prompt": prompt.pk,
            "notification": make_notification(prompt).pk,
            "bare": bare.event_id,
            "bare_place": bare.pk,
            "bare_person": bare.person_id,
            "bare_session": make_session(bare.event).pk,
        },
    )


def event_that_is_over(organization: Organization) -> Event:
    starts_at = timezone.now() - timedelta(hours=4)
    return make_event(organization, starts_at=starts_at)


@pytest.mark.django_db
@pytest.mark.parametrize("route", TABLE)
def test_each_role_gets_the_answer_of_the_table(route: str, world: World) -> None:
    expected = dict(zip(ROLES, map(int, TABLE[route].split()), strict=True))
    expected["superuser"] = expected["owner"]
    assert {role: answer_of(route, role, world) for role in expected} == expected


def answer_of(route: str, role: str, world: World) -> int:
    """Return the status that ``role`` gets, and take back what it did."""
    method, _, path = route.partition(" ")
    body, content_type = body_of(route, world)
    with transaction.atomic():
        client = APIClient()
        if role != "anonymous":
            client.force_login(world.users[role])
        with CaptureQueriesContext(connection) as queries:
            response = client.generic(
                method,
                f"/{fill(path, world.ids)}",
                body,
                content_type=content_type,
            )
        transaction.set_rollback(True)
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"
        assert not written(queries), f"{role} was refused and something was written"
    return int(response.status_code)


def body_of(route: str, world: World) -> tuple[str, str]:
    """Return what is sent, and as what."""
    if route in FILES:
        file = SimpleUploadedFile("people.csv", FILES[route])
        body = encode_multipart(BOUNDARY, {"file": file}).decode()
        return body, MULTIPART_CONTENT
    sent = fill(BODIES.get(route), world.ids)
    return "" if sent is None else json.dumps(sent), "application/json"


def test_every_route_and_method_stands_in_the_table() -> None:
    served = {
        f"{method.upper()} {starred(path)}"
        for path, view in api_routes()
        for method in METHODS
        if hasattr(view, method)
    }
    assert served == {starred(route) for route in TABLE}


def test_the_resolver_is_really_read() -> None:
    assert len(dict(api_routes())) > 20
