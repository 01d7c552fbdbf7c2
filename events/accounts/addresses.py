"""Finds accounts by their verified addresses."""

from collections.abc import Iterable

from django.db.models.functions import Lower

from core.addresses import folded_address
from events.models import User


def account_of_address(email: str) -> User | None:
    """Return the active account that has verified this address, in any case."""
    if not email:
        return None
    return accounts_of_addresses([email]).get(folded_address(email))


def accounts_of_addresses(emails: Iterable[str]) -> dict[str, User]:
    """Return the active accounts that have verified these addresses, by the folded."""
    wanted = {folded_address(email) for email in emails if email}
    found = User.objects.annotate(address=Lower("email")).filter(
        address__in=wanted, email_verified_at__isnull=False, is_active=True
    )
    return {folded_address(user.email): user for user in found}
