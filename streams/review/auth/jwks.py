"""The issuer's keys by id, fetched and kept: an outage leaves known keys in force, a new id is asked for at once.

Keys are fetched again when they are old, by a thread in the background, and when a token names an id that is not among
them, at most once in `COOLING_S`: whoever invents ids must not make us ask the issuer for each.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from streams.review.auth.problems import IssuerAwayError, RefusedError
from streams.review.auth.verifykeys import VerifyKey, keys_of_set
from streams.review.auth.web import Web, WebError
from streams.telemetry.log import EventLog

__all__ = ["COOLING_S", "MAX_AGE_S", "Clock", "Jwks"]

#: Keys older than this are fetched anew, so that one which the issuer took away ends soon.
MAX_AGE_S: Final = 300.0
#: Shortest time between two fetches for unknown ids, or after a failed one.
COOLING_S: Final = 15.0
#: How long a token with an unknown id waits for a fetch that another one has begun.
_OTHERS_S: Final = 0.5

Clock = Callable[[], float]
_Keys = Mapping[str | None, VerifyKey]
_events: Final = EventLog()


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="review-jwks", daemon=True).start()


class Jwks:
    """A key set; any thread. `find_url` gives the address, and may ask for it (discovery)."""

    def __init__(
        self,
        find_url: Callable[[], str],
        web: Web,
        clock: Clock = time.monotonic,
        in_background: Callable[[Callable[[], None]], None] = _in_background,
    ) -> None:
        self._find_url = find_url
        self._web = web
        self._clock = clock
        self._in_background = in_background
        self._fetching = threading.Lock()
        self._keys: _Keys = {}
        self._fetched: float | None = None
        self._asked: float | None = None
        self._failed = False

    def find(self, kid: str | None, algorithm: str) -> VerifyKey:
        """The key for a token. RefusedError where the issuer has none such, IssuerAwayError where it cannot be
        asked. A token without id has a key only where one alone fits its algorithm.
        """
        key = self._known(kid, algorithm)
        if key is None:
            self._fetch_within_limits()
            key = self._known(kid, algorithm)
        elif self._is_old():
            self._in_background(self._fetch_if_free)
        if key is not None:
            return key
        if self._failed or self._fetched is None:
            raise IssuerAwayError
        raise RefusedError("key_unknown")

    def check(self) -> bool:
        """Whether there are keys to verify with; asks where there are none yet."""
        if not self._keys:
            with contextlib.suppress(IssuerAwayError):
                self._fetch_within_limits()
        return bool(self._keys)

    def _known(self, kid: str | None, algorithm: str) -> VerifyKey | None:
        keys = self._keys
        if kid is not None:
            return keys.get(kid)
        fitting = [key for key in keys.values() if algorithm in key.algorithms]
        return fitting[0] if len(fitting) == 1 else None

    def _is_old(self) -> bool:
        now = self._clock()
        cooled = self._asked is None or now - self._asked >= COOLING_S
        return cooled and (self._fetched is None or now - self._fetched >= MAX_AGE_S)

    def _fetch_within_limits(self) -> None:
        # Whoever waits here finds what the one before has fetched; nobody waits out an issuer that does not answer.
        if not self._fetching.acquire(timeout=_OTHERS_S):
            raise IssuerAwayError
        try:
            if self._asked is None or self._clock() - self._asked >= COOLING_S:
                self._fetch()
        finally:
            self._fetching.release()

    def _fetch_if_free(self) -> None:
        if self._fetching.acquire(blocking=False):
            try:
                if self._is_old():
                    self._fetch()
            finally:
                self._fetching.release()

    def _fetch(self) -> None:
        self._asked = self._clock()
        try:
            keys = keys_of_set(self._web.get(self._find_url()))
        except WebError:
            keys = {}
        # A set without a usable key is a mistake at the issuer's, not a reason to shut everybody out.
        if keys:
            self._keys, self._fetched, self._failed = keys, self._clock(), False
            return
        self._failed = True
        _events.warning("review_keys_unavailable", count=len(self._keys))
