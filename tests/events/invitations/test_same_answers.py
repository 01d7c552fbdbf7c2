"""Naming an account answers the same whether there is such an account or not."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Role, User
from events.services import verify_email
from tests.events.invitations.browsers import browser
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_user,
)

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "xanthippe", "aspasia"
Ask = Callable[[str], Any]


@pytest.fixture
def owner() -> User:
    return make_member(make_organization(), Role.OWNER)


@pytest.fixture(autouse=True)
def somebody() -> User:
    """An account with a confirmed address."""
    user = make_user(KNOWN)
    verify_email(user=user)
    return user


def told(ask: Ask, name: str) -> tuple[int, str, int]:
    """Status, body and number of queries of a request that is taken back."""
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            answer = ask(name)
        transaction.set_rollback(True)
    body = answer.content.decode().replace(name, "NAME")
    body = re.sub(r'"\d{4}-\d\d-\d\dT[^"]+"', "TIME", body)
    body = re.sub(
        r'("id"|"invitation"|"person"|"identity"): ?("[^"]+"|\d+)', r"\1: ID", body
    )
    body = re.sub(r"/p/[\w-]+/", "/p/LINK/", body)
    body = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", body)
    return answer.status_code, body, len(queries)


def all_ways(owner: User) -> dict[str, Ask]:
    organization = owner.memberships.get().organization
    event = make_event(organization)
    place = make_participant(event, email="")
    api, pages = make_client(owner), browser(owner)
    base = f"/api/organizations/{organization.pk}"
    person = f"/people/{place.person_id}"

    def mail(name: str) -> str:
        return f"{name}@example.com"

    return {
        "member": lambda name: api.post(
            f"{base}/members", {"username": name, "role": "viewer"}
        ),
        "member by address": lambda name: api.post(
            f"{base}/members", {"email": mail(name), "role": "viewer"}
        ),
        "new person": lambda name: api.post(
            f"{base}/people", {"name": "New", "user": name}
        ),
        "new person by address": lambda name: api.post(
            f"{base}/people", {"name": "New", "email": mail(name)}
        ),
        "person": lambda name: api.patch(f"/api{person}", {"user": name}),
        "person by address": lambda name: api.patch(
            f"/api{person}", {"email": mail(name)}
        ),
        "new participant": lambda name: api.post(
            f"/api/events/{event.pk}/participants",
            {"name": "New", "new": True, "user": name},
        ),
        "new participant by address": lambda name: api.post(
            f"/api/events/{event.pk}/participants",
            {"name": "New", "new": True, "email": mail(name)},
        ),
        "participant": lambda name: api.patch(
            f"/api/participants/{place.pk}", {"user": name}
        ),
        "page of a person": lambda name: pages.post(
            f"{person}/edit/", {"name": "New", "user": name}, follow=True
        ),
        "page of a new person": lambda name: pages.post(
            f"/organizations/{organization.pk}/people/new/",
            {"name": "New", "user": name},
        ),
        "pasted lines": lambda name: pages.post(
            f"/events/{event.pk}/people/several/", {"lines": f"New, {mail(name)}"}
        ),
    }


WAYS = [
    "member",
    "member by address",
    "new person",
    "new person by address",
    "person",
    "person by address",
    "new participant",
    "new participant by address",
    "participant",
    "page of a person",
    "page of a new person",
    "pasted lines",
]


@pytest.mark.parametrize("way", WAYS)
def test_no_answer_tells_whether_there_is_such_an_account(
    way: str, owner: User
) -> None:
    ask = all_ways(owner)[way]
    # No minute ends between the two.
    with time_machine.travel(timezone.now(), tick=False):
        ask("nobody-of-this-name")  # What is only done the first time, is done.
        known, unknown = told(ask, KNOWN), told(ask, UNKNOWN)
    assert known == unknown
    assert known[0] in (200, 201, 302)


def test_what_was_typed_is_shown_and_that_it_is_not_accepted(owner: User) -> None:
    ways = all_ways(owner)
    member = ways["member"](KNOWN).json()
    assert member["username"] == KNOWN
    assert (member["id"], member["name"], member["email"]) == (None, "", "")
    assert member["accepted"] is False
    for way in ("new person", "person", "new participant", "participant"):
        answer = ways[way](KNOWN).json()
        assert (answer["user"], answer["accepted"]) == (KNOWN, False)


def test_declining_looks_like_an_account_that_does_not_exist(
    owner: User, somebody: User
) -> None:
    organization = owner.memberships.get().organization
    api, mine = make_client(owner), make_client(somebody)
    place = make_participant(make_event(organization), email="")
    api.patch(f"/api/people/{place.person_id}", {"user": KNOWN})
    before = api.get(f"/api/people/{place.person_id}").json()
    of_all = api.get(f"/api/organizations/{organization.pk}/invitations").json()
    [invitation] = mine.get("/api/me/invitations").json()["results"]
    declined = mine.post(f"/api/me/invitations/{invitation['id']}/decline")
    assert declined.status_code == 204
    assert api.get(f"/api/people/{place.person_id}").json() == before
    assert api.get(f"/api/organizations/{organization.pk}/invitations").json() == of_all
    gone = api.delete(
        f"/api/organizations/{organization.pk}/invitations/{invitation['id']}"
    )
    assert gone.status_code == 204
    after = api.get(f"/api/organizations/{organization.pk}/invitations").json()
    assert after["results"] == []


def test_members_may_know_who_is_a_member(owner: User) -> None:
    organization = owner.memberships.get().organization
    path = f"/api/organizations/{organization.pk}/members"
    answer = make_client(owner).post(
        path, {"username": owner.username, "role": "viewer"}
    )
    assert answer.status_code == 409


def test_superusers_link_without_asking_and_are_told(somebody: User) -> None:
    root = make_user(is_superuser=True)
    organization = make_organization()
    make_membership(organization, root, Role.OWNER)
    place = make_participant(make_event(organization))
    api = make_client(root)
    answer = api.patch(f"/api/people/{place.person_id}", {"user": KNOWN})
    assert answer.json()["accepted"] is True
    refused = api.patch(f"/api/people/{place.person_id}", {"user": UNKNOWN})
    assert refused.status_code == 400
    member = api.post(
        f"/api/organizations/{organization.pk}/members",
        {"username": KNOWN, "role": "viewer"},
    )
    assert member.json()["accepted"] is True
    assert somebody.memberships.count() == 1


def make_membership_of(user: User, organization: Any) -> None:
    organization.memberships.create(user=user, role=Role.OWNER)
