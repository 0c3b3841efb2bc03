"""Who asks: the address of a client, also behind proxies of our own."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """What the outermost of `PROXY_DI_DEPAN` proxies says, never what the client itself wrote before it.

    Without a proxy, whoever is connected.
    """
    proxies: int = settings.PROXY_DI_DEPAN
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and len(told) >= proxies:
        return told[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def client_network(request: HttpRequest) -> str:
    """What failed sign-ins and questions about documents are counted by: an IPv4 address, or the /64 of an IPv6 one.

    Whoever has one address of IPv6 has all of its /64. What is no address counts as one client.
    """
    try:
        address = ipaddress.ip_address(client_address(request))
    except ValueError:
        return "0.0.0.0"  # noqa: S104  # nosec B104 - nothing listens there
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


def is_from_here(request: HttpRequest) -> bool:
    """Whether somebody on this machine asks."""
    address = client_address(request)
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return not address  # over the socket of the site itself
