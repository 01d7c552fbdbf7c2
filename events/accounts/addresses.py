"""Finds accounts by their confirmed addresses.

Source: docs/rules.md 86, 126.
"""

from collections.abc import Iterable

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
    """Return the active account that has confirmed this address.

    Exactly as written goes first: so sign in those whose address looks like that of an
    older account.
    """
    exact = User.objects.filter(
        email=cleaned(email), email_verified_at__isnull=False, is_active=True
    )
    return exact.first() or account_of_address(email)


def is_confirmed_by_others(email: str, *, user: User | None = None) -> bool:
    """Return whether somebody has confirmed an address that looks like this.

    The account's own address counts as well, unless this is the same mailbox.
    """
    others = User.objects.filter(folded_email=look_alike(email))
    if user and is_same_mailbox(email, user.email):
        others = others.exclude(pk=user.pk)
    return others.exists()
