"""Which addresses are safe to fetch from and to log in at; it opens none."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

__all__ = ["is_loopback", "is_origin", "is_safe_url"]


def is_safe_url(url: str) -> bool:
    """Whether it is https, or http on this machine: keys and codes must not cross a network in the clear."""
    parts = _parts(url)
    if parts is None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def is_origin(url: str) -> bool:
    """Whether it is a scheme, a host and perhaps a port, and nothing else."""
    parts = _parts(url)
    return parts is not None and parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)


def is_loopback(host: str) -> bool:
    """Whether a host's name or address always means this very machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
