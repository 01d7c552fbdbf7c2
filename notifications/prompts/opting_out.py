"""Addresses that want no prompts: of one organization, or of all of this installation.

They are noted by address, not by person: a parent stops the mails about all children.

Source: docs/rules.md 185.
"""

from django.db.models import F, QuerySet

from core.addresses import folded_address
from events.models import Organization
from notifications.models import PromptOptOut


def opt_out(email: str, organization: Organization | None) -> None:
    """Stop prompts to an address; doing so twice is once.

    Args:
        email: The address; nothing happens without one.
        organization: Whose prompts; None: those of all of this installation.
    """
    if folded := folded_address(email):
        PromptOptOut.objects.get_or_create(
            folded_email=folded, organization=organization
        )


def opt_in(email: str, organization: Organization | None) -> None:
    """Take back exactly that; doing so twice is once."""
    rows = PromptOptOut.objects.filter(folded_email=folded_address(email))
    rows.filter(organization=organization).delete()


def opt_outs_of(email: str) -> QuerySet[PromptOptOut]:
    """Return what an address has stopped, of all organizations first, then by name."""
    rows = PromptOptOut.objects.filter(folded_email=folded_address(email))
    by_name = F("organization__name").asc(nulls_first=True)
    return rows.select_related("organization").order_by(by_name, "pk")
