"""Invitations are no way to send mails to strangers."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from events.invitations import mailing
from events.models import Organization, Role
from tests.events.invitations.browsers import browser, link_to_place, link_to_role
from tests.factories import make_member, make_organization, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail_server(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def invite(organization: Organization, number: int, **fields: str) -> int:
    """Invite somebody from an address of the network; how many mails there are."""
    client = browser(make_member(organization, Role.OWNER))
    sent = {"username": f"{number}@example.com", "role": "viewer"} | fields
    path = f"/organizations/{organization.pk}/members/"
    client.post(path, sent, REMOTE_ADDR=f"192.0.2.{number}")
    return len(mail.outbox)


def test_no_organization_floods_an_address_nor_takes_the_mails_of_others() -> None:
    school, other = make_organization(), make_organization()
    for number in range(12):
        invite(school, number, username="amina@example.com")
    assert len(mail.outbox) == 10
    assert invite(school, 13, username="Amina@example.com") == 10
    assert invite(school, 14) == 11
    assert invite(other, 15, username="amina@example.com") == 12


def test_all_together_do_not_flood_it_either() -> None:
    for number in range(32):
        invite(make_organization(), number, username="amina@example.com")
    assert len(mail.outbox) == 30
    assert invite(make_organization(), 33, username="Amina@example.com") == 30
    assert invite(make_organization(), 34) == 31


def test_accounts_and_organizations_have_a_budget_a_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mailing, "MAILS_A_DAY", 2)
    school, other = make_organization(), make_organization()
    assert [invite(school, number) for number in range(3)] == [1, 2, 2]
    assert invite(other, 3) == 3
    owner = make_member(other, Role.OWNER)
    for number in range(3):
        organization = make_organization()
        make_member(organization, Role.OWNER)
        organization.memberships.update(user=owner)
        link_to_role(organization, by=owner, email=f"{number}@example.org")
    assert len(mail.outbox) == 5


def test_nothing_that_somebody_wrote_but_the_name_of_the_organization_is_told() -> None:
    school = make_organization(name="Al-Noor")
    owner = make_member(school, Role.OWNER)
    owner.first_name = "Buy this"
    owner.save()
    person = make_person(school, name="Look there", email="a@example.com")
    link = link_to_place(person, by=owner)
    link_to_role(school, by=owner)
    page = Client().get(link).content.decode()
    to_place, to_role = (str(sent.message()) for sent in mail.outbox)
    for text in (page, to_place, to_role):
        assert "Al-Noor" in text
        assert "Buy this" not in text
    for text in (page, to_role):
        assert "Look there" not in text
    assert "Look there" in browser(make_user()).get(link).content.decode()


def test_the_mail_to_a_place_names_the_person_and_cannot_be_broken_by_it() -> None:
    school = make_organization(name="Harbour School")
    for name in ("Ana Reis", "Rui\r\nBcc: all@example.com\u2028<b>Reis</b>"):
        link_to_place(make_person(school, name=name, email="mother@example.com"))
    ana: Any
    rui: Any
    ana, rui = mail.outbox
    assert ana.subject == "\u2068Harbour School\u2069 invites you: \u2068Ana Reis\u2069"
    assert "invites \u2068Ana Reis\u2069 to its events." in ana.body
    assert rui.message()["Bcc"] is None
    assert rui.recipients() == ["mother@example.com"]
    assert "<b>" not in str(rui.alternatives[0][0])
