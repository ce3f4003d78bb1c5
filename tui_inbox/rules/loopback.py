"""Which hosts are this machine: only on the way to it may a secret go unencrypted."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether *host*, a name or an address, is this machine (RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3)."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
