"""What the process of one slot runs: settings, policy, keys and quarantine become a worker under Faust."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from streams.agents.app import AgentMask, Host
from streams.agents.heartbeat import Heartbeat, StageTimer
from streams.agents.journey import Journey
from streams.agents.loop import Loop, Masking, Watch
from streams.agents.memory import settle_memory
from streams.agents.stamp import KEY, POLICY
from streams.agents.worker import Worker
from streams.errors import FencedError, GuardError, MaskstreamError
from streams.kafka.config import check_kafka_properties, transactional_id
from streams.settings import Settings
from streams.telemetry import log
from streams.telemetry.health import Health
from streams.telemetry.http import TelemetryApp
from streams.telemetry.metrics import WorkerMetrics

__all__ = ["Fittings", "host_slot", "run_slot", "serve"]

#: A journey tells its numbers to the metrics of its worker.
JourneyMaker = Callable[[WorkerMetrics], Journey]

_events: Final = log.EventLog()


def run_slot(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """Runs slot number `slot` until SIGTERM: 0, or an error of our own. Called in the slot's own process."""
    from streams.agents.masking import load_masking  # noqa: PLC0415 - hyperscan and keys only where they are used

    check_kafka_properties(settings)
    return serve(settings, slot, heartbeat, load_masking(settings))


def serve(
    settings: Settings, slot: int, heartbeat: Heartbeat, masking: Masking, journey: JourneyMaker | None = None
) -> int:
    """`run_slot` for a given way of masking, and for a bounded part of the topics where there is a journey."""

    def fit(masking: Masking, fittings: Fittings[WorkerMetrics]) -> Loop:
        return Worker(
            settings,
            slot,
            masking,
            metrics=fittings.metrics,
            health=fittings.health,
            timer=fittings.timer,
            stop=fittings.stop,
            count_batch=heartbeat.count_batch,
            journey=journey(fittings.metrics) if journey else None,
        )

    return host_slot(settings, slot, heartbeat, masking, WorkerMetrics, fit)


Metrics = TypeVar("Metrics", bound=WorkerMetrics)


@dataclass(frozen=True, slots=True)
class Fittings(Generic[Metrics]):
    """What the process of a slot gives to its worker."""

    metrics: Metrics
    health: Health
    timer: StageTimer
    stop: threading.Event


def host_slot(
    settings: Settings,
    slot: int,
    heartbeat: Heartbeat,
    masking: Masking,
    make_metrics: Callable[[Health], Metrics],
    fit: Callable[[Masking, Fittings[Metrics]], Loop],
) -> int:
    """Runs a worker under Faust until SIGTERM; `fit` makes it, with masking that goes through the agent."""
    timer, stop = StageTimer(heartbeat), threading.Event()
    health = Health(heartbeat)
    metrics = make_metrics(health)
    metrics.restarts(heartbeat.restarts)
    metrics.fenced(heartbeat.fenced)
    words = dict(masking.stamp)
    metrics.versions(words[POLICY].decode(), words[KEY].decode())
    agent = AgentMask(masking.mask)
    with timer.stage("startup"):
        watch = _Handing(masking.watch, agent) if masking.watch else None
        worker = fit(replace(masking, mask=agent, watch=watch), Fittings(metrics, health, timer, stop))
    settle_memory()
    host = Host(
        worker,
        agent,
        TelemetryApp(metrics, health),
        stop=stop,
        name=transactional_id(settings, slot),
        folder=settings.state_dir,
    )
    try:
        host.run(settings.http_host, settings.http_port + slot)
    except FencedError as error:
        _events.error("producer_fenced", slot=slot, error=error)
        if not heartbeat.count_fenced():
            raise
        refusal = GuardError(
            f"Another producer took over the transactional id {transactional_id(settings, slot)} again, although this "
            "slot holds its lock: a second `maskstream run` with another STATE_DIR or on another machine has the same "
            "GROUP_ID, INSTANCE and slot; stop it, or set MASKSTREAM_INSTANCE."
        )
    except MaskstreamError as error:
        _events.error("worker_failed", slot=slot, error=error)
        raise
    else:
        return 0
    raise refusal


class _Handing:
    """Hands what masks by a new policy over to the agent: between batches, since the worker asks."""

    def __init__(self, watch: Watch, agent: AgentMask) -> None:
        self._watch = watch
        self._agent = agent

    @property
    def rejected(self) -> bool:
        return self._watch.rejected

    def poll(self) -> Masking | None:
        fresh = self._watch.poll()
        if fresh is None:
            return None
        self._agent.use(fresh.mask)
        return replace(fresh, mask=self._agent)
