"""What somebody wrote to register, signed, until they confirm it by the mail's link.

Nothing of it is stored before: an address that somebody else typed leaves no trace.

Source: docs/rules.md 148.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.core import signing

SALT = "events.public.claims"
TIME_TO_CONFIRM = timedelta(days=2)


class Claim(NamedTuple):
    """A registration that is not confirmed; ``at`` is when it was asked for."""

    event: int
    name: str
    email: str
    language: str
    at: datetime


def token_of(claim: Claim) -> str:
    """Return a claim as the secret part of a link."""
    values = [*claim[:-1], claim.at.timestamp()]
    return signing.dumps(values, salt=SALT, compress=True)


def claim_of(token: str) -> Claim | None:
    """Return the claim of a link; None if it is not ours, or over."""
    try:
        values: Any = signing.loads(token, salt=SALT, max_age=TIME_TO_CONFIRM)
    except (signing.BadSignature, ValueError):
        return None
    event, name, email, language, at = values
    return Claim(event, name, email, language, datetime.fromtimestamp(at, UTC))
