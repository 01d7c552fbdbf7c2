"""Superusers answer who asked for access: they invite them, or delete the request."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from events.models import AccessRequest, Invitation, Role
from tests.factories import (
    make_access_request,
    make_membership,
    make_organization,
    make_user,
)

pytestmark = pytest.mark.django_db
LIST = "/access-requests/"


@pytest.fixture
def superuser() -> Client:
    client = Client()
    client.force_login(make_user(is_superuser=True))
    return client


def test_the_number_on_the_first_page_leads_to_who_asks_what_for_and_when(
    superuser: Client,
) -> None:
    make_access_request(name="<b>Ana</b>")
    assert f'href="{LIST}"' in superuser.get("/").content.decode()
    page = superuser.get(LIST).content.decode()
    today = timezone.now().strftime("%Y")
    for text in ("&lt;b&gt;Ana", "ana@example.com", "Two classes", today):
        assert text in page


def test_inviting_makes_a_link_and_answers_the_request(
    superuser: Client, settings: Settings
) -> None:
    settings.EMAIL_URL = "smtp://"
    request = make_access_request()
    make_organization(name="Other")
    organization = make_organization(name="Harbour School")
    path = f"{LIST}{request.pk}/invite/"
    assert "Harbour School" in superuser.get(path).content.decode()
    superuser.post(path, {"role": Role.OWNER})
    superuser.post(path, {"organization": "", "role": Role.OWNER})
    assert not Invitation.objects.exists()
    page = superuser.post(path, {"organization": organization.pk, "role": Role.OWNER})
    invitation = Invitation.objects.get()
    assert (invitation.organization, invitation.role) == (organization, Role.OWNER)
    assert re.search(r">http[^<]+/i/[\w-]{20,}/<", page.content.decode())
    assert f'href="{LIST}"' in page.content.decode()
    assert [message.to for message in mail.outbox] == [["ana@example.com"]]
    assert not AccessRequest.objects.exists()
    assert superuser.post(path).status_code == 404


def test_who_is_a_member_already_is_not_invited_and_the_request_stays(
    superuser: Client,
) -> None:
    organization = make_organization()
    ana = make_user(email="ana@example.com", email_verified_at=timezone.now())
    make_membership(organization, ana)
    path = f"{LIST}{make_access_request().pk}/invite/"
    answer = superuser.post(
        path, {"organization": organization.pk, "role": Role.VIEWER}
    )
    assert 'role="alert"' in answer.content.decode()
    assert AccessRequest.objects.exists()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("organization", value) for value in ("", "0", "9" * 5000, "a\0b")),
        *(("role", value) for value in ("", "superuser")),
    ],
)
def test_what_cannot_be_is_named_and_the_request_stays(
    field: str, value: str, superuser: Client
) -> None:
    organization = make_organization()
    path = f"{LIST}{make_access_request().pk}/invite/"
    right = {"organization": organization.pk, "role": Role.VIEWER}
    answer = superuser.post(path, right | {field: value})
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert AccessRequest.objects.exists()


def test_where_there_is_no_organization_one_is_made_first(superuser: Client) -> None:
    answer = superuser.get(f"{LIST}{make_access_request().pk}/invite/")
    assert answer["Location"] == "/organizations/new/"


def test_a_request_is_deleted_after_a_question(superuser: Client) -> None:
    path = f"{LIST}{make_access_request().pk}/delete/"
    assert "Ana Costa" in superuser.get(path).content.decode()
    assert AccessRequest.objects.exists()
    answer = superuser.post(path)
    assert answer["Location"] == LIST
    assert not AccessRequest.objects.exists()


def test_many_are_listed_on_several_pages(superuser: Client) -> None:
    for number in range(51):
        make_access_request(name=f"Visitor {number}")
    assert "Page 1 of 2" in superuser.get(LIST).content.decode()
    assert "Visitor 0" in superuser.get(f"{LIST}?page=2").content.decode()
