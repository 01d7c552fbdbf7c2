"""What somebody may do in the admin who may change accounts, and is no superuser."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from events.models import Membership, Role, User
from tests.events.accounts.ways_in import (
    PASSWORD,
    browser_of,
    make_account,
    signs_in_as,
)
from tests.factories import make_membership, make_organization, make_user

pytestmark = pytest.mark.django_db
NEW = "yet another long one"
WITH_TIMES = {"date_joined_0": "2026-03-02", "date_joined_1": "10:00:00"}


@pytest.fixture
def staff() -> Client:
    user = make_user("staff", is_staff=True)
    names = ("user", "membership", "authtoken", "group")
    user.user_permissions.set(Permission.objects.filter(content_type__model__in=names))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def root() -> User:
    return make_account("root", is_staff=True, is_superuser=True)


def change(client: Client, user: User, **fields: Any) -> int:
    sent = {"username": user.username, "email": user.email, "is_active": "on"}
    path = f"/admin/events/user/{user.pk}/change/"
    return client.post(path, sent | WITH_TIMES | fields).status_code


def test_they_change_accounts_but_make_nobody_a_superuser(staff: Client) -> None:
    user = make_user()
    rights = [permission.pk for permission in Permission.objects.all()]
    asked = {"first_name": "Ana", "is_superuser": "on", "user_permissions": rights}
    assert change(staff, user, **asked) == 302
    myself = User.objects.get(username="staff")
    change(staff, myself, is_staff="on", is_superuser="on")
    user.refresh_from_db()
    assert user.first_name == "Ana"
    assert not user.user_permissions.exists()
    assert not User.objects.filter(is_superuser=True).exists()


def test_they_touch_no_superuser(staff: Client, root: User) -> None:
    assert change(staff, root, email="mine@x.example") == 403
    password = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    path = f"/admin/events/user/{root.pk}"
    assert staff.post(f"{path}/password/", password).status_code == 403
    assert staff.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [root.pk]}
    staff.post("/admin/events/user/", chosen | {"post": "yes"})
    assert signs_in_as("root", PASSWORD) == "root"


def test_they_touch_no_owner(staff: Client, root: User) -> None:
    owner = make_account("owner")
    make_membership(make_organization(), user=owner, role=Role.OWNER)
    for fields in ({"email": "mine@x.example"}, {"username": "x"}, {"is_active": ""}):
        assert change(staff, owner, **fields) == 403
    password = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    path = f"/admin/events/user/{owner.pk}"
    assert staff.post(f"{path}/password/", password).status_code == 403
    assert staff.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get(f"{path}/change/").status_code == 200
    assert signs_in_as("owner", PASSWORD) == "owner"
    assert signs_in_as(owner.email) == "owner"
    assert change(browser_of(root), owner, email="theirs@x.example") == 302


def test_they_make_no_owner_and_put_nobody_in_an_owners_place(staff: Client) -> None:
    organization, user = make_organization(), make_user()
    owner = make_membership(organization, role=Role.OWNER)
    sent = {"organization": organization.pk, "user": user.pk, "role": "owner"}
    page = "/admin/events/membership"
    assert staff.post(f"{page}/add/", sent).status_code == 200
    assert staff.post(f"{page}/{owner.pk}/change/", sent).status_code == 403
    assert staff.post(f"{page}/{owner.pk}/delete/", {"post": "yes"}).status_code == 403
    membership = make_membership(organization, role=Role.ADMIN)
    assert staff.post(f"{page}/{membership.pk}/change/", sent).status_code == 200
    assert Membership.objects.get(role=Role.OWNER) == owner


def test_they_make_nobody_a_member_unasked(staff: Client, root: User) -> None:
    organization, user = make_organization(), make_user()
    page, sent = "/admin/events/membership", {"user": user.pk, "role": "viewer"}
    sent["organization"] = organization.pk
    refused: Any = staff.post(f"{page}/add/", sent)
    assert refused.status_code == 200
    assert "are invited on the page" in refused.content.decode()
    membership = make_membership(make_organization(), role=Role.VIEWER)
    path = f"{page}/{membership.pk}/change/"
    assert staff.post(path, sent | {"role": "organizer"}).status_code == 302
    changed = Membership.objects.get()
    assert changed.role == Role.ORGANIZER
    assert (changed.user, changed.organization) == (
        membership.user,
        membership.organization,
    )
    client = browser_of(root)
    assert client.post(f"{page}/add/", sent).status_code == 302
    assert Membership.objects.filter(user=user).exists()


def test_they_make_no_tokens_for_others(staff: Client, root: User) -> None:
    answer = staff.post("/admin/knox/authtoken/add/", {"user": root.pk})
    assert answer.status_code == 403
    assert not root.auth_token_set.exists()  # type: ignore[attr-defined]


def test_superusers_may_do_all_of_it(root: User) -> None:
    client, user = Client(), make_user()
    client.force_login(root)
    assert change(client, user, is_superuser="on") == 302
    user.refresh_from_db()
    assert user.is_superuser


# --- Names and addresses that others have ---------------------------------------------


def test_a_name_that_is_taken_is_told_at_its_field(root: User) -> None:
    client, user = Client(), make_user("ana")
    client.force_login(root)
    make_user("Zoë")
    new = {"username": "zoe", "email": "", "usable_password": "false"}
    pages = [
        client.post("/admin/events/user/add/", new),
        client.post(f"/admin/events/user/{user.pk}/change/", new | WITH_TIMES),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "has this name" in page.content.decode()


def test_a_name_may_change_and_then_keeps_others_from_it(root: User) -> None:
    client, user = Client(), make_user("ana")
    client.force_login(root)
    assert change(client, user, username="Zoë") == 302
    assert User.objects.get_by_natural_key("zoe") == user
    assert not User.objects.filter(folded_username="ana").exists()


def test_a_look_alike_of_a_confirmed_address_is_said_and_not_confirmed(
    root: User,
) -> None:
    make_account(email="student7@x.example")
    client, user = Client(), make_user()
    client.force_login(root)
    path = f"/admin/events/user/{user.pk}/change/"
    sent = {"username": user.username, "email": "\u017ftudent7@x.example"}
    page: Any = client.post(path, sent | WITH_TIMES, follow=True)
    assert "already confirmed" in page.content.decode()
    user.refresh_from_db()
    assert (user.email, user.email_verified_at) == ("\u017ftudent7@x.example", None)
