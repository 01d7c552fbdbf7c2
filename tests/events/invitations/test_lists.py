"""Lists of invitations are paged, and each invitation is there once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.invitations import listed
from events.models import Invitation, Role
from tests.events.invitations.browsers import browser
from tests.factories import (
    make_client,
    make_event,
    make_invitation,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["members", "invitations"])
def test_the_lists_of_an_organization_are_paged(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "ROWS_A_PAGE", 2)
    organization = make_organization()
    owner = make_member(organization, Role.OWNER)
    for number in range(3):
        make_invitation(organization, by=owner, email=f"invited{number}@example.com")
    client, path = browser(owner), f"/organizations/{organization.pk}/{page}/"
    first = client.get(path).content.decode()
    second = client.get(f"{path}?page=2").content.decode()
    everybody = [f"invited{number}@example.com" for number in range(3)]
    assert [who in first for who in everybody] == [0, 1, 1]
    assert [who in second for who in everybody] == [1, 0, 0]
    assert "Page 1 of 2" in first


def test_all_that_an_account_is_invited_to_is_listed_on_pages() -> None:
    user = make_user("amina")
    for _ in range(101):
        organization = make_organization()
        make_invitation(organization, user, by=make_member(organization, Role.OWNER))
    rest = make_client(user).get("/api/me/invitations").json()
    assert rest["count"] == 101
    assert rest["next"]
    pages = browser(user)
    assert "Page 1 of 2" in pages.get("/account/invitations/").content.decode()
    second = pages.get("/account/invitations/?page=2").content.decode()
    assert second.count("/accept/") == 1
    assert "You have 101 invitations" in pages.get("/").content.decode()


def test_an_account_reads_each_offer_once_and_no_role_that_it_has() -> None:
    user, organization = make_user("amina"), make_organization()
    by = make_member(organization, Role.OWNER)
    person = make_participant(make_event(organization)).person
    make_membership(organization, user, Role.ORGANIZER)
    for role in Role:
        make_invitation(organization, user, by=by, role=role)
    for _ in range(2):
        latest = make_invitation(organization, user, by=by, person=person)
    rows = make_client(user).get("/api/me/invitations").json()["results"]
    assert {row["role"] for row in rows} == {"owner", "admin", None}
    assert latest.pk in [row["id"] for row in rows]
    assert len(rows) == 3


def test_a_list_takes_as_many_queries_for_ten_as_for_one() -> None:
    organization = make_organization()
    owner = make_member(organization, Role.OWNER)

    def queries() -> int:
        with CaptureQueriesContext(connection) as run:
            browser(owner).get(f"/organizations/{organization.pk}/invitations/")
        return len(run)

    event = make_event(organization)

    def invite() -> None:
        person = make_participant(event).person
        make_invitation(organization, by=owner, person=person)

    invite()
    one = queries()
    for _ in range(9):
        invite()
    assert Invitation.objects.count() == 10
    assert queries() == one
