"""What is kept of a random secret, so that a stolen database opens nothing."""

import hashlib


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 of a secret that is too long to be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
