"""Addresses that are secrets: whoever knows one may open it without signing in.

They stand in no log: the part that is secret is left out wherever a path is written.
"""

import re

# The beginnings of paths whose next part is secret.
SECRET = ("/p/", "/e/confirm/")
_SECRET_PART = re.compile(
    f"({'|'.join(map(re.escape, SECRET))})" + r"[^/\s?\"']+", re.ASCII
)


def without_secrets(text: str) -> str:
    """Return a text with "…" in the place of what is secret in its paths."""
    return _SECRET_PART.sub(r"\1…", text)
