"""Addresses are kept without what nobody sees in them, whichever way they come in."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.forms import Field
from django.test import Client, RequestFactory
from django.utils import timezone

from core.form_parts import AddressField
from events.invitations.answering import invitations_of
from events.models import Participant, Role, User
from sessions_app.models import LiveSession
from tests.attendance.pages import be_there
from tests.factories import (
    make_client,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

ADDRESS = "Ana@example.com"
WRITTEN = "\u00a0An\u200ba@exam\u00adple.com\ufeff "
ATTENDEE = {"role": "attendee", "registration": "registered"}


@pytest.fixture
def session() -> LiveSession:
    """With somebody on its roster, and a stranger."""
    session = make_session()
    make_participant(session.event, name="Noor")
    be_there(session, None, (0, 60), identity="stranger", name="Somebody")
    return session


@pytest.fixture
def owner(session: LiveSession) -> User:
    return make_member(session.event.organization, Role.OWNER)


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("post", "/api/events/{event}/participants", {"name": "Ana", "email": WRITTEN}),
        ("patch", "/api/participants/{person}", {"email": WRITTEN}),
        (
            "post",
            "/api/sessions/{session}/unmatched/link",
            {"identity": "stranger", "walk_in": {"name": "Ana", "email": WRITTEN}},
        ),
    ],
)
def test_over_rest(
    session: LiveSession, owner: User, method: str, path: str, sent: dict[str, Any]
) -> None:
    answer = getattr(make_client(owner), method)(
        path.format_map(ids(session)), sent, format="json"
    )
    assert answer.status_code in (200, 201)
    assert ADDRESS in emails(session)


def test_ones_own_over_rest() -> None:
    user = make_user()
    answer = make_client(user).patch("/api/me", {"email": WRITTEN})
    assert answer.json()["email"] == ADDRESS


def test_an_account_and_a_place_are_found_by_one(
    session: LiveSession, owner: User
) -> None:
    client = make_client(owner)
    ana = make_user("ana", email=ADDRESS, email_verified_at=timezone.now())
    answer = client.post(
        f"/api/organizations/{session.event.organization_id}/members",
        {"email": WRITTEN, "role": "viewer"},
    )
    assert answer.status_code == 201
    assert [each.role for each in invitations_of(ana)] == ["viewer"]
    make_participant(session.event, email=ADDRESS)
    roster = f"/api/events/{session.event_id}/participants"
    found = client.get(roster, {"email": WRITTEN.upper()}).json()["results"]
    assert [row["email"] for row in found] == [ADDRESS]


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/events/{event}/people/new/", {**ATTENDEE, "name": "Ana", "email": WRITTEN}),
        (
            "/events/{event}/check-in/new/",
            {"name": "Ana", "email": WRITTEN, "not_today": "1"},
        ),
        ("/events/{event}/people/several/", {"lines": f"Ana, {WRITTEN}"}),
        ("/events/{event}/people/several/", {"lines": f"Ana <{WRITTEN}>,\u200b"}),
        ("/events/{event}/people/several/", {"lines": f"{WRITTEN};\u200b"}),
    ],
)
def test_by_forms(
    session: LiveSession, owner: User, path: str, sent: dict[str, str]
) -> None:
    client = Client()
    client.force_login(owner)
    assert client.post(path.format_map(ids(session)), sent).status_code == 302
    assert ADDRESS in emails(session)


def test_by_the_admin(session: LiveSession) -> None:
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    person = Participant.objects.get().person
    path = f"/admin/events/person/{person.pk}/change/"
    sent = {"name": "Ana", "email": WRITTEN}
    assert client.post(path, sent).status_code == 302
    assert emails(session) == [ADDRESS]


def test_by_every_form_of_the_admin() -> None:
    request = RequestFactory().get("/admin/")
    request.user = make_user(is_staff=True, is_superuser=True)
    fields: dict[str, Field | None] = {
        str(field): admin.site.get_model_admin(model).formfield_for_dbfield(
            field, request
        )
        for model in apps.get_models()
        if admin.site.is_registered(model)
        for field in model._meta.fields
        if isinstance(field, models.EmailField)
    }
    assert {"events.User.email", "events.Person.email"} <= set(fields)
    assert {type(field) for field in fields.values()} == {AddressField}


def ids(session: LiveSession) -> dict[str, int]:
    return {
        "event": session.event_id,
        "person": Participant.objects.get().pk,
        "session": session.pk,
    }


def emails(session: LiveSession) -> list[str]:
    return list(session.event.participants.values_list("person__email", flat=True))
