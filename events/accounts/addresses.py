"""Finds accounts by their confirmed addresses.

Source: docs/rules.md 86, 126, 128, 173.
"""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from core.addresses import cleaned, folded_address, is_same_mailbox, look_alike
from events.models import User


def account_of_address(email: str) -> User | None:
    """Return the active account that has confirmed this address, in any case."""
    if not email:
        return None
    return accounts_of_addresses([email]).get(folded_address(email))


def accounts_of_addresses(emails: Iterable[str]) -> dict[str, User]:
    """Return the active accounts that have confirmed these addresses, by the folded."""
    wanted = {email: folded_address(email) for email in emails if email}
    found = User.objects.filter(
        folded_email__in={look_alike(email) for email in wanted}, is_active=True
    )
    addresses = set(wanted.values())
    accounts = {folded_address(user.email): user for user in found}
    return {address: user for address, user in accounts.items() if address in addresses}


def account_that_signs_in_by(email: str) -> User | None:
    """Return the active account that has confirmed this address, found in one query.

    Exactly as written goes first: so sign in those whose address looks like that of an
    older account.
    """
    return who_confirmed(email, among=User.objects.filter(has_confirmed(email)))


def has_confirmed(email: str) -> Q:
    """Return the condition of accounts that may have confirmed this address.

    Written so that each part of it has an index.
    """
    written = Exact(Lower("email"), Lower(Value(cleaned(email))))
    confirmed = ~Q(email="") & Q(email_verified_at__isnull=False)
    return (confirmed & written) | Q(folded_email=look_alike(email))


def who_confirmed(email: str, *, among: Iterable[User]) -> User | None:
    """Return the one that is meant by an address, of those that may be."""
    written, address = cleaned(email), folded_address(email)
    active = [
        user
        for user in among
        if user.is_active and user.email and user.email_verified_at
    ]
    exact = [user for user in active if user.email == written]
    folded = [
        user
        for user in active
        if user.folded_email and folded_address(user.email) == address
    ]
    return next(iter(exact + folded), None)


def unconfirmed_address(email: str) -> EmailAddress | None:
    """Return the row of an address that its account never confirmed, nor any other.

    Several accounts may have it: then that of the newest active one.
    """
    rows = EmailAddress.objects.filter(
        email=folded_address(email),
        primary=True,
        verified=False,
        user__is_active=True,
        user__email_verified_at=None,
    )
    found: EmailAddress | None = rows.select_related("user").order_by("pk").last()
    return found


def is_confirmed_by_others(email: str, *, user: User | None = None) -> bool:
    """Return whether somebody has confirmed an address that looks like this.

    The account's own address counts as well, unless this is the same mailbox.
    """
    others = User.objects.filter(folded_email=look_alike(email))
    if user and is_same_mailbox(email, user.email):
        others = others.exclude(pk=user.pk)
    return others.exists()
