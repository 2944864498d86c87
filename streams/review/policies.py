"""The policy in use, read anew when its files change, and policies that somebody hands over to be tried."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from streams.agents.reload import signature
from streams.errors import PolicyError, UsageError
from streams.masking.policy import Policy
from streams.policies.approval import approved, approved_text
from streams.policies.loading import Loaded
from streams.telemetry import log

__all__ = ["GIVEN_BYTES_MAX", "PolicySource"]

#: Of a policy that is handed over: every rule of a large one, and far from what would stall the service.
GIVEN_BYTES_MAX: Final = 256 * 1024
#: Policies that are checked or wait for it: a person's patience, and few threads of the service.
_WAITING_MAX: Final = 8
#: What sentences call it.
_GIVEN: Final = "you gave"
#: Between two looks at the files.
_LOOK_S: Final = 2.0

_events: Final = log.EventLog()


class PolicySource:
    """Any thread; loading a policy runs its tests, so it belongs off the event loop."""

    def __init__(self, path: Path | None, max_depth: int, clock: Callable[[], float] = time.monotonic) -> None:
        """PolicyError where the policy at the path may not go to work."""
        self._path = path
        self._max_depth = max_depth
        self._clock = clock
        self._lock = threading.Lock()
        self._trying = threading.Lock()
        self._waiting = threading.BoundedSemaphore(_WAITING_MAX)
        self._loaded = approved(path, max_depth)
        self._seen = signature(self._loaded.files)
        self._looked_s = clock()

    @property
    def version(self) -> str:
        return self._loaded.policy.version

    def current(self) -> Policy:
        """The policy in use: as the file is now, or as it was before somebody made it wrong."""
        with self._lock:
            if self._clock() - self._looked_s >= _LOOK_S:
                self._looked_s = self._clock()
                self._look()
            return self._loaded.policy

    def given(self, text: bytes) -> Policy:
        """The policy in a text after all checks, one at a time, since they take a core; PolicyError with the line."""
        if len(text) > GIVEN_BYTES_MAX:
            raise UsageError(f"The policy is larger than {GIVEN_BYTES_MAX // 1024} KiB.")
        if not self._waiting.acquire(blocking=False):
            raise UsageError("Others try policies of their own at present: again in a moment.")
        try:
            with self._trying:
                return approved_text(text, _GIVEN, self._max_depth).policy
        finally:
            self._waiting.release()

    def _look(self) -> None:
        found = signature(self._loaded.files)
        if found == self._seen:
            return
        self._seen = found
        try:
            self._take(approved(self._path, self._max_depth))
        except PolicyError as error:
            _events.error("policy_rejected", policy=self.version, sentence=f"{error} The former policy goes on.")

    def _take(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._seen = signature(loaded.files)
        _events.info("policy_loaded", policy=self.version)
