"""Whoever is named for a role may accept for 14 days."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Invitation, Role
from events.services import verify_email
from tests.factories import make_client, make_member, make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "named", [{"email": "amina@example.com"}, {"username": "amina"}]
)
def test_naming_somebody_for_a_role_ends_after_14_days(named: dict[str, str]) -> None:
    amina = make_user("amina", email="amina@example.com")
    verify_email(user=amina)
    school = make_organization()
    api = make_client(make_member(school, Role.OWNER))
    path = f"/api/organizations/{school.pk}/members"
    assert api.post(path, named | {"role": "viewer"}).status_code == 201
    client = make_client(amina)
    [own] = client.get("/api/me/invitations").json()["results"]
    # The database has a clock of its own.
    left = Invitation.objects.get().expires_at - timezone.now()  # type: ignore[operator]
    assert timedelta(days=13, hours=23) < left <= timedelta(days=14)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    accept = f"/api/me/invitations/{own['id']}/accept"
    assert client.post(accept).status_code == 404
