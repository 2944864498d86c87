"""How fast a job goes and how long it will take, from looks at how far it is; pure, times are arguments."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Meter", "Reading", "told_seconds"]

#: A rate is over so many seconds: long enough for a pause of a rebalance, short enough to follow a brake.
WINDOW_S: Final = 30.0
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Reading:
    """One look: share of the offsets, records so far, records a second, seconds left (None: nobody knows)."""

    share: float
    records: int
    per_second: float
    left_s: float | None


@dataclass(slots=True)
class Meter:
    """Takes looks in order of time."""

    offsets: int
    _looks: deque[tuple[float, int, int]] = field(default_factory=deque)

    def look(self, now_s: float, left: int, records: int) -> Reading:
        """`left` offsets are still to be read, `records` were."""
        self._looks.append((now_s, left, records))
        while len(self._looks) > 2 and now_s - self._looks[0][0] > WINDOW_S:  # noqa: PLR2004 - a rate needs two looks
            self._looks.popleft()
        first_s, first_left, first_records = self._looks[0]
        passed_s = max(1e-6, now_s - first_s)
        done, speed = first_left - left, (records - first_records) / passed_s
        share = 1.0 if not self.offsets else 1 - left / self.offsets
        return Reading(share, records, speed, left * passed_s / done if done > 0 else None)


def told_seconds(seconds: float | None) -> str:
    """A duration for people."""
    if seconds is None:
        return "unknown"
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE_S:.0f} min" if seconds < 2 * _HOUR_S else f"{seconds / _HOUR_S:.1f} h"
