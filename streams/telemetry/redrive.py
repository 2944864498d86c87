"""The metrics of a redrive worker: those of every worker, and what came of decisions."""

import time
from collections.abc import Callable, Mapping

from prometheus_client import Counter, Gauge

from streams.telemetry.health import Health
from streams.telemetry.metrics import BatchNumbers, OwnNames, WorkerMetrics

__all__ = ["RedriveMetrics"]


class RedriveMetrics(WorkerMetrics):
    """Records in and clean are those that were redriven; what failed again is counted by its reason."""

    def __init__(self, health: Health, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(health, clock)
        registry = self.registry
        self._outcomes = OwnNames(
            "redrive_outcomes",
            "Released records of quarantine that were answered, by result.",
            "result",
            registry,
        )
        self._failures = OwnNames(
            "redrive_failures", "Released records that failed again, by reason.", "reason", registry
        )
        self._skipped = Counter(
            "maskstream_redrive_skipped",
            "Events of the decisions topic that are none of ours: look at who else writes to it.",
            registry=registry,
        )
        self._waiting = Gauge(
            "maskstream_redrive_waiting_records",
            "Released records that quarantine does not hold yet.",
            registry=registry,
        )

    def committed(self, numbers: BatchNumbers, results: Mapping[str, int], failures: Mapping[str, int]) -> None:
        """Count a portion after its transaction was committed: answered records by result, failures by reason."""
        self.batch_committed(numbers)
        for result, count in results.items():
            self._outcomes.count(result, count)
        for reason, count in failures.items():
            self._failures.count(reason, count)

    def skipped(self, events: int) -> None:
        """Count what was no event."""
        self._skipped.inc(events)

    def waiting(self, records: int) -> None:
        """Set how many released records are not there yet."""
        self._waiting.set(records)
