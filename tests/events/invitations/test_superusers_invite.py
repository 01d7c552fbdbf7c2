"""Superusers may do what an owner may, also where they have no role."""

import pytest
from django.test import Client

from events.models import Role
from tests.events.invitations.browsers import browser, link_in
from tests.factories import make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role.values)
def test_a_superuser_without_a_role_invites_to_every_role(role: str) -> None:
    school = make_organization()
    pages = browser(make_user(is_superuser=True))
    sent = {"username": "amina@example.com", "role": role}
    page = pages.post(f"/organizations/{school.pk}/members/", sent)
    assert Client().get(link_in(page.content.decode())).status_code == 200
