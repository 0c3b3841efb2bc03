"""Who asks: the address of a client, also behind proxies of our own."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """What the outermost of `PROXY_DI_DEPAN` proxies says, never what the client itself wrote before it.

    Without a proxy, whoever is connected. Failed sign-ins and questions about documents are counted by it.
    """
    proxies: int = settings.PROXY_DI_DEPAN
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and len(told) >= proxies:
        return told[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def is_from_here(request: HttpRequest) -> bool:
    """Whether somebody on this machine asks."""
    address = client_address(request)
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return not address  # over the socket of the site itself
