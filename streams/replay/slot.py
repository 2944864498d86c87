"""What the process of one slot of a replay runs: the live worker, with the job's topics, group, policy and ends."""

from streams.agents.heartbeat import Heartbeat
from streams.agents.slot import serve
from streams.kafka.config import check_kafka_properties
from streams.replay.derived import job_settings, live_settings
from streams.replay.jobs import usable
from streams.replay.journal import JobReader
from streams.replay.journey import ReplayJourney
from streams.replay.live import LiveLag, leave_the_cores
from streams.replay.pinned import pinned_masking, unpack_policy
from streams.settings import Settings
from streams.telemetry.metrics import WorkerMetrics
from streams.telemetry.replay import ReplayMetrics

__all__ = ["TARGET", "run_slot"]

#: As the supervisor names it.
TARGET = "streams.replay.slot:run_slot"


def run_slot(settings: Settings, slot: int, heartbeat: Heartbeat, job_id: str) -> int:
    """Works on a job until it is done or stopped, or until SIGTERM: 0, or an error of our own."""
    check_kafka_properties(settings)
    reader = JobReader(settings, job_id)
    view = reader.catch_up()
    job = usable(view)
    if view.pace.live_aware:
        leave_the_cores()
    own = job_settings(settings, job, unpack_policy(job, settings.state_dir))
    masking = pinned_masking(own, job)
    live = LiveLag(live_settings(settings, job_id))

    def journey(metrics: WorkerMetrics) -> ReplayJourney:
        return ReplayJourney(job, reader, settings.jobs_topic, ReplayMetrics(metrics.registry, job.job), live)

    return serve(own, slot, heartbeat, masking, journey)
