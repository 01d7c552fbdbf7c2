"""The secrets of links stand in no log, and in no address but their own."""

import re
from typing import Any

import pytest
from django.test import Client

from core.secret_links import without_secrets
from events.models import Membership, Role
from tests.events.invitations.browsers import link_to_role
from tests.factories import make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/i/a-secret_1/", "/i/…/"),
        ("/sign-in/?next=/i/a-secret_1/&a=1", "/sign-in/?next=/i/…/&a=1"),
        ("/sign-in/?next=%2Fi%2Fa-secret_1%2F&a=1", "/sign-in/?next=%2Fi%2F…%2F&a=1"),
        ("/a/a-secret_1/?answer=yes", "/a/…/?answer=yes"),
        ("/u/a-secret_1/", "/u/…/"),
        ("/account/password/new/3-d8x-5f/", "/account/password/new/…/"),
        ("/account/email/confirm/Mg:1v:x-Y/", "/account/email/confirm/…/"),
        ("/events/3/?q=i", "/events/3/?q=i"),
    ],
)
def test_logs_tell_no_secret(path: str, told: str) -> None:
    assert without_secrets(f"GET {path} 404") == f"GET {told} 404"


def test_the_page_tells_nobody_its_address() -> None:
    for path in (link_to_role(make_organization()), "/i/unknown/"):
        answer = Client().get(path)
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("what", ["sign_in", "sign_up"])
def test_signing_in_leads_back_without_the_secret(what: str) -> None:
    link = link_to_role(make_organization(name="Al-Noor"))
    client = Client()
    answer = client.post(link, {"do": what})
    assert answer["Location"].endswith("?next=%2Fi%2F")
    client.force_login(make_user())
    assert "Al-Noor" in client.get("/i/").content.decode()
    client.post("/i/", {"do": "accept"})
    assert Membership.objects.filter(role=Role.VIEWER).exists()
    assert client.get("/i/")["Location"].startswith("/organizations/")


def test_without_an_invitation_there_is_nothing_to_lead_back_to() -> None:
    assert Client().get("/i/").status_code == 404


def test_a_form_needs_its_token() -> None:
    link = link_to_role(make_organization())
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    page = client.get(link).content.decode()
    found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    assert client.post(link, {"do": "accept"}).status_code == 403
    sent: dict[str, Any] = {"do": "accept", "csrfmiddlewaretoken": found[1]}
    assert client.post(link, sent).status_code == 302
