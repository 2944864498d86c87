"""How fast a job goes: a limit of records or bytes a second, and a brake that gives way to the live path; pure.

Both work by rests between batches. The brake lowers the share of its time that a worker works, whatever the speed at
which it works then: what the live path needs are cores, disks and network, not a number of records.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from streams.replay.spec import Rate

__all__ = ["Brake", "Bucket", "rest_after"]

#: The brake's steps: down by half while the live lag grows, up by an eighth of full speed while it does not. Down
#: faster than up, because a lag that grew has to be worked off as well.
DOWN: Final = 0.5
UP: Final = 0.125
#: No rest is longer, however small the share: the next look at the live lag may lift it.
LONGEST_REST_S: Final = 10.0


class Bucket:
    """A token bucket: so many records or bytes a second, and no more than a second's worth at once.

    What is taken may be more than there is (a record of 10 MB at 1 MiB a second): the debt is rested off.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self.rate = rate
        self._clock = clock
        self._tokens = float(rate.amount)
        self._filled_s = clock()
        self._share = 1.0

    def share(self, share: float) -> None:
        """The part of the job's rate that is this worker's."""
        self._fill()
        self._share = share
        self._tokens = min(self._tokens, self._per_second)

    def room(self) -> int:
        """How many may be taken now; 0 while there is a debt."""
        self._fill()
        return max(0, int(self._tokens))

    def take(self, records: int, size_bytes: int) -> None:
        self._fill()
        self._tokens -= records if self.rate.unit == "records" else size_bytes

    def rest_s(self) -> float:
        """Seconds until something may be taken: a tenth of a second's worth, so that batches are no crumbs."""
        self._fill()
        return max(0.0, (max(1.0, self._per_second / 10) - self._tokens) / self._per_second)

    @property
    def _per_second(self) -> float:
        return max(1e-6, self.rate.amount * self._share)

    def _fill(self) -> None:
        now_s = self._clock()
        self._tokens = min(max(1.0, self._per_second), self._tokens + (now_s - self._filled_s) * self._per_second)
        self._filled_s = now_s


@dataclass(slots=True)
class Brake:
    """The share of its time that a worker works, from looks at the live group's lag.

    A lag up to `free` records is no lag: a live worker with a batch in hand has as much.
    """

    floor: float
    free: int
    share: float = 1.0
    _before: int = 0

    def look(self, lag: int) -> float:
        """The share from now on."""
        if lag > max(self._before, self.free):
            self.share = max(self.floor, self.share * DOWN)
        elif lag <= self.free or lag < self._before:
            self.share = min(1.0, self.share + UP)
        self._before = lag
        return self.share


def rest_after(worked_s: float, share: float) -> float:
    """The rest after so much work that makes the work a share of the time."""
    return min(LONGEST_REST_S, worked_s * (1 / share - 1))
