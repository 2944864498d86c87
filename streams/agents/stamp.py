"""The headers of a clean record: by which policy, which key and which version it was masked."""

from streams import __version__
from streams.agents.outputs import Stamp

__all__ = ["KEY", "POLICY", "stamp"]

POLICY = "maskstream.policy"
KEY = "maskstream.key"
VERSION = "maskstream.version"


def stamp(policy: str, key: str) -> Stamp:
    """What each clean record gets."""
    return ((POLICY, policy.encode()), (KEY, key.encode()), (VERSION, __version__.encode()))
