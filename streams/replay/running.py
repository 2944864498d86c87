"""Runs a job on this machine: makes its topics, starts its slots, and says what came of it; other machines may join."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from streams.agents.supervisor import Patience, Supervisor, require_free_ports, require_free_slots
from streams.errors import GuardError, MaskstreamError, RunError, UsageError
from streams.kafka.admin import Admin
from streams.kafka.guard import guard
from streams.kafka.topics import TopicFacts
from streams.keystore import load_keyring, load_review_public
from streams.replay.control import set_state, state_record
from streams.replay.derived import group_of, job_settings, slot_settings
from streams.replay.jobs import ENDED, Job, JobView, usable
from streams.replay.journal import JobReader, JobWriter, require_jobs_topic
from streams.replay.planning import Plan, target_steps
from streams.replay.presence import still_there
from streams.replay.report import confirm, ended_as, report
from streams.replay.slot import TARGET
from streams.settings import Settings
from streams.telemetry import log

__all__ = ["Outcome", "adopt", "finish", "free_port", "known", "run_job", "save"]

#: A new topic is visible everywhere in well under a second; a loaded controller took up to 5 s.
VISIBLE_S: Final = 30.0
#: Ports that are tried after REPLAY_PORT.
PORTS_TRIED: Final = 200
#: A word that is younger than the jobs topic's retention by so much is certainly there.
RETENTION_MARGIN: Final = timedelta(days=1)

Outcome = dict[str, Any]

_events: Final = log.EventLog()


def known(settings: Settings, admin: Admin, job: str) -> JobView:
    """What the jobs topic knows of a job now."""
    require_jobs_topic(settings, admin)
    reader = JobReader(settings, job)
    try:
        return reader.catch_up()
    finally:
        reader.close()


def save(settings: Settings, planned: Plan, admin: Admin, by: str) -> Job:
    """Writes a planned job down; refuses what would double records, and an id that is taken."""
    job, order = planned.job, planned.job.order
    if known(settings, admin, job.job).job is not None:
        raise UsageError(f"There is a job {job.job} already: choose another id, or go on with it by its id alone.")
    if order.target.to == "clean" and not order.target.allow_duplicates:
        there = still_there(settings, job, planned.sample, admin)
        if there:
            topic, number = there[0]
            raise GuardError(
                f"Partition {number} of {topic} still holds records of the range, which would be there twice: leave it "
                "to a topic of the job's own, or say --allow-duplicates."
            )
    writer = JobWriter(settings)
    writer.write(job)
    writer.write(state_record(job.job, "planned", by))
    return job


def adopt(settings: Settings, admin: Admin, view: JobView) -> Job:
    """The job, ready to run here: its topics made and guarded; GuardError or UsageError where it cannot run."""
    job = usable(view)
    _check_age(settings, job, admin)
    steps = target_steps(settings, job, admin)
    for step in steps:
        admin.take(step)
    if steps:
        _wait_until_visible(settings, job, admin)
    own = job_settings(slot_settings(settings, job.job), job, None)
    if job.target is not None:
        guard(own, admin)
    load_review_public(settings.review_public_key)
    load_keyring(settings.keyring)
    return job


def run_job(
    settings: Settings,
    admin: Admin,
    job: Job,
    by: str,
    *,
    watch: Callable[[Job], AbstractContextManager[object]] = lambda _job: nullcontext(),
    patience: Patience | None = None,
) -> JobView:
    """Works on a job with WORKERS slots until it is done, stopped, or this process is told to stop; gives what is known
    of it then. What a slot refuses is the job's failure, and raised.
    """
    own = slot_settings(settings, job.job)
    require_free_slots(own)
    require_free_ports(own.http_host, own.http_port, own.workers)
    set_state(settings, known(settings, admin, job.job), "running", by)
    _events.info("job_state", job=job.job, reason="running")
    try:
        with watch(job):
            Supervisor(own, target=TARGET, patience=patience, job=job.job).run()
    except (GuardError, UsageError) as refusal:
        JobWriter(settings).write(state_record(job.job, "failed", by, _one_line(refusal)))
        raise
    view = known(settings, admin, job.job)
    group = group_of(settings.group_id, job.job)
    if not view.done and view.state_name == "running" and not admin.group_is_active(group):
        left = state_record(job.job, "stopped", by, "Its last workers were told to stop.")
        # A pace that was said once stays.
        JobWriter(settings).write(left.model_copy(update={"pace": view.state.pace if view.state else None}))
    return known(settings, admin, job.job)


def finish(settings: Settings, admin: Admin, view: JobView, by: str, *, confirmed: bool = True) -> Outcome:
    """The report of a job; once it is confirmed and nothing is left to do, it is written down as the job's end."""
    job = usable(view)
    if view.state_name in ENDED and view.state is not None and view.state.report is not None:
        return view.state.report
    found = report(view, confirm(settings, job, admin) if confirmed else None)
    if view.done and confirmed:
        found["state"] = ended_as(found)
        JobWriter(settings).write(state_record(job.job, ended_as(found), by, report=found))
        _events.info("job_reported", job=job.job, reason=ended_as(found), records=view.total("read"))
    return found


def free_port(host: str, first: int, count: int) -> int:
    """The first port from `first` on that begins a row of free ones: several jobs may run on a machine."""
    for port in range(first, min(first + PORTS_TRIED, 65_536 - count)):
        try:
            require_free_ports(host, port, count)
        except UsageError:
            continue
        return port
    raise UsageError(f"No {count} free ports in a row from {first} on: set MASKSTREAM_REPLAY_PORT.")


def _check_age(settings: Settings, job: Job, admin: Admin) -> None:
    """Beyond the jobs topic's retention the word on a partition may be gone, and with it what keeps from doubling."""
    facts = admin.describe([settings.jobs_topic])[settings.jobs_topic]
    kept_ms = facts.retention_ms if isinstance(facts, TopicFacts) else None
    if kept_ms is not None and datetime.now(UTC) - job.created > timedelta(milliseconds=kept_ms) - RETENTION_MARGIN:
        raise GuardError(
            f"The job {job.job} is nearly as old as the retention of {settings.jobs_topic}, which is about to forget "
            "how far it is: make a new job for what is left (`maskstream replay report`)."
        )


def _wait_until_visible(settings: Settings, job: Job, admin: Admin) -> None:
    deadline_s = time.monotonic() + VISIBLE_S
    while target_steps(settings, job, admin):
        if time.monotonic() > deadline_s:
            raise RunError("Kafka made the job's topics but does not show them: start the job again.")
        time.sleep(0.1)


def _one_line(error: MaskstreamError) -> str:
    return " ".join(str(error).split())[:2000]
