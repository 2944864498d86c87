"""Whether a worker is alive and ready, in sentences; it knows neither Kafka nor HTTP."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Literal, Protocol

__all__ = ["Condition", "Health", "Pulse"]

#: Why a worker is not ready.
Condition = Literal[
    "not_assigned", "kafka_unreachable", "retention_lost", "partition_stopped", "partitions_waiting",
    "decisions_unread", "stopping",
]  # fmt: skip

#: Seconds Kafka may be away before a worker says so: a leader election is no news.
UNREACHABLE_AFTER_S = 5.0


class Pulse(Protocol):
    """What `/livez` asks: the slot's heartbeat."""

    @property
    def stage(self) -> str:
        """The present step."""

    def overdue_s(self) -> float:
        """Seconds past its limit; negative while all is well."""


class Health:
    """What keeps a worker from being ready; any thread may write and read.

    A new worker is not ready until `assigned` was called. Sentences name topics and partitions, never a value.
    """

    def __init__(self, pulse: Pulse | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._pulse = pulse
        self._clock = clock
        self._lock = threading.Lock()
        self._sentences: dict[Condition, str] = {"not_assigned": "No partitions are assigned yet."}
        self._stopped: dict[tuple[str, int], str] = {}
        self._unreachable_since: float | None = None

    def assigned(self, partitions: int) -> None:
        """Tell the outcome of a rebalance; a member without partitions is a ready spare."""
        del partitions
        self.clear("not_assigned")

    def set(self, condition: Condition, sentence: str) -> None:
        """Add or replace a reason for not being ready."""
        with self._lock:
            self._sentences[condition] = sentence

    def clear(self, condition: Condition) -> None:
        """Take a reason away; taking away what is not there is fine."""
        with self._lock:
            self._sentences.pop(condition, None)

    def kafka_unreachable(self) -> None:
        """Tell that Kafka does not answer; only the first of a row counts."""
        with self._lock:
            if self._unreachable_since is None:
                self._unreachable_since = self._clock()

    def kafka_reachable(self) -> None:
        """Tell that Kafka answered."""
        with self._lock:
            self._unreachable_since = None

    def unreachable_s(self) -> float:
        """Seconds since Kafka answered last; 0 while it does."""
        since = self._unreachable_since
        return 0.0 if since is None else self._clock() - since

    def partition_stopped(self, topic: str, partition: int, sentence: str) -> None:
        """Tell that a partition is not read any more and why."""
        with self._lock:
            self._stopped[topic, partition] = sentence

    def partitions_gone(self, partitions: Iterable[tuple[str, int]]) -> None:
        """Forget what was said about partitions that are another member's now."""
        with self._lock:
            for partition in partitions:
                self._stopped.pop(partition, None)

    def stopped(self) -> list[tuple[str, int]]:
        """The partitions that are assigned, but stopped."""
        with self._lock:
            return sorted(self._stopped)

    def reasons(self) -> list[str]:
        """One sentence for each reason for not being ready; empty when ready."""
        with self._lock:
            sentences = [*self._sentences.values(), *self._stopped.values()]
        away_s = self.unreachable_s()
        if away_s >= UNREACHABLE_AFTER_S:
            sentences.append(f"Kafka has been unreachable for {away_s:.0f} s.")
        return sentences

    def death(self) -> str | None:
        """Why the worker is not alive, or None: a step that is past its limit will never come back."""
        if self._pulse is None or (overdue_s := self._pulse.overdue_s()) <= 0:
            return None
        return f"The stage {self._pulse.stage} is {overdue_s:.0f} s past its limit."
