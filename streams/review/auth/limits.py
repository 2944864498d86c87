"""How often somebody may do something: a bucket of tokens for each name, in bounded memory; it knows no HTTP."""

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

__all__ = ["Buckets", "client_address", "network_of"]

#: About 2 MB; the one that was asked for least recently goes first.
_NAMES_MAX: Final = 10_000
_PREFIX_V6: Final = 64


class Buckets:
    """`burst` at once for each name, then `per_s` a second; any thread."""

    def __init__(
        self,
        burst: float,
        per_s: float,
        clock: Callable[[], float] = time.monotonic,
        names_max: int = _NAMES_MAX,
    ) -> None:
        self._burst = burst
        self._per_s = per_s
        self._clock = clock
        self._names_max = names_max
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """0 where one more is allowed, and it is taken; otherwise the seconds until the next."""
        with self._lock:
            now = self._clock()
            left, at = self._left.pop(name, (self._burst, now))
            left = min(self._burst, left + max(0.0, now - at) * self._per_s)
            wait = 0.0 if left >= 1 else (1 - left) / self._per_s
            self._left[name] = (left if wait else left - 1, now)
            while len(self._left) > self._names_max:
                self._left.popitem(last=False)
            return wait

    def __len__(self) -> int:
        return len(self._left)


def client_address(scope: Mapping[str, Any]) -> str | None:
    """The client's address, as the server tells it."""
    client = scope.get("client")
    return client[0] if client and network_of(client[0]) != "unknown" else None


def network_of(address: str) -> str:
    """What one client has of addresses: itself, or the /64 of IPv6 that anybody is given whole."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((found, _PREFIX_V6), strict=False))
