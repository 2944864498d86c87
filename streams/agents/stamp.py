"""The headers of a clean record: by which policy, which key and which version it was masked."""

from streams import __version__
from streams.agents.outputs import Stamp

__all__ = ["KEY", "POLICY", "REPLAY", "stamp"]

POLICY = "maskstream.policy"
KEY = "maskstream.key"
VERSION = "maskstream.version"
REPLAY = "maskstream.replay"


def stamp(policy: str, key: str, job: str | None = None) -> Stamp:
    """What each clean record gets; that of a replay says so besides."""
    words = ((POLICY, policy.encode()), (KEY, key.encode()), (VERSION, __version__.encode()))
    return (*words, (REPLAY, job.encode())) if job else words
