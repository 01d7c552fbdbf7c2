"""Addresses that nobody can have: those of examples and tests.

The people of the demonstration have such addresses. A mail server far away is not given
mails to them: it would send them back, and trust us less.

Source: docs/rules.md 215.
"""

from ipaddress import ip_address

# Source: RFC 2606, RFC 6761.
_DOMAINS = ("example.com", "example.net", "example.org")
_TOP_LEVELS = ("example", "test", "invalid", "localhost")


def is_reserved(address: str) -> bool:
    """Return whether the domain of an address is one of examples or tests."""
    domain = address.rpartition("@")[2].rstrip(".").casefold()
    return any(
        domain == name or domain.endswith(f".{name}")
        for name in (*_DOMAINS, *_TOP_LEVELS)
    )


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine, such as a mail server for trying out."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
