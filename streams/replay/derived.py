"""Settings of a job, derived from the live ones: a group, topics, policy and client of its own, all else the same."""

from pathlib import Path
from typing import TYPE_CHECKING

from streams.replay.jobs import Job
from streams.replay.spec import JOB_PLACEHOLDER

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = ["group_of", "job_settings", "live_settings", "slot_settings", "target_template"]


def group_of(group: str, job: str) -> str:
    """The consumer group of a job."""
    return f"{group}.replay.{job}"


def slot_settings(live: "Settings", job: str) -> "Settings":
    """What the slots are started and named by; `live_settings` undoes it."""
    return live.model_copy(update={"group_id": group_of(live.group_id, job)})


def live_settings(slots: "Settings", job: str) -> "Settings":
    """The live path's settings, from those of a slot."""
    return slots.model_copy(update={"group_id": slots.group_id.removesuffix(f".replay.{job}")})


def job_settings(slots: "Settings", job: Job, policy: Path | None) -> "Settings":
    """What the worker works by."""
    update = {
        "raw_topics": ",".join(job.topics),
        "clean_topic": job.target or slots.clean_topic,
        "policy": policy,
        "max_depth": job.max_depth,
        # Brokers bound a client by its name, and what bounds a replay must not bound the live path.
        "kafka": {**slots.kafka, "client.id": f"{slots.kafka.get('client.id', 'maskstream')}-replay"},
    }
    return slots.model_copy(update=update)


def target_template(clean_topic: str, template: str | None, job: str) -> str:
    """The template of a replay topic's name, in which `{topic}` stands for the raw topic."""
    return (template or f"{clean_topic}.replay.{JOB_PLACEHOLDER}").replace(JOB_PLACEHOLDER, job)
