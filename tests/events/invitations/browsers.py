"""What the tests of invitations share."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from events.models import Organization, Person, Role, User
from tests.factories import make_client, make_member

LINK = re.compile(r"/i/[\w-]+/")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def link_in(text: object) -> str:
    found = LINK.search(str(text))
    assert found
    return found[0]


def link_to_role(
    organization: Organization,
    *,
    role: str = Role.VIEWER,
    email: str = "amina@example.com",
    by: User | None = None,
) -> str:
    """The path of a link that invites an address to a role."""
    by = by or make_member(organization, Role.OWNER)
    made: Any = make_client(by).post(
        f"/api/organizations/{organization.pk}/invitations",
        {"email": email, "role": role},
    )
    assert made.status_code == 201, made.json()
    return str(urlsplit(made.json()["url"]).path)


def link_to_place(person: Person, *, by: User | None = None) -> str:
    """The path of a link that invites a person to their own place."""
    by = by or make_member(person.organization)
    made: Any = make_client(by).post(f"/api/people/{person.pk}/invite")
    assert made.status_code == 201, made.json()
    return str(urlsplit(made.json()["url"]).path)
