"""Who may open and send which page: each route of pages, method and role.

A page that stands in no row fails the test. The stranger owns another organization.
A superuser without any role gets the owner's answers, and is told so; some pages only
superusers have.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from events.models import Event, EventState
from tests.attendance_site.routes import ROLES, fill, patterns, starred
from tests.attendance_site.world_of_pages import World, make_world
from tests.browser.pages import routes
from tests.factories import (
    make_user,
)
from tests.written import written

TIMES = {"starts_at": "2026-07-01T10:00", "ends_at": "2026-07-01T11:00"}
POLICY = {
    "grace_minutes": 5,
    "partial_from": 10,
    "present_over": 50,
    "present_regardless_over": 75,
}
PERSON = {"name": "New", "role": "attendee", "registration": "registered"}

# Columns: anonymous stranger attendee host viewer organizer admin owner
MEMBERS = "302 404 404 404 200 200 200 200"
ADMINS = "302 404 404 404 403 403 200 200"
ADMINS_SENT = "302 404 404 404 403 403 302 302"
ORGANIZERS = "302 404 403 403 403 200 200 200"
ORGANIZERS_SENT = "302 404 403 403 403 302 302 302"
HOSTS = "302 404 403 200 403 200 200 200"
HOSTS_SENT = "302 404 403 302 403 302 302 302"
NOBODY = "302 404 404 404 404 404 404 404"
TABLE = {
    "GET events/": "302 200 200 200 200 200 200 200",
    "GET events/{event}/": "302 404 200 200 200 200 200 200",
    "GET organizations/new/": "302 200 200 200 200 200 200 200",
    "POST organizations/new/": "302 302 302 302 302 302 302 302",
    "GET organizations/{organization}/": MEMBERS,
    "GET organizations/{organization}/settings/": ADMINS,
    "POST organizations/{organization}/settings/": ADMINS_SENT,
    "GET organizations/{organization}/points/": ADMINS,
    "POST organizations/{organization}/points/": ADMINS_SENT,
    "GET organizations/{organization}/policy/": ADMINS,
    "POST organizations/{organization}/policy/": ADMINS_SENT,
    "GET organizations/{organization}/policy/{session_type}/": ADMINS,
    "POST organizations/{organization}/policy/{session_type}/": ADMINS_SENT,
    "GET events/{event}/policy/": ORGANIZERS,
    "POST events/{event}/policy/": ORGANIZERS_SENT,
    "GET sessions/{session}/policy/": ORGANIZERS,
    "POST sessions/{session}/policy/": ORGANIZERS_SENT,
    "GET organizations/{organization}/members/": MEMBERS,
    # Its answer shows the link.
    "POST organizations/{organization}/members/": "302 404 404 404 403 200 200 200",
    # A viewer, then an owner, who is not the last one.
    "GET members/{member}/edit/": ADMINS,
    "POST members/{member}/edit/": ADMINS_SENT,
    "GET members/{member}/remove/": ADMINS,
    "POST members/{member}/remove/": ADMINS_SENT,
    "GET members/{other_owner}/edit/": "302 404 404 404 403 403 403 200",
    "POST members/{other_owner}/edit/": "302 404 404 404 403 403 403 302",
    "GET members/{other_owner}/remove/": "302 404 404 404 403 403 403 200",
    "POST members/{other_owner}/remove/": "302 404 404 404 403 403 403 302",
    # To the people of the stranger's own organization.
    "GET people/": "302 302 404 404 302 302 302 302",
    "GET organizations/{organization}/people/": "302 404 404 404 200 200 200 200",
    "GET organizations/{organization}/people/new/": "302 404 404 404 403 200 200 200",
    "POST organizations/{organization}/people/new/": "302 404 404 404 403 302 302 302",
    "GET people/{person}/invite/": "302 404 404 404 403 200 200 200",
    "POST people/{person}/invite/": "302 404 404 404 403 200 200 200",
    "GET events/{event}/people/invite/": ORGANIZERS,
    # Its answer shows the links.
    "POST events/{event}/people/invite/": "302 404 403 403 403 200 200 200",
    "GET organizations/{organization}/invitations/": "302 404 404 404 403 200 200 200",
    "POST organizations/{organization}/invitations/{linked}/again/": (
        "302 404 404 404 403 200 200 200"
    ),
    "POST organizations/{organization}/invitations/{linked}/withdraw/": (
        "302 404 404 404 403 302 302 302"
    ),
    "GET account/invitations/": "302 200 200 200 200 200 200 200",
    # One of the attendee's.
    "POST account/invitations/{invitation}/accept/": (
        "302 404 302 404 404 404 404 404"
    ),
    "POST account/invitations/{invitation}/decline/": (
        "302 404 302 404 404 404 404 404"
    ),
    "GET account/people/{own}/leave/": "302 404 200 404 404 404 404 404",
    "POST account/people/{own}/leave/": "302 404 302 404 404 404 404 404",
    "GET account/people/{own}/recording/": "302 404 200 404 404 404 404 404",
    "POST account/people/{own}/recording/": "302 404 302 404 404 404 404 404",
    "GET account/memberships/{membership}/leave/": ("302 404 404 404 200 404 404 404"),
    "POST account/memberships/{membership}/leave/": ("302 404 404 404 302 404 404 404"),
    # --- one's own record: the place of the attendee
    "GET me/": "302 200 200 200 200 200 200 200",
    "GET me/places/{participant}/": "302 404 200 404 404 404 404 404",
    "POST me/places/{participant}/": "302 404 302 404 404 404 404 404",
    "GET me/mails/": "302 200 200 200 200 200 200 200",
    "POST me/mails/": "302 302 302 302 302 302 302 302",
    "GET me/profile/": "302 200 200 200 200 200 200 200",
    "GET me/export/": "302 200 200 200 200 200 200 200",
    "GET notifications/": "302 200 200 200 200 200 200 200",
    "POST notifications/read/": "302 302 302 302 302 302 302 302",
    # The attendee themselves, then somebody else.
    "GET people/{own}/": "302 404 404 404 200 200 200 200",
    "GET people/{person}/": "302 404 404 404 200 200 200 200",
    "GET people/{person}/edit/": "302 404 404 404 403 200 200 200",
    "POST people/{person}/edit/": "302 404 404 404 403 302 302 302",
    "GET people/{person}/delete/": "302 404 404 404 403 200 200 200",
    "POST people/{person}/delete/": "302 404 404 404 403 302 302 302",
    # The stranger has an organization of their own.
    "GET events/new/": "302 200 403 403 403 200 200 200",
    "POST events/new/": "302 302 403 403 403 302 302 302",
    "GET events/{event}/edit/": ORGANIZERS,
    "POST events/{event}/edit/": ORGANIZERS_SENT,
    "POST events/{event}/publish/": ORGANIZERS_SENT,
    "GET events/{event}/cancel/": ORGANIZERS,
    "POST events/{event}/cancel/": ORGANIZERS_SENT,
    "GET events/{event}/delete/": ORGANIZERS,
    "POST events/{bare}/delete/": ORGANIZERS_SENT,
    "GET events/{event}/people/": "302 404 403 200 200 200 200 200",
    "POST events/{event}/people/": "302 404 403 403 403 302 302 302",
    "GET participants/{other}/remove/": "302 404 404 403 403 200 200 200",
    "POST participants/{other}/remove/": "302 404 404 403 403 302 302 302",
    "GET sessions/{session}/delete/": ORGANIZERS,
    "POST sessions/{session_of_bare}/delete/": ORGANIZERS_SENT,
    "GET events/{event}/people/new/": ORGANIZERS,
    "POST events/{event}/people/new/": ORGANIZERS_SENT,
    "GET events/{event}/people/several/": ORGANIZERS,
    "POST events/{event}/people/several/": ORGANIZERS_SENT,
    "GET events/{event}/check-in/": HOSTS,
    "POST events/{event}/check-in/": HOSTS_SENT,
    "GET events/{event}/check-in/{other}/": HOSTS,
    "POST events/{event}/check-in/{other}/": HOSTS_SENT,
    "GET events/{event}/check-in/new/": ORGANIZERS,
    "POST events/{event}/check-in/new/": ORGANIZERS_SENT,
    "GET events/{event}/check-in/badges/": ORGANIZERS,
    "GET events/{event}/check-in/screen/": ORGANIZERS,
    "GET c/": "302 200 200 200 200 200 200 200",
    # A code that is over.
    "GET c/{code}/": "302 409 409 409 409 409 409 409",
    "POST c/{code}/": "302 409 409 409 409 409 409 409",
    "GET events/{event}/people/import/": ORGANIZERS,
    # Its answer shows what became of each line.
    "POST events/{event}/people/import/": "302 404 403 403 403 200 200 200",
    "GET events/{event}/sessions/new/": ORGANIZERS,
    "POST events/{event}/sessions/new/": ORGANIZERS_SENT,
    # The attendee's own place, then somebody else's.
    "GET events/{event}/attendance/": "302 404 200 200 200 200 200 200",
    "POST events/{event}/attendance/mark/": ORGANIZERS_SENT,
    "POST events/{event}/attendance/undo/": ORGANIZERS_SENT,
    # Hosts are not told who said what.
    "GET events/{event}/answers/": "302 404 403 403 200 200 200 200",
    "GET events/{over}/answers/ask/": ORGANIZERS,
    "POST events/{over}/answers/ask/": ORGANIZERS_SENT,
    "GET events/{open}/complete/": ORGANIZERS,
    "POST events/{open}/complete/": ORGANIZERS_SENT,
    "POST events/{completed}/reopen/": ORGANIZERS_SENT,
    # The attendee's own history, then somebody else's.
    "GET participants/{participant}/history/": "302 404 200 200 200 200 200 200",
    "GET participants/{other}/history/": "302 404 404 200 200 200 200 200",
    "POST sessions/{session}/mark/": "302 404 403 302 403 302 302 302",
    "POST sessions/{session}/undo/": "302 404 403 302 403 302 302 302",
    "POST sessions/{session}/take-back-held/": ORGANIZERS_SENT,
    # What somebody else contests, then of the attendee.
    "GET organizations/{organization}/contests/": "302 404 404 404 403 200 200 200",
    "POST contests/{contest}/settle/": "302 404 404 404 403 302 302 302",
    "GET me/attendance/{decision}/contest/": "302 404 200 404 404 404 404 404",
    "POST me/attendance/{decision}/contest/": "302 404 302 404 404 404 404 404",
    # Of the attendee: their own page, and what organizers and hosts answer.
    "GET organizations/{organization}/absences/": MEMBERS,
    "GET me/places/{participant}/absence/": "302 404 200 404 404 404 404 404",
    "POST me/places/{participant}/absence/": "302 404 302 404 404 404 404 404",
    "POST me/places/{participant}/absence/{absence}/withdraw/": (
        "302 404 302 404 404 404 404 404"
    ),
    "POST absences/{absence}/settle/": HOSTS_SENT,
    "GET participants/{participant}/edit/": "302 404 200 403 403 200 200 200",
    "POST participants/{participant}/edit/": "302 404 302 403 403 302 302 302",
    "GET participants/{other}/edit/": "302 404 404 403 403 200 200 200",
    "POST participants/{other}/edit/": "302 404 404 403 403 302 302 302",
    "POST participants/{other}/personal-link/": "302 404 404 403 403 302 302 302",
    "GET sessions/{session}/edit/": ORGANIZERS,
    "POST sessions/{session}/edit/": ORGANIZERS_SENT,
    "GET sessions/{session}/end/": ORGANIZERS,
    "POST sessions/{session}/end/": ORGANIZERS_SENT,
}

# What superusers have alone.
FOR_SUPERUSERS = {
    "GET access-requests/": 200,
    "GET access-requests/{asked}/invite/": 200,
    # Its answer shows the link.
    "POST access-requests/{asked}/invite/": 200,
    "GET access-requests/{asked}/delete/": 200,
    "POST access-requests/{asked}/delete/": 302,
}
TABLE |= dict.fromkeys(FOR_SUPERUSERS, NOBODY)

SENT: dict[str, dict[str, Any]] = {
    "organizations/new/": {"name": "New", "time_zone": "UTC", "language": "en"},
    "organizations/{organization}/settings/": {
        "name": "New",
        "time_zone": "UTC",
        "language": "en",
    },
    "organizations/{organization}/points/": {
        "present": 5,
        "late": 4,
        "partial": 3,
        "feedback": 2,
    },
    "organizations/{organization}/policy/": POLICY,
    "organizations/{organization}/policy/{session_type}/": POLICY,
    "events/{event}/policy/": POLICY,
    "sessions/{session}/policy/": POLICY,
    "organizations/{organization}/members/": {
        "username": "new@example.com",
        "role": "viewer",
    },
    "members/{member}/edit/": {"role": "organizer"},
    "members/{other_owner}/edit/": {"role": "organizer"},
    "organizations/{organization}/people/new/": {"name": "New"},
    "events/{event}/people/invite/": {"all": "1"},
    "access-requests/{asked}/invite/": {
        "organization": "{organization}",
        "role": "viewer",
    },
    "people/{person}/edit/": {"name": "New"},
    "account/people/{own}/recording/": {"consents": "yes"},
    "me/mails/": {},
    # A superuser chooses among all organizations.
    "events/new/": {"title": "New", "organization": "{organization}"} | TIMES,
    "events/{event}/edit/": {"title": "New"} | TIMES,
    "events/{event}/people/": {"participant": "{other}", "registration": "cancelled"},
    "events/{event}/people/new/": PERSON,
    "events/{event}/people/several/": {"lines": "New, new@example.com"},
    "events/{event}/check-in/": {
        "participant": "{other}",
        "session": "{session}",
        "not_today": "1",
    },
    "events/{event}/check-in/{other}/": {"session": "{session}", "not_today": "1"},
    "events/{event}/check-in/new/": {
        "name": "New",
        "email": "new@example.com",
        "session": "{session}",
        "not_today": "1",
    },
    "events/{event}/people/import/": {},
    "events/{open}/complete/": {"confirmed": "1"},
    "events/{event}/sessions/new/": {"title": "New", "session_type": "quran"} | TIMES,
    "participants/{participant}/edit/": PERSON | {"time_zone": "Asia/Riyadh"},
    "participants/{other}/edit/": PERSON,
    "sessions/{session}/edit/": {"title": "New", "mode": "hybrid"}
    | {"session_type": "quran"}
    | TIMES,
    "sessions/{session}/end/": {"ended_at": "2026-03-02T10:50"},
}

# What stands on pages that are more than a form.
SENT_BESIDES: dict[str, dict[str, Any]] = {
    "contests/{contest}/settle/": {"status": "late", "notes": "You came at 10:20."},
    "me/attendance/{decision}/contest/": {"text": "I was there."},
    "me/places/{participant}/absence/": {"sessions": "{ahead}", "reason": "Ill."},
    "absences/{absence}/settle/": {"confirmed": "yes"},
    "me/places/{participant}/": {"do": "privacy", "privacy": "True"},
    "events/{event}/attendance/mark/": {"participant": "{other}", "status": "late"},
    "events/{event}/attendance/undo/": {"change": "{about_event}"},
    "sessions/{session}/mark/": {"participant": "{other}", "status": "late"},
    "sessions/{session}/undo/": {"change": "{about_session}"},
}


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.django_db
@pytest.mark.parametrize("route", TABLE)
def test_each_role_gets_the_answer_of_the_table(route: str, world: World) -> None:
    expected = dict(zip(ROLES, map(int, TABLE[route].split()), strict=True))
    expected["superuser"] = FOR_SUPERUSERS.get(route, expected["owner"])
    assert {role: answer_of(route, role, world) for role in expected} == expected


def answer_of(route: str, role: str, world: World) -> int:
    """Return the status that ``role`` gets, and take back what it did."""
    method, _, path = route.partition(" ")
    users, ids = world
    client = Client()
    with transaction.atomic():
        if role != "anonymous":
            client.force_login(users[role])
        address = f"/{path.format_map(ids)}"
        with CaptureQueriesContext(connection) as queries:
            if method == "GET":
                response = client.get(address)
            else:
                sent = fill((SENT | SENT_BESIDES).get(path, {}), ids)
                response = client.post(address, sent | file_of(path))
        transaction.set_rollback(True)
    if role == "anonymous":
        assert response["Location"] == f"/sign-in/?next={address}"
    if role == "anonymous" or response.status_code >= 400 or method == "GET":
        assert not written(queries), f"{role} wrote something"
    else:
        assert written(queries), f"{role} wrote nothing"
    assert "no-store" in response.headers.get("Cache-Control", "no-store")
    if response.status_code == 200 and "_id>" in resolve(address).route:
        marked = b"You see this as a superuser" in response.content
        assert marked == (role == "superuser")
    return int(response.status_code)


def file_of(path: str) -> dict[str, Any]:
    """What a form with a file sends besides."""
    if not path.endswith("/import/"):
        return {}
    return {"file": SimpleUploadedFile("people.csv", b"name\nNew")}


# Tested where they are from: the first page, accounts, the report, machines' routes,
# and what is open without an account.
ELSEWHERE = re.compile(
    r"$|i/|sign-|account/|admin/|api/|health/|webhooks|\^|reports|metrics|e/|p/|a/|u/"
    r"|me/mails/again/|sessions/\*/(?!delete|edit|end/|mark|undo)"
)


def test_every_page_stands_in_the_table() -> None:
    served = {starred(path) for path, _pattern in patterns()}
    rows = {starred(route.partition(" ")[2]) for route in TABLE}
    assert rows <= served
    assert {path for path in served - rows if not ELSEWHERE.match(path)} == set()


ROOT = Path(__file__).resolve().parents[2]
LEADS_TO = re.compile(r"""(?:\burl |\b(?:reverse|redirect|action)\()\s*["'](\w+)["']""")


# To which allauth leads by itself.
BY_ALLAUTH = {
    "account_inactive",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "openid_connect_callback",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
}


def test_something_leads_to_every_page() -> None:
    """A link or a button of a template, or what a view answers."""
    texts = [*(ROOT / "templates").rglob("*.html")]
    for app in ("events", "sessions_app", "attendance", "notifications"):
        texts += (ROOT / app).rglob("*.py")
    led_to = {
        name
        for path in texts
        for name in LEADS_TO.findall(path.read_text(encoding="utf-8"))
    }
    assert routes() - led_to - BY_ALLAUTH == set()


@pytest.mark.django_db
@pytest.mark.parametrize("path", SENT)
def test_a_form_needs_its_token(path: str, world: World) -> None:
    users, ids = world
    client = Client(enforce_csrf_checks=True)
    client.force_login(users["superuser"])
    address = f"/{path.format_map(ids)}"
    assert client.post(address, SENT[path]).status_code == 403
    assert b"csrfmiddlewaretoken" in client.get(address).content


# What a new user writes, by the page that a filled button led to.
WRITTEN = {
    "/organizations/new/": {"name": "Al-Noor", "time_zone": "utc", "language": "en"},
    "/events/new/": {"title": "Algebra"} | TIMES,
    "/people/several/": {"lines": "Amina Hadid, amina@example.com\nYusuf Karim"},
    "/sessions/new/": {"title": "Lesson 1", "session_type": "academic"} | TIMES,
}


@pytest.mark.django_db
def test_the_filled_buttons_lead_from_nothing_to_a_published_event_with_a_session() -> (
    None
):
    client = Client()
    client.force_login(make_user(is_superuser=True, is_staff=True))
    answer, went = client.get("/"), []
    while found := re.search(FILLED, answer.content.decode()):
        path = found["form"] or found["link"] or answer.request["PATH_INFO"]
        page, _, _query = path.partition("?")
        went.append(re.sub(r"\d+", "*", page))
        sent = [data for end, data in WRITTEN.items() if page.endswith(end)]
        answer = client.post(path, sent[0] if sent else {}, follow=True)
        assert answer.redirect_chain, f"{path} refused: {answer.content.decode()}"
    assert went == [
        "/organizations/new/",
        "/events/new/",
        "/events/*/people/several/",
        "/events/*/sessions/new/",
        "/events/*/publish/",
    ]
    event = Event.objects.get()
    assert event.state == EventState.SCHEDULED
    assert event.participants.count() == 2
    assert event.sessions.get().title in answer.content.decode()


FILLED = re.compile(
    r'class="button first"\s+href="(?P<link>[^"]+)"'
    r'|action="(?P<form>[^"]+)">\s*<input[^>]*>\s*<button class="button first"'
    r'|<button class="button first"'
)
