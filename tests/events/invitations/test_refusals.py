"""What a rule refuses on a page of invitations is told there."""

import pytest
from django.utils import timezone

from events.models import Invitation, InvitationState, Role
from tests.events.invitations.browsers import browser, link_to_place
from tests.factories import (
    make_client,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_a_link_to_a_place_that_was_taken_meanwhile_is_not_sent_again() -> None:
    person = make_participant(make_event(), name="Yusuf").person
    owner = make_member(person.organization, Role.OWNER)
    link_to_place(person, by=owner)
    # As if the account had come by while the page was open.
    person.user = make_user()
    person.save()
    row = Invitation.objects.get()
    path = f"/organizations/{person.organization_id}/invitations/"
    answer = browser(owner).post(f"{path}{row.pk}/again/", follow=True)
    assert answer.status_code == 200
    assert "Yusuf has an account already." in answer.content.decode()
    row.refresh_from_db()
    assert row.state == InvitationState.OPEN


def test_a_child_who_is_named_to_an_account_meanwhile_is_told_on_their_page() -> None:
    person = make_participant(make_event(), name="Yusuf", user=make_user()).person
    owner = make_member(person.organization, Role.OWNER)
    answer = browser(owner).post(f"/people/{person.pk}/invite/", follow=True)
    assert answer.status_code == 200
    assert "has an account already." in answer.content.decode()


def test_what_was_answered_meanwhile_is_neither_sent_nor_withdrawn() -> None:
    organization = make_organization()
    owner = make_member(organization, Role.OWNER)
    row = Invitation.objects.create(
        organization=organization,
        role=Role.VIEWER,
        invited_by=owner,
        state=InvitationState.ACCEPTED,
        answered_at=timezone.now(),
    )
    path = f"/organizations/{organization.pk}/invitations/{row.pk}"
    for what in ("again", "withdraw"):
        assert browser(owner).post(f"{path}/{what}/").status_code == 404


def test_who_was_named_is_sent_no_link() -> None:
    person = make_participant(make_event(), email="").person
    owner = make_member(person.organization, Role.OWNER)
    amina, api = make_user("amina"), make_client(owner)
    pages = f"/organizations/{person.organization_id}"
    api.patch(f"/api/people/{person.pk}", {"user": "amina"})
    api.post(f"/api{pages}/members", {"username": "amina", "role": "viewer"})
    for row in Invitation.objects.all():
        path = f"{pages}/invitations/{row.pk}/again/"
        assert browser(owner).post(path).status_code == 404
    assert Invitation.objects.standing().for_account(amina).count() == 2
    assert not Invitation.objects.exclude(token_digest=None).exists()
