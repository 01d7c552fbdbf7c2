"""The page of members: who sees it, and who invites, changes, removes and leaves."""

import re

import pytest
from django.core import mail

from events.models import Invitation, Membership, Role
from events.services import verify_email
from tests.attendance.pages import signed_in, text
from tests.factories import (
    make_invitation,
    make_member,
    make_membership,
    make_organization,
    make_user,
)
from tests.forms import assert_told, send

pytestmark = pytest.mark.django_db
PATHS = {
    "edit": "/members/{}/edit/",
    "remove": "/members/{}/remove/",
    "leave": "/account/memberships/{}/leave/",
}
STAYS_OWNER = "The last owner stays owner. Make somebody else an owner first."
LAST_OWNER = "The last owner cannot leave. Make somebody else an owner first."


def path_of(membership: Membership, action: str) -> str:
    return PATHS[action].format(membership.pk)


def test_an_owner_invites_a_colleague_by_name_who_accepts_and_sees_the_members() -> (
    None
):
    organization = make_organization()
    owner, colleague = make_member(organization, Role.OWNER), make_user("amina")
    client = signed_in(owner)
    path = f"/organizations/{organization.pk}/members/"
    answer = send(client, path, username="amina", role="organizer")
    assert answer["Location"] == path
    page = text(client.get(path).content.decode())
    assert "If somebody has the account “amina”, they are invited." in re.sub(
        r"[\u2068\u2069]", "", page
    )
    assert "Invited, not accepted yet" in page
    theirs = signed_in(colleague)
    assert theirs.get(path).status_code == 404
    invitation = Invitation.objects.get()
    theirs.post(f"/account/invitations/{invitation.pk}/accept/")
    assert theirs.get(path).status_code == 200
    page = text(client.get(path).content.decode())
    assert "amina" in page
    assert "Invited, not accepted yet" not in page


def test_a_name_that_there_is_not_looks_like_any_other_and_a_member_is_told() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.OWNER))
    path = f"/organizations/{organization.pk}/members/"
    answer = send(client, path, username="nobody", role="viewer")
    assert answer["Location"] == path
    member = make_member(organization)
    already = "This user is already a member. Change their role instead."
    answer = send(client, path, username=member.username, role="viewer")
    assert_told(answer, "username", already)
    verify_email(user=member)
    answer = send(client, path, username=member.email, role="viewer")
    assert_told(answer, "username", already)
    assert member.memberships.get().role == Role.ORGANIZER


@pytest.mark.parametrize("typed", ["", "amina@", "a b@example.com"])
def test_what_names_nobody_is_refused_in_the_form(typed: str) -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.OWNER))
    path = f"/organizations/{organization.pk}/members/"
    answer = client.post(path, {"username": typed, "role": "viewer"})
    assert 'id="id_username_error"' in answer.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("inviter", "offered"),
    [
        (Role.ORGANIZER, {"viewer"}),
        (Role.ADMIN, {"viewer", "organizer", "admin"}),
        (Role.OWNER, {"viewer", "organizer", "admin", "owner"}),
    ],
)
def test_members_are_offered_the_roles_to_which_they_may_invite(
    inviter: Role, offered: set[str]
) -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, inviter))
    path = f"/organizations/{organization.pk}/members/"
    page = client.get(path).content.decode()
    assert set(re.findall(r'<option value="(\w+)"', page)) == offered
    client.post(path, {"username": "amina@example.com", "role": "owner"})
    assert Invitation.objects.exists() == ("owner" in offered)


def test_viewers_see_members_and_nothing_of_invitations() -> None:
    organization = make_organization()
    owner = make_member(organization, Role.OWNER)
    make_invitation(organization, by=owner, email="waiting@example.com")
    path = f"/organizations/{organization.pk}/members/"
    page = signed_in(make_member(organization, Role.VIEWER)).get(path)
    assert "waiting@example.com" not in page.content.decode()
    assert 'id="invite"' not in page.content.decode()
    assert "waiting@example.com" in signed_in(owner).get(path).content.decode()


def test_an_invitation_is_sent_again_and_withdrawn_beside_the_members() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.OWNER))
    path = f"/organizations/{organization.pk}/members/"
    client.post(path, {"username": "amina@example.com", "role": "viewer"})
    page = client.get(path).content.decode()
    [again] = re.findall(r'action="(\S+/again/)"', page)
    assert "/i/" in client.post(again).content.decode()
    [withdraw] = re.findall(
        r'action="(\S+/withdraw/)"', client.get(path).content.decode()
    )
    assert client.post(withdraw)["Location"] == path
    assert "amina@example.com" not in client.get(path).content.decode()
    assert [len(each.to) for each in mail.outbox] == [1, 1]


def test_owners_come_first_and_oneself_is_marked() -> None:
    organization = make_organization()
    viewer = make_member(organization, Role.VIEWER)
    make_membership(organization, make_user("zoe"), Role.OWNER)
    page = text(
        signed_in(viewer)
        .get(f"/organizations/{organization.pk}/members/")
        .content.decode()
    )
    assert page.index("zoe") < page.index(f"{viewer.username} (you)")


def test_roles_are_changed_up_to_ones_own() -> None:
    organization = make_organization()
    admin = signed_in(make_member(organization, Role.ADMIN))
    make_member(organization, Role.OWNER)
    viewer = make_membership(organization, role=Role.VIEWER)
    form = admin.get(path_of(viewer, "edit")).content.decode()
    assert 'value="admin"' in form
    assert 'value="owner"' not in form
    send(admin, path_of(viewer, "edit"), role="owner")
    viewer.refresh_from_db()
    assert viewer.role == Role.VIEWER
    send(admin, path_of(viewer, "edit"), role="admin")
    viewer.refresh_from_db()
    assert viewer.role == Role.ADMIN


def test_each_is_offered_what_they_may_do_alone() -> None:
    organization = make_organization()
    owner = make_membership(organization, role=Role.OWNER)
    admin = make_membership(organization, role=Role.ADMIN)
    viewer = make_membership(organization, role=Role.VIEWER)
    offered = {
        member.role: {
            (other.role, action)
            for other in (owner, admin, viewer)
            for action in PATHS
            if PATHS[action].format(other.pk)
            in signed_in(member.user)
            .get(f"/organizations/{organization.pk}/members/")
            .content.decode()
        }
        for member in (owner, admin, viewer)
    }
    admin_and_viewer = {
        (role, action) for role in ("admin", "viewer") for action in ("edit", "remove")
    }
    others = {
        "owner": admin_and_viewer,
        "admin": admin_and_viewer - {("admin", "remove")},
        "viewer": set(),
    }
    # The last owner stays.
    leaves = {role: {(role, "leave")} - {("owner", "leave")} for role in others}
    assert offered == {role: leaves[role] | others[role] for role in others}


def test_whoever_leaves_sees_nothing_of_it_any_more() -> None:
    organization = make_organization()
    viewer = make_membership(organization, role=Role.VIEWER)
    client = signed_in(viewer.user)
    page = text(client.get(path_of(viewer, "leave")).content.decode())
    assert "You no longer see its events" in page
    answer = client.post(path_of(viewer, "leave"), follow=True)
    assert "You left" in text(answer.content.decode())
    path = f"/organizations/{organization.pk}/members/"
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("role", Role)
def test_to_remove_oneself_leads_to_the_one_page_on_which_one_leaves(
    role: Role,
) -> None:
    organization = make_organization()
    make_member(organization, Role.OWNER)
    member = make_membership(organization, role=role)
    for send_it in (signed_in(member.user).get, signed_in(member.user).post):
        answer = send_it(path_of(member, "remove"))
        assert answer["Location"] == path_of(member, "leave")
    assert organization.memberships.filter(user=member.user).exists()


def test_the_last_owner_stays_and_is_told_why() -> None:
    organization = make_organization()
    owner = make_membership(organization, role=Role.OWNER)
    client = signed_in(owner.user)
    shown = client.get(f"/organizations/{organization.pk}/members/").content.decode()
    own = client.get("/account/invitations/").content.decode()
    for page in (shown, own):
        assert "Make somebody else an owner first." in page
        assert not any(path_of(owner, action) in page for action in PATHS)
    assert_told(send(client, path_of(owner, "edit"), role="admin"), "", STAYS_OWNER)
    left = client.post(path_of(owner, "leave"), follow=True)
    assert LAST_OWNER in text(left.content.decode())
    assert organization.memberships.get().role == Role.OWNER


def test_an_owner_who_makes_themselves_a_viewer_is_shown_the_members() -> None:
    organization = make_organization()
    owner = make_membership(organization, role=Role.OWNER)
    make_member(organization, Role.OWNER)
    client = signed_in(owner.user)
    shown = client.get(f"/organizations/{organization.pk}/members/").content.decode()
    assert path_of(owner, "leave") in shown
    answer = client.post(path_of(owner, "edit"), {"role": "viewer"}, follow=True)
    assert answer.status_code == 200
    assert "Saved." in text(answer.content.decode())
