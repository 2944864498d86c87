"""Replays as people run them, on a broker of the tests: a service with keys and topics, jobs by command."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from confluent_kafka import Message, Producer

from streams.errors import MaskstreamError
from streams.kafka.admin import Admin
from streams.keystore import new_keyring
from streams.replay.control import state_record
from streams.replay.derived import job_settings, slot_settings
from streams.replay.jobs import Job, JobView, StateName
from streams.replay.journal import JobReader, JobWriter
from streams.replay.journey import ReplayJourney
from streams.replay.live import LiveLag
from streams.replay.planning import Plan, plan_job, target_steps
from streams.replay.report import confirm, report
from streams.replay.running import known
from streams.replay.spec import Pace, parse_spec
from streams.settings import Settings
from streams.telemetry.metrics import WorkerMetrics
from streams.telemetry.replay import ReplayMetrics
from tests.support.kafka import KafkaBroker, create_topic
from tests.support.pipeline import Pipeline, Running, masking, read_topic, wait_for
from tests.support.service import Service

__all__ = ["GARBAGE", "LINES", "JobLine", "Replays", "contents"]

#: Personal, clean and unmaskable lines in turn.
LINES = (
    b'{"n": %d, "user": {"email": "ann.%d@example.com"}, "ms": 1.50}',
    b'{"n": %d, "level": "info", "message": "request %d served", "ok": true}',
    b"%d GET /u?email=bob.%d@example.com HTTP/1.1",
)
GARBAGE = b"\xfd ann@example.com \xc3 %d"


class Replays(Service):
    """One installation with the jobs of one raw topic."""

    def __init__(self, kafka: KafkaBroker, folder: Path, *, workers: int = 1) -> None:
        super().__init__(kafka, folder, workers=workers)
        self.bootstrap = kafka.bootstrap
        self.environ |= {"MASKSTREAM_REPLAY_PORT": str(self.ports[0]), "MASKSTREAM_BATCH_RECORDS": "500"}

    def replay(self, *arguments: str, status: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = self.call("replay", *arguments)
        assert status is None or done.returncode == status, (done.stdout[-3000:], done.stderr[-6000:])
        return done

    def started(self, *arguments: str, status: int | None = 0) -> dict[str, Any]:
        """A job from beginning to end: its report."""
        return dict(json.loads(self.replay("start", "--json", *arguments, status=status).stdout.splitlines()[-1]))

    def begin(self, *arguments: str, log: str = "replay.log") -> "subprocess.Popen[bytes]":
        """`replay start` in the background."""
        with (self.folder / log).open("wb") as out:
            return subprocess.Popen(
                self.command("replay", "start", *arguments), env=self.environ, stdout=out, stderr=out
            )

    def status(self, job: str) -> dict[str, Any]:
        return dict(json.loads(self.replay("status", job, "--json").stdout))

    def view(self, job: str) -> JobView:
        """What is known of a job, asked in this process: a command takes seconds to begin on a busy machine."""
        settings = Settings(bootstrap_servers=self.bootstrap, jobs_topic=self.environ["MASKSTREAM_JOBS_TOPIC"])
        return known(settings, Admin(settings), job)

    def share_done(self, job: str) -> float:
        """How far a job is, of 1; 0 while Kafka does not say."""
        try:
            view = self.view(job)
        except MaskstreamError:
            return 0.0
        return 1 - view.left / view.offsets if view.offsets else 0.0

    def produce(self, count: int, *, first: int = 0, partitions: int = 4, garbage: int = 0) -> None:
        """Numbered lines over the partitions in turn; every so many-th one cannot be masked."""
        producer = Producer({"bootstrap.servers": self.bootstrap})
        for n in range(first, first + count):
            value = GARBAGE % n if garbage and n % garbage == 0 else LINES[n % len(LINES)] % (n, n)
            headers = [("n", b"%d" % n), ("user", b"ann.%d@example.com" % n)]
            producer.produce(self.raw, value, b"key-%d" % n, n % partitions, headers=headers)
            producer.poll(0)
        assert producer.flush(60) == 0

    def produce_at(self, partition: int, timestamp_ms: int) -> None:
        """One record of that time."""
        producer = Producer({"bootstrap.servers": self.bootstrap})
        producer.produce(self.raw, b"ann@example.com was here", partition=partition, timestamp=timestamp_ms)
        assert producer.flush(60) == 0

    def read(self, topic: str, count: int | None = None) -> list[Message]:
        return read_topic(self.bootstrap, topic, count=count)


def contents(messages: list[Message]) -> dict[int, list[tuple[Any, ...]]]:
    """By partition and in order: key, value, timestamp and headers, but for the one that names the job."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for each in messages:
        headers = [header for header in each.headers() or [] if header[0] != "maskstream.replay"]
        found.setdefault(each.partition() or 0, []).append((each.key(), each.value(), each.timestamp(), headers))
    return found


class JobLine:
    """Jobs over a pipeline's topics, with workers in threads and the tests' small masker."""

    def __init__(self, line: Pipeline) -> None:
        self.line = line
        self.jobs = create_topic(line.bootstrap, prefix="jobs", partitions=8)
        keyring = line.state_dir / "ring.json"
        if not keyring.exists():
            new_keyring(keyring)
        line.options |= {"jobs_topic": self.jobs, "keyring": keyring, "batch_records": 100}
        self.admin = Admin(self.settings)

    @property
    def settings(self) -> Settings:
        return self.line.settings()

    def plan(self, job: str = "j", **parts: Any) -> Plan:
        """A job that is not written down."""
        return plan_job(self.settings, parse_spec({"id": job, **parts}, "of a test"), self.admin, by="test@here")

    def save(self, job: Job) -> Job:
        """Written down, with its topics, to run."""
        for step in target_steps(self.settings, job, self.admin):
            self.admin.take(step)
        wait_for(lambda: not target_steps(self.settings, job, self.admin), "the job's topics")
        JobWriter(self.settings).write(job)
        self.say(job, "running")
        return job

    def make(self, job: str = "j", **parts: Any) -> Job:
        return self.save(self.plan(job, **parts).job)

    def say(self, job: Job, state: StateName, pace: Pace | None = None) -> None:
        JobWriter(self.settings).write(state_record(job.job, state, "test@here").model_copy(update={"pace": pace}))

    def view(self, job: Job) -> JobView:
        return known(self.settings, self.admin, job.job)

    @contextmanager
    def running(self, job: Job, slot: int = 0, *, live: LiveLag | None = None) -> Iterator[Running]:
        """One worker of the job, in a thread; with `live` it heeds the live path."""
        slots = slot_settings(self.settings, job.job)
        using = masking()
        stamp = (*using.stamp, ("maskstream.replay", job.job.encode()))

        lag = live or LiveLag(self.settings)

        def journey(metrics: WorkerMetrics) -> ReplayJourney:
            reader = JobReader(slots, job.job)
            reader.catch_up()
            return ReplayJourney(job, reader, self.jobs, ReplayMetrics(metrics.registry, job.job), lag)

        with self.line.running(
            slot, using=replace(using, stamp=stamp), journey=journey, settings=job_settings(slots, job, None)
        ) as running:
            yield running
        lag.stop()

    def run(self, job: Job) -> dict[str, Any]:
        """The job to its end; its report."""
        with self.running(job) as running:
            wait_for(lambda: not running.thread.is_alive(), "the end of the job")
        return self.report(job)

    def report(self, job: Job) -> dict[str, Any]:
        return report(self.view(job), confirm(self.settings, job, self.admin))

    def written(self, job: Job) -> list[Message]:
        """What stands in the job's own topic."""
        return self.line.read(f"{self.line.clean}.replay.{job.job}")
