"""Who is asking: a verified person with roles and topics; where it was verified is no matter here."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

from streams.quarantine.decisions import Role

__all__ = ["ALL_TOPICS", "ROLES", "TOPIC_GLOB", "Principal", "Role", "Via"]

Via = Literal["token", "session"]

ROLES: Final[tuple[Role, ...]] = ("viewer", "operator", "revealer")
#: The scope of a token that names no topics.
ALL_TOPICS: Final = ("*",)
#: Names with `*` and `?`, which mean the same to `fnmatch` and to GLOB of SQLite; nothing else is a scope.
TOPIC_GLOB: Final = re.compile(r"[A-Za-z0-9._*?-]{1,249}")


@dataclass(frozen=True, slots=True)
class Principal:
    """A person whose token or session was verified. `topics` are globs of raw topics (`TOPIC_GLOB`), none sees none;
    `token_id` is what a revocation names.
    """

    subject: str
    roles: frozenset[Role]
    topics: tuple[str, ...]
    token_id: str
    via: Via

    def may(self, role: Role) -> bool:
        """Whether this role is held; whoever decides or reveals may look, whoever decides may not reveal."""
        return bool(self.roles) if role == "viewer" else role in self.roles

    def sees(self, raw_topic: str) -> bool:
        """Whether records of this raw topic exist for this person at all."""
        return any(fnmatchcase(raw_topic, pattern) for pattern in self.topics)
