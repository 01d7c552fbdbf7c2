"""Accounts of before: collisions, and allauth's rows of their addresses."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.addresses import folded_address
from core.errors import Conflict
from events.invitations.answering import offered_people
from events.invitations.offers import offer_places
from events.models import Invitation, User
from events.services import verify_email
from tests.events.accounts.ways_in import (
    PASSWORD,
    last_mail,
    link_in,
    make_account,
    signs_in_as,
)
from tests.factories import (
    make_invitation,
    make_member,
    make_organization,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db
fold = import_module("events.migrations.0015_accounts").fold
make_rows = import_module("events.migrations.0016_addresses_of_allauth").make_rows
KELVIN = "\N{KELVIN SIGN}"
LONG_S = "\N{LATIN SMALL LETTER LONG S}"
NOTHING: Any = SimpleNamespace()


def from_before(username: str, email: str, *, confirmed: bool = True) -> User:
    """As it stood before there were columns of what is folded."""
    user = make_account()
    User.objects.filter(pk=user.pk).update(
        username=username,
        email=email,
        email_verified_at=timezone.now() if confirmed else None,
        folded_username=None,
        folded_email=None,
    )
    user.refresh_from_db()
    return user


def migrate() -> None:
    fold(apps, NOTHING)
    EmailAddress.objects.all().delete()
    make_rows(apps, NOTHING)


def test_of_accounts_that_collide_the_older_keeps_the_folded_form() -> None:
    older = from_before("kim", "sim7@x.example")
    younger = from_before("Kim", f"{LONG_S}im7@x.example")
    third = from_before("K\u0131m", "ki\N{COMBINING ACUTE ACCENT}m7@x.example")
    migrate()
    for user in (older, younger, third):
        user.refresh_from_db()
        user.set_password(f"{PASSWORD} {user.pk}")
        user.save()
        assert signs_in_as(user.username, f"{PASSWORD} {user.pk}") == user.username
        assert signs_in_as(user.email, f"{PASSWORD} {user.pk}") == user.username
    for folded in ("KIM", "SIM7@X.EXAMPLE"):
        names = [
            signs_in_as(folded, f"{PASSWORD} {user.pk}")
            for user in (older, younger, third)
        ]
        assert names == [older.username, "", ""]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ΚΩΣ@x.example", "κως@x.example"),
        ("κως@x.example", "ΚΩΣ@x.example"),
        (f"{KELVIN}im@x.example", "kim@x.example"),
    ],
)
def test_of_addresses_that_only_python_lowers_alike_the_plain_one_is_kept(
    first: str, second: str
) -> None:
    """Where Postgres took them for two, which its collation decides, both count."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX user_verified_email_unique")
    users = from_before("older", first), from_before("younger", second)
    migrate()
    for user in users:
        user.refresh_from_db()
        user.save()
    row = EmailAddress.objects.get(verified=True)
    assert row.user.email == row.email == folded_address(first)
    assert row.user.folded_email


def test_a_new_password_goes_to_whoever_confirmed_exactly_this_address() -> None:
    from_before("older", "student7@x.example")
    younger = from_before("younger", f"{LONG_S}tudent7@x.example")
    migrate()
    form = {"email": younger.email}
    Client().post("/account/password/forgotten/", form)
    assert last_mail().to == [younger.email]
    assert "younger" in last_mail().body
    assert Client().get(link_in(last_mail())).status_code == 302
    Client().post("/account/password/forgotten/", {"email": "STUDENT7@x.example"})
    assert "older" in last_mail().body


def test_allauth_has_a_row_for_each_address_confirmed_as_the_account_says() -> None:
    from_before("a", "Anna@x.example")
    from_before("b", "unsure@x.example", confirmed=False)
    from_before("c", "unsure@x.example", confirmed=False)
    from_before("d", "")
    from_before("e", f"{LONG_S}im@x.example")
    from_before("f", "sim@x.example")
    migrate()
    rows = EmailAddress.objects.order_by("user__username")
    assert [(row.user.username, row.email, row.verified) for row in rows] == [
        ("a", "anna@x.example", True),
        ("b", "unsure@x.example", False),
        ("c", "unsure@x.example", False),
        ("e", f"{LONG_S}im@x.example", True),
        ("f", "sim@x.example", True),
    ]


@pytest.mark.parametrize(
    "letter", [KELVIN, "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}"]
)
def test_what_counts_as_another_mailbox_is_confirmed_no_more(letter: str) -> None:
    user = from_before("user", f"{letter}m@x.example")
    taken = folded_address(user.email)
    school = make_organization()
    place = make_person(school, email=taken)
    invitation = make_invitation(school, by=make_member(school), email=taken)
    migrate()
    user.refresh_from_db()
    assert (user.email_verified_at, user.folded_email) == (None, None)
    assert not EmailAddress.objects.filter(verified=True).exists()
    with pytest.raises(Conflict):
        verify_email(user=user)
    offer_places([place])
    assert not offered_people(user)
    assert invitation not in Invitation.objects.standing().for_account(user)
    assert signs_in_as(user.email) == ""
    plain = make_account(email=taken, confirmed=False)
    assert verify_email(user=plain) == 1


def test_the_rows_follow_whatever_is_saved() -> None:
    user = make_user(email="old@x.example", email_verified_at=timezone.now())
    user.email, user.email_verified_at = "New@x.example", None
    user.save()
    row = EmailAddress.objects.get()
    assert (row.email, row.verified, row.primary) == ("new@x.example", False, True)
    user.email = ""
    user.save(update_fields=["email"])
    assert not EmailAddress.objects.exists()
