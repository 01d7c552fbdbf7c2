"""Browsers in words: "Firefox on Linux", by what they send as ``User-Agent``."""

from django.utils.translation import gettext as _

# What others claim to be as well comes after them: Edge says Chrome, which says Safari.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}
SHOWN_OF_UNKNOWN = 40


def in_words(user_agent: str) -> str:
    """Return browser and system; of one that is not known the beginning of the text."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    is_long = len(user_agent) > SHOWN_OF_UNKNOWN
    return user_agent[:SHOWN_OF_UNKNOWN] + "…" * is_long


def _first(known: dict[str, str], user_agent: str) -> str:
    return next((name for sign, name in known.items() if sign in user_agent), "")
