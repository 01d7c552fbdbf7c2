"""Names and titles hide nothing, whichever way they come in."""

from typing import Any

import pytest
from django.test import Client

from events.models import Event, Organization, Participant, Role
from sessions_app.models import LiveSession
from tests.attendance.pages import be_there
from tests.factories import (
    make_client,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

HIDING = "Ana\u202egpj.exe"
SAID = "A hidden character (U+202E) changes the direction of the text."
WHEN = {"starts_at": "2026-03-02T10:00:00Z", "ends_at": "2026-03-02T11:00:00Z"}
# As forms send them.
TIMES = {"starts_at": "2026-03-02T10:00", "ends_at": "2026-03-02T11:00"}
HALVES = {
    "starts_at_0": "2026-03-02",
    "starts_at_1": "10:00",
    "ends_at_0": "2026-03-02",
    "ends_at_1": "11:00",
}


@pytest.fixture
def session() -> LiveSession:
    """In a school of its own, with somebody on its roster, and a stranger."""
    session = make_session()
    make_participant(session.event, name="Noor")
    be_there(session, None, (0, 60), identity="stranger", name="Somebody")
    return session


@pytest.fixture
def ids(session: LiveSession) -> dict[str, int]:
    """What the addresses and values below name."""
    return {
        "organization": session.event.organization_id,
        "event": session.event_id,
        "person": Participant.objects.get().pk,
        "session": session.pk,
    }


def names() -> list[str]:
    """All names and titles that are kept."""
    return [
        *Organization.objects.values_list("name", flat=True),
        *Event.objects.values_list("title", flat=True),
        *Participant.objects.values_list("person__name", flat=True),
        *LiveSession.objects.values_list("title", flat=True),
    ]


@pytest.mark.parametrize(
    ("method", "path", "field", "others"),
    [
        ("patch", "/api/me", "name", {}),
        ("post", "/api/organizations", "name", {}),
        ("patch", "/api/organizations/{organization}", "name", {}),
        ("post", "/api/events", "title", {**WHEN, "organization": "{organization}"}),
        ("patch", "/api/events/{event}", "title", {}),
        ("post", "/api/events/{event}/participants", "name", {}),
        ("patch", "/api/participants/{person}", "name", {}),
        ("post", "/api/sessions", "title", {**WHEN, "event": "{event}"}),
        ("patch", "/api/sessions/{session}", "title", {}),
    ],
)
def test_rest_refuses_them_at_their_field(
    ids: dict[str, int], method: str, path: str, field: str, others: dict[str, str]
) -> None:
    organization = Organization.objects.get(pk=ids["organization"])
    client = make_client(make_member(organization, Role.OWNER))
    before = names()
    sent: dict[str, Any] = {
        name: value.format_map(ids) for name, value in others.items()
    }
    answer = getattr(client, method)(path.format_map(ids), {**sent, field: HIDING})
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert error["detail"].startswith(SAID)
    assert names() == before


def test_rest_refuses_them_in_walk_ins(session: LiveSession) -> None:
    client = make_client(make_member(session.event.organization))
    answer = client.post(
        f"/api/sessions/{session.pk}/unmatched/link",
        {"identity": "stranger", "walk_in": {"name": HIDING}},
        format="json",
    )
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["field"] == "walk_in.name"
    assert error["detail"].startswith(SAID)


@pytest.mark.parametrize(
    ("path", "field", "others"),
    [
        (
            "/organizations/new/",
            "name",
            {"time_zone": "UTC", "language": "en"},
        ),
        ("/events/new/", "title", TIMES),
        ("/events/{event}/edit/", "title", TIMES),
        (
            "/events/{event}/people/new/",
            "name",
            {"role": "attendee", "registration": "registered"},
        ),
        ("/events/{event}/people/several/", "lines", {}),
        ("/events/{event}/check-in/new/", "name", {"not_today": "1"}),
        (
            "/events/{event}/sessions/new/",
            "title",
            {**TIMES, "session_type": "general"},
        ),
    ],
)
def test_forms_refuse_them_at_their_field(
    ids: dict[str, int], path: str, field: str, others: dict[str, str]
) -> None:
    organization = Organization.objects.get(pk=ids["organization"])
    client = Client()
    client.force_login(make_member(organization, Role.OWNER))
    before = names()
    page = client.post(path.format_map(ids), {**others, field: HIDING})
    assert page.status_code == 200
    _, found, wrong = page.content.decode().partition(f'id="id_{field}_error"')
    assert found
    assert SAID in wrong.partition("</div>")[0]
    assert names() == before


@pytest.mark.parametrize(
    ("path", "field", "others"),
    [
        ("events/organization", "name", {"time_zone": "UTC", "language": "en"}),
        ("events/event", "title", {**HALVES, "time_zone": "UTC"}),
        ("events/person", "name", {}),
        (
            "sessions_app/livesession",
            "title",
            {**HALVES, "session_type": "general", "mode": "online"},
        ),
    ],
)
def test_the_admin_refuses_them_at_their_field(
    ids: dict[str, int], path: str, field: str, others: dict[str, str]
) -> None:
    admin = make_user(is_staff=True, is_superuser=True)
    make_membership(make_organization(), admin)
    client = Client()
    client.force_login(admin)
    row = ids[{"name": "organization", "title": "event"}[field]]
    if "person" in path:
        row = Participant.objects.get(pk=ids["person"]).person_id
    row = ids["session"] if "session" in path else row
    before = names()
    answer = client.post(f"/admin/{path}/{row}/change/", {**others, field: HIDING})
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert errors[field][0].startswith(SAID)
    assert names() == before
