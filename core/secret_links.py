"""Addresses that are secrets: whoever knows one may open it without signing in.

They stand in no log: the part that is secret is left out wherever a path is written.
"""

import re

# The beginnings of paths whose next part is secret.
SECRET = (
    "/p/",
    "/e/confirm/",
    "/i/",
    "/a/",
    "/u/",
    "/account/password/new/",
    "/account/email/confirm/",
)
# In a query string, as after "next=", "/" may stand as "%2F".
_SLASH = "(?:/|%2F)"
_SECRET_PART = re.compile(
    f"({'|'.join(re.escape(path).replace('/', _SLASH) for path in SECRET)})"
    + r"(?:(?!%2F)[^/\s?&\"'])+",
    re.ASCII | re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """Return a text with "…" in the place of what is secret in its paths."""
    return _SECRET_PART.sub(r"\1…", text)
