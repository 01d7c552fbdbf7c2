"""What somebody wrote to register, encrypted, until they confirm it by the mail's link.

Nothing of it is stored before: an address that somebody else typed leaves no trace. Nor
can it be read in the link, which ends up in logs of proxies and histories of browsers.

Source: docs/rules.md 148.
"""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

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
    return _cipher().encrypt(json.dumps(values).encode()).decode()


def claim_of(token: str) -> Claim | None:
    """Return the claim of a link; None if it is not ours, or over."""
    seconds = int(TIME_TO_CONFIRM.total_seconds())
    try:
        values: Any = json.loads(_cipher().decrypt(token, ttl=seconds))
    except (InvalidToken, ValueError):
        return None
    event, name, email, language, at = values
    return Claim(event, name, email, language, datetime.fromtimestamp(at, UTC))


def _cipher() -> MultiFernet:
    """Return what encrypts with the secret key, and still reads what older ones did."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [
        salted_hmac(SALT, "key", secret=secret, algorithm="sha256").digest()
        for secret in secrets
    ]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
