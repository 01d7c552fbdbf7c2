"""Email addresses: how they come in, and when two are the same.

Source: docs/rules.md 74.
"""

from core.names import folded, visible


def cleaned(address: str) -> str:
    """Return an address without invisible characters and surrounding space.

    To be called before an address is checked; wherever one comes in, ``AddressField``
    of forms, REST and models does it.
    """
    return visible(address).strip()


def folded_address(address: str) -> str:
    """Return an address in the form that is equal for the same address."""
    return cleaned(address).lower()


def is_same_mailbox(one: str, other: str) -> bool:
    """Return whether two addresses differ in the case of ASCII letters at most.

    So mail to one of them reaches the other, which cannot be said of all that
    ``folded_address`` makes equal: of the Kelvin sign it makes a k.
    """
    return cleaned(one).encode().lower() == cleaned(other).encode().lower()


def is_plain(address: str) -> bool:
    """Return whether mail to the folded address reaches this one.

    What is found by the folded address may be given to whoever reads this one then.
    """
    return is_same_mailbox(address, folded_address(address))


def look_alike(address: str) -> str:
    """Return an address in the form that is equal for all that look like it.

    Only for what must not be confirmed twice: mail goes to the address as it is.
    """
    return folded(cleaned(address))
