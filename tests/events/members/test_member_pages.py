"""The page of members: who sees it, and who adds, changes, removes and leaves."""

import pytest

from events.models import Membership, Role
from tests.attendance.pages import signed_in, text
from tests.factories import make_member, make_membership, make_organization, make_user
from tests.forms import assert_told, send

pytestmark = pytest.mark.django_db
PATHS = {
    "edit": "/members/{}/edit/",
    "remove": "/members/{}/remove/",
    "leave": "/account/memberships/{}/leave/",
}
LAST_OWNER = "The last owner cannot leave. Make somebody else an owner first."


def path_of(membership: Membership, action: str) -> str:
    return PATHS[action].format(membership.pk)


def test_an_owner_adds_a_colleague_by_name_who_then_sees_the_organization() -> None:
    organization = make_organization()
    owner, colleague = make_member(organization, Role.OWNER), make_user("amina")
    client = signed_in(owner)
    path = f"/organizations/{organization.pk}/members/"
    answer = send(client, f"{path}new/", username="amina", role="organizer")
    assert answer["Location"] == path
    page = text(client.get(path).content.decode())
    assert "amina" in page
    assert "The member was added." in page
    assert signed_in(colleague).get(path).status_code == 200


def test_a_name_that_there_is_not_and_one_that_is_a_member_are_told() -> None:
    organization = make_organization()
    client = signed_in(make_member(organization, Role.OWNER))
    path = f"/organizations/{organization.pk}/members/new/"
    answer = send(client, path, username="nobody", role="viewer")
    assert_told(answer, "username", "There is no account with this user name.")
    member = make_member(organization)
    send(client, path, username=member.username, role="viewer")
    assert member.memberships.get().role == Role.ORGANIZER


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
        "owner": admin_and_viewer | {("owner", "edit")},
        "admin": admin_and_viewer - {("admin", "remove")},
        "viewer": set(),
    }
    assert offered == {role: {(role, "leave"), *others[role]} for role in others}


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
    assert_told(send(client, path_of(owner, "edit"), role="admin"), "", LAST_OWNER)
    left = client.post(path_of(owner, "leave"), follow=True)
    assert LAST_OWNER in text(left.content.decode())
    assert organization.memberships.get().role == Role.OWNER


def test_an_owner_who_makes_themselves_a_viewer_is_shown_the_members() -> None:
    organization = make_organization()
    owner = make_membership(organization, role=Role.OWNER)
    make_member(organization, Role.OWNER)
    answer = signed_in(owner.user).post(
        path_of(owner, "edit"), {"role": "viewer"}, follow=True
    )
    assert answer.status_code == 200
    assert "Saved." in text(answer.content.decode())
