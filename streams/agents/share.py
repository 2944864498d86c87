"""How many of the last records went to quarantine, and whether that is more than the policy bears."""

from collections import deque

from streams.masking.policy import QuarantineLimits

__all__ = ["QuarantineShare"]


class QuarantineShare:
    """Counts over the last records, batch by batch; of one thread."""

    def __init__(self) -> None:
        self._batches: deque[tuple[int, int]] = deque()
        self._records = self._quarantined = 0

    def add(self, records: int, quarantined: int, limits: QuarantineLimits) -> bool:
        """Counts a batch and tells whether too much is quarantined; False until as many records were seen."""
        self._batches.append((records, quarantined))
        self._records += records
        self._quarantined += quarantined
        while self._records - self._batches[0][0] >= limits.records:
            first = self._batches.popleft()
            self._records -= first[0]
            self._quarantined -= first[1]
        return self._records >= limits.records and self._quarantined > limits.share * self._records
