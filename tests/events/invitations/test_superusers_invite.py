"""Superusers may do what an owner may, also where they have no role."""

import pytest
from django.test import Client
from django.utils import timezone

from events.models import Role, User
from tests.events.invitations.browsers import browser, link_in
from tests.factories import make_client, make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role.values)
def test_a_superuser_without_a_role_invites_to_every_role(role: str) -> None:
    school = make_organization()
    pages = browser(make_user(is_superuser=True))
    sent = {"username": "amina@example.com", "role": role}
    page = pages.post(f"/organizations/{school.pk}/members/", sent)
    assert Client().get(link_in(page.content.decode())).status_code == 200


def test_a_superuser_finds_an_account_that_collided_by_its_exact_address() -> None:
    make_user(email="student7@example.com", email_verified_at=timezone.now())
    user = make_user(email="\u017ftudent7@example.com")
    User.objects.filter(pk=user.pk).update(email_verified_at=timezone.now())
    organization = make_organization()
    answer = make_client(make_user(is_superuser=True)).post(
        f"/api/organizations/{organization.pk}/members",
        {"email": user.email, "role": "viewer"},
    )
    assert answer.status_code == 201
    assert user.memberships.get().organization == organization
