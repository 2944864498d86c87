"""A browser's session: a signed cookie that says who it is and until when, and holds no token.

It ends when its time is over, when its token's id is revoked, when its key is taken away, and on log-out; the last one
in this process only, so other instances go by the cookie's end.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from streams.review.auth.principal import ROLES, TOPIC_GLOB, Principal
from streams.review.auth.signing import Signer
from streams.review.auth.verifier import Revoked

__all__ = ["Session", "Sessions"]

_VERSION: Final = 1
#: Ids of sessions that were logged out; what is older than the oldest of so many has long ended.
_ENDED_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """A session that counts: whose, its id, what its forms carry, and when it ends (seconds since 1970)."""

    principal: Principal
    id: str
    csrf: str
    ends: float


class Sessions:
    """Makes and reads the cookie's text; any thread."""

    def __init__(
        self, signer: Signer, max_age_s: float, revoked: Revoked, clock: Callable[[], float] = time.time
    ) -> None:
        self._signer = signer
        self._max_age_s = max_age_s
        self._revoked = revoked
        self._clock = clock
        self._lock = threading.Lock()
        self._ended: dict[str, float] = {}

    def begin(self, person: Principal, until: float | None = None) -> tuple[str, float]:
        """The text of a new session and its length in seconds; `until` is when its token ends, if that ends it too."""
        now = self._clock()
        ends = min(now + self._max_age_s, until if until is not None else float("inf"))
        content = {
            "v": _VERSION,
            "id": secrets.token_urlsafe(18),
            "csrf": secrets.token_urlsafe(18),
            "sub": person.subject,
            "roles": sorted(person.roles),
            "topics": list(person.topics),
            "jti": person.token_id,
            "exp": int(ends),
        }
        return self._signer.sign("session", content), max(0.0, ends - now)

    def read(self, text: str) -> Session | None:
        """The session in a cookie's text; None where it does not count."""
        content = self._signer.read("session", text)
        session = _session(content) if content else None
        if session is None or session.ends <= self._clock() or session.id in self._ended:
            return None
        return None if self._revoked(session.principal.token_id) else session

    def end(self, session: Session) -> None:
        """Lets a session count no more."""
        with self._lock:
            now = self._clock()
            self._ended = {name: ends for name, ends in self._ended.items() if ends > now}
            if len(self._ended) >= _ENDED_MAX:
                self._ended.pop(next(iter(self._ended)))
            self._ended[session.id] = session.ends


def _session(content: dict[str, Any]) -> Session | None:
    """What we have signed ourselves, perhaps in another version."""
    try:
        if content["v"] != _VERSION:
            return None
        roles = frozenset(role for role in ROLES if role in content["roles"])
        topics = tuple(topic for topic in content["topics"] if TOPIC_GLOB.fullmatch(topic))
        person = Principal(str(content["sub"]), roles, topics, str(content["jti"]), "session")
        return Session(person, str(content["id"]), str(content["csrf"]), float(content["exp"]))
    except (KeyError, TypeError, ValueError):
        return None
