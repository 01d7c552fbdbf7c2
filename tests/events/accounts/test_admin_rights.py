"""What somebody may do in the admin who may change accounts, and is no superuser."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from events.models import Invitation, Membership, Role, User
from tests.events.accounts.ways_in import (
    PASSWORD,
    browser_of,
    make_account,
    signs_in_as,
)
from tests.factories import (
    make_invitation,
    make_membership,
    make_organization,
    make_user,
)

pytestmark = pytest.mark.django_db
NEW = "yet another long one"
NOW = timezone.now()
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


def test_they_do_not_raise_themselves(staff: Client) -> None:
    myself = User.objects.get(username="staff")
    membership = make_membership(make_organization(), user=myself, role=Role.VIEWER)
    path = f"/admin/events/membership/{membership.pk}"
    assert staff.post(f"{path}/change/", {"role": "admin"}).status_code == 403
    assert staff.get(f"{path}/change/").status_code == 200
    membership.refresh_from_db()
    assert membership.role == Role.VIEWER


def invite_as_owner(**who: Any) -> Invitation:
    organization = make_organization()
    owner = make_membership(organization, role=Role.OWNER).user
    return make_invitation(organization, by=owner, role=Role.OWNER, **who)


def test_they_confirm_no_address_to_which_an_owner_is_invited(
    staff: Client, root: User
) -> None:
    invitation = invite_as_owner(email="Owner@x.example")
    mine = make_account("mine")
    assert change(staff, mine, email="owner@X.example") == 302
    new = {"username": "new", "email": "owner@x.example", "usable_password": "false"}
    page: Any = staff.post("/admin/events/user/add/", new, follow=True)
    assert "not confirmed" in page.content.decode()
    for user in User.objects.filter(username__in=["mine", "new"]):
        assert user.email.lower() == "owner@x.example"
        assert user.email_verified_at is None
        path = f"/api/me/invitations/{invitation.pk}/accept"
        assert browser_of(user).post(path).status_code == 404
    assert change(browser_of(root), mine, email="OWNER@x.example") == 302
    mine.refresh_from_db()
    assert mine.email_verified_at


def test_other_addresses_they_do_confirm(staff: Client) -> None:
    invite_as_owner(email="owner@x.example", state="revoked", answered_at=NOW)
    invite_as_owner(user=make_user())
    for email in ("owner@x.example", ""):
        user = make_account()
        assert change(staff, user, email=email) == 302
        user.refresh_from_db()
        assert (user.email, bool(user.email_verified_at)) == (email, bool(email))


@pytest.mark.parametrize("by", ["name", "address"])
def test_they_touch_nobody_who_is_invited_to_be_an_owner(
    by: str, staff: Client
) -> None:
    user = make_account("soon")
    invite_as_owner(**({"user": user} if by == "name" else {"email": user.email}))
    password = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    path = f"/admin/events/user/{user.pk}"
    assert staff.post(f"{path}/password/", password).status_code == 403
    assert staff.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert change(staff, user, first_name="Ana") == 403
    assert signs_in_as("soon") == "soon"


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


@pytest.mark.parametrize(
    ("email", "told"),
    [
        ("Student7@x.example", "already confirmed"),
        ("\u017ftudent7@x.example", "already confirmed"),
        ("\u212aim@x.example", "Type this address anew"),
    ],
)
def test_an_address_that_cannot_be_confirmed_is_told_and_not_stored(
    email: str, told: str, root: User
) -> None:
    make_account(email="student7@x.example")
    user, client = make_account(email="old@x.example"), browser_of(root)
    sent = {"username": user.username, "email": email}
    new = {"username": "new", "email": email, "usable_password": "false"}
    pages: list[Any] = [
        client.post(f"/admin/events/user/{user.pk}/change/", sent | WITH_TIMES),
        client.post("/admin/events/user/add/", new),
    ]
    for page in pages:
        assert page.status_code == 200
        assert told in str(page.context["adminform"].form.errors["email"])
    user.refresh_from_db()
    assert (user.email, bool(user.email_verified_at)) == ("old@x.example", True)
    assert not User.objects.filter(username="new").exists()


def test_an_address_may_be_written_otherwise(root: User) -> None:
    user = make_account(email="\u017ftudent7@x.example")
    assert change(browser_of(root), user, email="student7@x.example") == 302
    user.refresh_from_db()
    assert (user.email, bool(user.email_verified_at)) == ("student7@x.example", True)
