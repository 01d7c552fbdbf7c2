"""From which address a request comes, as limits and messages need it."""

from ipaddress import IPv6Address, ip_address

from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle

NOWHERE = "0.0.0.0"  # noqa: S104 - of requests that came by no network


def address_of(request: HttpRequest) -> str:
    """Return the IP address of whoever asks; ``0.0.0.0`` if it is none.

    It is that of the connection; ``X-Forwarded-For`` counts only if ``NUM_PROXIES``
    says how many proxies to trust.
    """
    text = str(BaseThrottle().get_ident(request))  # type: ignore[arg-type]
    try:
        return str(ip_address(text))
    except ValueError:
        return NOWHERE


def network_of(request: HttpRequest) -> str:
    """Return the address, or the /64 in which a household has all of IPv6's."""
    address = ip_address(address_of(request))
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))


def is_local(request: HttpRequest) -> bool:
    """Return whether somebody asks from this machine, not through a proxy."""
    address = ip_address(address_of(request))
    mapped = getattr(address, "ipv4_mapped", None)
    forwarded = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"}
    return (mapped or address).is_loopback and not forwarded & request.META.keys()
