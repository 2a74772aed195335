"""Where a request came from. Behind a proxy the last hop it reports counts; what the client claims never does."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The caller's address, None where there is none (a Unix socket)."""
    raw = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        raw = request.META.get("HTTP_X_FORWARDED_FOR", raw).rpartition(",")[2]
    try:
        found = ip_address(raw.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def network_of(address: str | None) -> str:
    """What one person can hold: an IPv4 address, or the /64 in which somebody can take any IPv6 address."""
    if address is None or ":" not in address:
        return address or "unknown"
    return str(ip_network(f"{address}/64", strict=False))
