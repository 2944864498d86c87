"""What every worker of a slot has in common: its life, its clients' surroundings, its policy; `run` is all of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Protocol

from streams.agents.mask import MaskBatch
from streams.agents.outputs import QuarantineWriter, Stamp
from streams.agents.stamp import KEY, POLICY
from streams.errors import MaskstreamError, RunError
from streams.masking.policy import Policy
from streams.settings import Settings
from streams.telemetry import log, trouble
from streams.telemetry.health import Health
from streams.telemetry.metrics import WorkerMetrics

__all__ = ["LAG_S", "LOOK_S", "Loop", "Masking", "Stop", "Timer", "Watch"]

#: Between two looks at topics: their limits, their retention, and what a pattern matches.
LOOK_S: Final = 30.0
#: Between two updates of the lag.
LAG_S: Final = 1.0
#: After an aborted transaction; doubles while they follow each other.
ABORT_BACKOFF_FIRST_S: Final = 0.05
ABORT_BACKOFF_MAX_S: Final = 5.0

_events: Final = log.EventLog()

WorkerStage = Literal["startup", "idle", "poll", "mask", "produce", "offsets", "commit", "rebalance", "shutdown"]


class Timer(Protocol):
    """The stage timer (`streams.agents.heartbeat.StageTimer`) as the loop uses it."""

    def stage(self, stage: WorkerStage, /) -> AbstractContextManager[None]: ...
    def again(self) -> None: ...


class Stop(Protocol):
    """A `threading.Event`."""

    def is_set(self) -> bool: ...
    def wait(self, timeout: float | None = None, /) -> bool: ...


class Watch(Protocol):
    """Whoever sees that a policy changed (`streams.agents.reload.PolicyWatch`)."""

    @property
    def rejected(self) -> bool:
        """Whether the policy as it is now was refused."""

    def poll(self) -> "Masking | None": ...


@dataclass(frozen=True, slots=True)
class Masking:
    """What is done to records: the masking core, the quarantine's seal, the headers of a clean record, and the policy
    that says so; with a `watch`, what masks by its next version.
    """

    mask: MaskBatch
    seal: QuarantineWriter
    stamp: Stamp
    policy: Policy = field(default_factory=Policy)
    watch: Watch | None = None


class Loop(ABC):
    """One slot. `run` returns when told to stop and raises only errors of our own."""

    def __init__(
        self,
        settings: Settings,
        slot: int,
        masking: Masking,
        *,
        metrics: WorkerMetrics,
        health: Health,
        timer: Timer,
        stop: Stop,
        count_batch: Callable[[int], None] = lambda _records: None,
    ) -> None:
        self._settings = settings
        self._slot = slot
        self._masking = masking
        self._metrics = metrics
        self._health = health
        self._timer = timer
        self._stop = stop
        self._count_batch = count_batch
        self._group = settings.group_id
        self._abort_delay_s = ABORT_BACKOFF_FIRST_S
        self._over = False

    def run(self) -> None:
        """Moves batches until the stop event is set, then commits what is in hand and leaves the group.

        Raises only errors of our own: the text of a foreign one may hold a record.
        """
        failure: MaskstreamError | None = None
        try:
            self._run()
        except MaskstreamError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - see above
            _events.error("worker_failed", slot=self._slot, error=error)
            failure = RunError(f"The worker stopped because of an unexpected {trouble.type_name(type(error))}.")
        if failure is not None:
            failure.__cause__ = failure.__context__ = None
            raise failure

    def _run(self) -> None:
        _events.info("worker_started", slot=self._slot, group=self._group)
        try:
            with self._timer.stage("startup"):
                self._prepare()
            self._join()
            while not self._stop.is_set() and not self._over:
                self._step()
        finally:
            self._health.set("stopping", "The worker is stopping.")
            with self._timer.stage("shutdown"):
                self._leave()
            _events.info("worker_stopped", slot=self._slot)

    @abstractmethod
    def _prepare(self) -> None:
        """Looks at the topics and makes the producer."""

    @abstractmethod
    def _join(self) -> None:
        """Joins the group."""

    @abstractmethod
    def _step(self) -> None:
        """One batch, or a wait for one."""

    @abstractmethod
    def _leave(self) -> None:
        """Leaves the group and lets go of the clients."""

    # What the clients ask and tell while they wait (`streams.kafka.outbox.Surroundings`).

    def stage(self, stage: WorkerStage, /) -> AbstractContextManager[None]:
        return self._timer.stage(stage)

    def again(self) -> None:
        self._timer.again()

    def stopping(self) -> bool:
        return self._stop.is_set()

    def unreachable(self) -> None:
        self._health.kafka_unreachable()

    def reachable(self) -> None:
        away_s = self._health.unreachable_s()
        if away_s:
            _events.info("kafka_reachable", seconds=round(away_s, 1))
        self._health.kafka_reachable()

    def _heed_policy(self) -> None:
        """Takes a new policy between two batches, so that each is masked, sealed and stamped by one."""
        watch = self._masking.watch
        if watch is None:
            return
        fresh = watch.poll()
        self._metrics.policy_rejected(watch.rejected)
        if fresh is not None:
            self._masking = replace(fresh, watch=watch)
            words = dict(fresh.stamp)
            self._metrics.versions(words[POLICY].decode(), words[KEY].decode())

    def _back_off(self) -> None:
        """Waits after an aborted transaction, longer each time until one succeeds."""
        self._stop.wait(self._abort_delay_s)
        self._abort_delay_s = min(ABORT_BACKOFF_MAX_S, self._abort_delay_s * 2)

    def _succeeded(self) -> None:
        """The next abort is the first again."""
        self._abort_delay_s = ABORT_BACKOFF_FIRST_S
