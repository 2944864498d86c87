"""What the process of a slot runs whose role is `redrive`."""

from streams.agents.heartbeat import Heartbeat
from streams.agents.loop import Loop, Masking
from streams.agents.redrive.worker import RedriveWorker, Redriving
from streams.agents.slot import Fittings, host_slot
from streams.kafka.config import check_kafka_properties
from streams.settings import Settings
from streams.telemetry.redrive import RedriveMetrics

__all__ = ["run_slot", "serve"]


def run_slot(settings: Settings, slot: int, heartbeat: Heartbeat) -> int:
    """Runs slot number `slot` until SIGTERM: 0, or an error of our own. Called in the slot's own process."""
    from streams.agents.redrive.loading import load_redriving  # noqa: PLC0415 - the key only where it is used

    check_kafka_properties(settings)
    return serve(settings, slot, heartbeat, load_redriving(settings))


def serve(settings: Settings, slot: int, heartbeat: Heartbeat, redriving: Redriving) -> int:
    """`run_slot` for a given way of masking and a given key."""

    def fit(masking: Masking, fittings: Fittings[RedriveMetrics]) -> Loop:
        return RedriveWorker(
            settings,
            slot,
            Redriving(masking, redriving.private_key),
            metrics=fittings.metrics,
            health=fittings.health,
            timer=fittings.timer,
            stop=fittings.stop,
            count_batch=heartbeat.count_batch,
        )

    return host_slot(settings, slot, heartbeat, redriving.masking, RedriveMetrics, fit)
