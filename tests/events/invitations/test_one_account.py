"""An invitation lets make one account, as long as it stands."""

from functools import partial
from typing import Any

import pytest
from django.test import Client

from events.invitations.answering import revoke
from events.models import Invitation, Role, User
from tests.at_once import at_once
from tests.events.invitations.browsers import browser, link_to_role
from tests.factories import make_member, make_organization, make_user

pytestmark = pytest.mark.django_db


def opened(link: str) -> Client:
    """A browser in which somebody chose to make an account."""
    client = Client()
    client.post(link, {"do": "sign_up"})
    return client


def sign_up(client: Client, name: str) -> Any:
    sent = {"name": name, "email": f"{name}@example.com"}
    sent |= {"password1": "a long enough secret"}
    return client.post("/sign-up/", sent, follow=True)


def made() -> list[str]:
    return sorted(
        User.objects.exclude(first_name="").values_list("first_name", flat=True)
    )


def test_one_link_makes_one_account_however_many_open_it() -> None:
    link = link_to_role(make_organization())
    first, second = opened(link), opened(link)
    sign_up(first, "amina")
    first.post("/sign-out/")
    sign_up(first, "badr")
    for told in (sign_up(second, "cyrus"), opened(link).get("/sign-up/")):
        assert "This link has made its account already" in told.content.decode()
    assert made() == ["amina"]


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_up_at_once_are_one_account() -> None:
    link = link_to_role(make_organization())
    browsers = {name: opened(link) for name in ("amina", "badr")}
    at_once([partial(sign_up, c, name) for name, c in browsers.items()])
    assert len(made()) == 1


def test_whoever_has_an_account_still_accepts_by_the_link() -> None:
    link = link_to_role(make_organization())
    sign_up(opened(link), "amina")
    browser(make_user()).post(link, {"do": "accept"})
    assert Invitation.objects.get().state == "accepted"


@pytest.mark.parametrize("how", ["withdrawn", "accepted", "inviter left"])
def test_an_invitation_that_ended_lets_nobody_sign_up(how: str) -> None:
    owner = make_member(make_organization(), Role.OWNER)
    organization = owner.memberships.get().organization
    link = link_to_role(organization, by=owner)
    client = opened(link)
    if how == "withdrawn":
        revoke(Invitation.objects.all())
    elif how == "accepted":
        browser(make_user()).post(link, {"do": "accept"})
    else:
        owner.memberships.all().delete()
    sign_up(client, "amina")
    assert made() == []
