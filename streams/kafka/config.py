"""librdkafka's configuration for each kind of client, from the settings; it opens no connection itself.

Anything librdkafka understands may be passed through, except what would break a promise: those are refused with the
reason. Each client gets only the properties of its kind, because librdkafka warns about the others.
"""

import re
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaException, Producer

from streams.errors import SettingsError

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = [
    "CLIENT_BYTES_MAX",
    "admin_config",
    "check_kafka_properties",
    "consumer_config",
    "producer_config",
    "redrive_group",
    "transactional_id",
]

#: The largest message.max.bytes that librdkafka takes.
CLIENT_BYTES_MAX: Final = 1_000_000_000
#: Broker, client and protocol agree on this default of batch.size; a smaller topic limit shrinks it.
BATCH_SIZE_BYTES: Final = 1_000_000
#: A commit sends what is queued at once, so waiting delays nothing; without it each partition is sent as soon as it has
#: a few records, and while one request is on its way the client looks for the next as fast as it can.
LINGER_MS: Final = 50
#: A dead worker's partitions move after this (blueprint section 4).
SESSION_TIMEOUT_MS: Final = 10_000
#: New partitions and new topics are noticed after this.
METADATA_AGE_MS: Final = 30_000
#: What the consumer may hold beside the batch in hand: the next one, so that it is there when the one in hand is done.
QUEUE_KBYTES: Final = 8_192
#: One answer of a broker's, compressed, over all partitions: it comes on top of the queue's limit, unpacked to several
#: times its size. librdkafka's 50 MB would make the worker's memory a matter of how far it lags behind.
FETCH_BYTES: Final = 1 << 20

#: Properties that would break a promise, and why.
REFUSED: Final[dict[str, str]] = {
    "acks": "every replica must have a record before its offset is committed",
    "allow.auto.create.topics": "a topic created on the way would have no guarded retention",
    "auto.commit.interval.ms": "offsets are committed in the transaction of their records",
    "auto.offset.reset": "a partition without a valid offset must stop, not jump; START decides for new groups",
    "bootstrap.servers": "BOOTSTRAP_SERVERS sets it",
    "debug": "librdkafka's debug log is not checked for payload",
    "delivery.report.only.error": "the cause of an aborted transaction is read from the reports",
    "enable.auto.commit": "offsets are committed in the transaction of their records",
    "enable.auto.offset.store": "offsets are committed in the transaction of their records",
    "enable.gapless.guarantee": "a failed transaction is aborted and read again",
    "enable.idempotence": "exactly-once needs it on",
    "enable.partition.eof": "the worker does not read to an end",
    "group.id": "GROUP_ID sets it",
    "group.instance.id": "STATIC_MEMBERSHIP sets it, one for each slot",
    "isolation.level": "records of aborted transactions must never be masked and passed on",
    "metadata.broker.list": "BOOTSTRAP_SERVERS sets it",
    "partition.assignment.strategy": "a batch's safety rests on cooperative-sticky",
    "partitioner": "the partition number of the raw record is kept",
    "plugin.library.paths": "a plug-in would see every record before it is masked",
    "request.required.acks": "every replica must have a record before its offset is committed",
    "transactional.id": "it must be stable for each slot: it is made of GROUP_ID, ROLE, INSTANCE and the slot",
}
#: A family of them: librdkafka's mock cluster has no isolation.
REFUSED_PREFIX: Final = "test.mock."

COMPRESSIONS: Final = ("lz4", "zstd")

CONSUMER_ONLY: Final = frozenset({
    "check.crcs", "coordinator.query.interval.ms", "fetch.error.backoff.ms", "fetch.max.bytes",
    "fetch.message.max.bytes", "fetch.min.bytes", "fetch.queue.backoff.ms", "fetch.wait.max.ms", "group.protocol",
    "group.protocol.type", "group.remote.assignor", "heartbeat.interval.ms", "max.partition.fetch.bytes",
    "max.poll.interval.ms", "queued.max.messages.kbytes", "queued.min.messages", "session.timeout.ms",
})  # fmt: skip
PRODUCER_ONLY: Final = frozenset({
    "batch.num.messages", "batch.size", "compression.codec", "compression.level", "compression.type",
    "delivery.timeout.ms", "linger.ms", "message.send.max.retries", "message.timeout.ms",
    "queue.buffering.backpressure.threshold", "queue.buffering.max.kbytes", "queue.buffering.max.messages",
    "queue.buffering.max.ms", "queuing.strategy", "request.timeout.ms", "retries", "sticky.partitioning.linger.ms",
    "transaction.timeout.ms",
})  # fmt: skip
#: What KIP-848 moves to the broker; librdkafka refuses it then.
CLASSIC_ONLY: Final = ("heartbeat.interval.ms", "partition.assignment.strategy", "session.timeout.ms")


def transactional_id(settings: "Settings", slot: int) -> str:
    """One for each slot and stable across restarts, so that a restart ends the dead one's transaction at once."""
    return f"{settings.group_id}-{settings.role}-{settings.instance}-{slot}"


def redrive_group(settings: "Settings") -> str:
    """The consumer group of the role `redrive`."""
    return f"{settings.group_id}-redrive"


def consumer_config(settings: "Settings", slot: int, group: str | None = None) -> dict[str, Any]:
    """A member of the group (GROUP_ID's unless another is named) that commits nothing by itself and stops where its
    offset is not valid.
    """
    config: dict[str, Any] = {
        **_common(settings, CONSUMER_ONLY),
        "group.id": group or settings.group_id,
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "partition.assignment.strategy": "cooperative-sticky",
    }
    config.setdefault("session.timeout.ms", SESSION_TIMEOUT_MS)
    config.setdefault("heartbeat.interval.ms", 3000)
    # A full local queue would otherwise stop fetching for a second.
    config.setdefault("fetch.queue.backoff.ms", 20)
    config.setdefault("queued.min.messages", 2 * settings.batch_records)
    config.setdefault("queued.max.messages.kbytes", max(QUEUE_KBYTES, settings.batch_bytes // 1024))
    config.setdefault("fetch.max.bytes", FETCH_BYTES)
    if settings.static_membership:
        config["group.instance.id"] = transactional_id(settings, slot)
    if config.get("group.protocol") == "consumer":
        for name in CLASSIC_ONLY:
            config.pop(name, None)
    return config


def producer_config(
    settings: "Settings", slot: int, *, message_bytes: int, batch_bytes: int = BATCH_SIZE_BYTES
) -> dict[str, Any]:
    """A transactional producer whose limits fit the topics it writes to.

    `message_bytes` is the largest max.message.bytes of those topics, `batch_bytes` the smallest: the broker measures
    whole batches, and librdkafka does not split one that is refused.
    """
    config: dict[str, Any] = {
        **_common(settings, PRODUCER_ONLY),
        "transactional.id": transactional_id(settings, slot),
        "enable.idempotence": True,
        "delivery.report.only.error": True,
    }
    config.setdefault("compression.type", "lz4")
    config.setdefault("message.max.bytes", min(max(message_bytes, 1000), CLIENT_BYTES_MAX))
    if "queue.buffering.max.ms" not in config:
        # The same property by its older name.
        config.setdefault("linger.ms", LINGER_MS)
    config.setdefault("batch.size", max(1, min(BATCH_SIZE_BYTES, batch_bytes)))
    config.setdefault("queue.buffering.max.messages", max(100_000, 2 * settings.batch_records))
    # Outputs are larger than inputs and a failing record may add its envelope.
    config.setdefault("queue.buffering.max.kbytes", max(65_536, 4 * settings.batch_bytes // 1024))
    config.setdefault("transaction.timeout.ms", 60_000)
    config.setdefault("message.timeout.ms", int(config["transaction.timeout.ms"]))
    return config


def admin_config(settings: "Settings") -> dict[str, Any]:
    """A client for metadata and configurations of topics."""
    return _common(settings, frozenset())


def check_kafka_properties(settings: "Settings") -> None:
    """Raises SettingsError with one sentence for each property that is refused or that librdkafka does not take."""
    problems = [_refusal(name) for name in settings.kafka if name in REFUSED or name.startswith(REFUSED_PREFIX)]
    problems += [
        f"The Kafka property {name} must be lz4 or zstd."
        for name in ("compression.type", "compression.codec")
        if settings.kafka.get(name, "lz4") not in COMPRESSIONS
    ]
    if settings.static_membership and settings.kafka.get("group.protocol") == "consumer":
        # Seen on Kafka 4.3: after a SIGKILL the restarted member is refused for ever.
        problems.append("STATIC_MEMBERSHIP does not go with the Kafka property group.protocol=consumer: drop one.")
    if not problems:
        problems = _not_taken(settings)
    if problems:
        raise SettingsError(problems)


def _refusal(name: str) -> str:
    reason = REFUSED.get(name, "the mock cluster has no transactions")
    return f"The Kafka property {name} cannot be set: {reason}."


def _not_taken(settings: "Settings") -> list[str]:
    problems = []
    for name, value in settings.kafka.items():
        try:
            # librdkafka looks at a value when it is set; some only together, which the whole set below tells.
            Producer({"log_level": 0, name: value})
        except (KafkaException, TypeError, ValueError) as error:
            if _names_property(error):
                problems.append(
                    f"librdkafka does not take the Kafka property {name} or its value: see CONFIGURATION.md."
                )
    return problems


def _names_property(error: Exception) -> bool:
    # The text may show a password: only its form is looked at. What needs other properties is not judged here.
    text = str(error)
    return isinstance(error, TypeError) or bool(re.search(r"(No such|for) configuration property", text))


def _common(settings: "Settings", own: frozenset[str]) -> dict[str, Any]:
    others = (CONSUMER_ONLY | PRODUCER_ONLY) - own
    config: dict[str, Any] = {name: value for name, value in settings.kafka.items() if name not in others}
    config["bootstrap.servers"] = settings.bootstrap_servers
    config.setdefault("client.id", "maskstream")
    config.setdefault("enable.metrics.push", False)
    config.setdefault("topic.metadata.refresh.interval.ms", METADATA_AGE_MS)
    config.setdefault("reconnect.backoff.max.ms", 2000)
    return config
