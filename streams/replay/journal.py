"""Reads and writes the jobs topic: what jobs there are, and how far they are; nothing is decided here."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streams.errors import GuardError, RunError, UnreachableError, UsageError
from streams.kafka.admin import Admin
from streams.kafka.config import admin_config
from streams.kafka.scan import Scanner
from streams.kafka.topics import JOBS_MESSAGE_BYTES, JOBS_PARTITIONS, TopicFacts, unseen_sentence
from streams.kafka.verdicts import is_unreachable
from streams.replay.jobs import JobView, Record, encode, fold, partition_of
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.kafka.batches import Key

__all__ = ["JobReader", "JobWriter", "all_jobs", "require_jobs_topic"]

#: A person waits; an outage of a broker lasted up to 40 s for clients (seen).
DELIVERY_S: Final = 45.0
#: Limit of one question to Kafka.
ASK_S: Final = 5.0
#: A reader gives up after so long without a word: a worker asks while it is given partitions, which has a limit of
#: 60 s, and asks again.
SILENCE_S: Final = 20.0
#: Between two tries.
RETRY_S: Final = 0.2
#: Room for a record's key, headers and batch.
OVERHEAD_BYTES: Final = 65_536


class JobReader:
    """Follows one job, or all that share its partition of the jobs topic; for one thread."""

    def __init__(self, settings: Settings, job: str) -> None:
        self._job = job
        self._key: Key = (settings.jobs_topic, partition_of(job))
        self._scanner = Scanner(settings, "replay-jobs", silence_s=SILENCE_S)
        self._scanner.begin({self._key: 0})
        self._views: dict[str, JobView] = {}
        self._prefix = f"{job}/".encode()

    @property
    def view(self) -> JobView:
        """What is known of the job as of the last look."""
        return self._views.setdefault(self._job, JobView(self._job))

    def catch_up(self) -> JobView:
        """What is known of the job now; UnreachableError, or GuardError without a topic."""
        # What others commit while this is read is the job's word as well, and does not come a second time.
        for messages in self._scanner.slices({self._key: self._end()}, beyond=True):
            self._take(messages)
        return self.view

    def _end(self) -> int:
        """The end of the job's partition; asked again while its broker is away or its leader is another."""
        deadline_s = time.monotonic() + SILENCE_S
        while True:
            try:
                return self._scanner.end_of(self._key, ASK_S)
            except KafkaException as error:
                if not is_unreachable(error.args[0]) or time.monotonic() > deadline_s:
                    name = error.args[0].name()
                    raise UnreachableError(f"The jobs topic {self._key[0]} does not answer ({name}).") from None
            time.sleep(RETRY_S)

    def look(self) -> JobView:
        """What is known of the job by what has come already; waits for nothing."""
        self._take(self._scanner.waiting())
        return self.view

    def close(self) -> None:
        self._scanner.close()

    def _take(self, messages: Iterable[Message]) -> None:
        # Other jobs' records are passed over by their key: a worker reads all that its neighbours write.
        own = [(bytes(key), message.value()) for message in messages if (key := message.key()) is not None]
        fold(self._views, [(key, _bytes(value)) for key, value in own if key.startswith(self._prefix)])


class JobWriter:
    """Writes records of jobs and returns when every replica has them; RunError otherwise."""

    def __init__(self, settings: Settings) -> None:
        self._topic = settings.jobs_topic
        own: dict[str, Any] = {
            "acks": "all",
            "enable.idempotence": True,
            "compression.type": "zstd",
            "client.id": "maskstream-replay-jobs",
            "message.max.bytes": JOBS_MESSAGE_BYTES,
            "message.timeout.ms": int(DELIVERY_S * 1000),
            "log_level": 0,
        }
        self._producer = Producer({**admin_config(settings), **own})

    def write(self, record: Record) -> None:
        key, value = encode(record)
        if len(value) > JOBS_MESSAGE_BYTES - OVERHEAD_BYTES:
            raise UsageError(
                f"The job {record.job} does not fit into the jobs topic: make its policy smaller, or divide its "
                "partitions among several jobs."
            )
        failures: list[KafkaError | None] = []
        try:
            self._producer.produce(
                self._topic, value, key, partition_of(record.job), on_delivery=lambda error, _: failures.append(error)
            )
            self._producer.flush(DELIVERY_S + 5)
        except (KafkaException, BufferError):
            failures.append(KafkaError(KafkaError._FAIL))  # noqa: SLF001
        failed = [error for error in failures if error is not None]
        if any(error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED for error in failed):
            raise GuardError(f"The jobs topic {self._topic} may not be written: allow WRITE on topic {self._topic}.")
        if failed or not failures:
            why = failed[0].name() if failed else "no answer"
            raise RunError(f"The job {record.job} could not be written to {self._topic} ({why}): try again.")


def require_jobs_topic(settings: Settings, admin: Admin) -> None:
    """GuardError where the jobs topic cannot be used."""
    facts = admin.describe([settings.jobs_topic])[settings.jobs_topic]
    if not isinstance(facts, TopicFacts):
        raise GuardError(unseen_sentence(facts, "jobs"))
    if facts.partitions < JOBS_PARTITIONS:
        raise GuardError(
            f"The jobs topic {facts.name} has {facts.partitions} partitions and needs {JOBS_PARTITIONS}: "
            "run `maskstream topics apply`."
        )


def all_jobs(settings: Settings, admin: Admin) -> list[JobView]:
    """Every job that the topic knows, the newest first."""
    require_jobs_topic(settings, admin)
    keys = [(settings.jobs_topic, number) for number in range(JOBS_PARTITIONS)]
    views: dict[str, JobView] = {}
    with Scanner(settings, "replay-jobs") as scanner:
        scanner.begin(dict.fromkeys(keys, 0))
        for messages in scanner.slices(admin.offsets(keys, "latest")):
            fold(views, [(_bytes(each.key()), _bytes(each.value())) for each in messages])
    known = [view for view in views.values() if view.job is not None]
    return sorted(known, key=lambda view: view.job.created if view.job else 0, reverse=True)


def _bytes(text: bytes | str | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else text
