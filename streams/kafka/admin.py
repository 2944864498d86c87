"""A thin, typed administration client: describes topics and groups, changes topics, reads and sets offsets.

It decides nothing (`topics` plans, `guard` judges). Broker errors become `RunError` with the broker's error name;
messages of the broker are not passed on.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import (
    AclOperation,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from streams.errors import GuardError, RunError, UnreachableError
from streams.kafka.config import admin_config, check_kafka_properties
from streams.kafka.topics import (
    DEFAULT_MAX_MESSAGE_BYTES,
    DEFAULT_TIMESTAMP_AFTER_MAX_MS,
    DEFAULT_TIMESTAMP_BEFORE_MAX_MS,
    Change,
    Create,
    Grow,
    Step,
    TopicFacts,
    TopicState,
    Unseen,
    unallowed_sentence,
)
from streams.settings import Settings

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Admin", "Committed", "Partition"]

#: Topic and partition number.
Partition = tuple[str, int]
#: Committed offset and its metadata.
Committed = tuple[int, str]

#: Bounds each request to the broker; describing some hundred topics takes well under a second.
REQUEST_TIMEOUT_S: Final = 15.0

_UNREACHABLE: Final = frozenset(
    (KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._RESOLVE)  # noqa: SLF001
)
_HIDDEN: Final = KafkaError.TOPIC_AUTHORIZATION_FAILED
_MISSING: Final = frozenset((KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC))  # noqa: SLF001
_NOT_YET: Final = frozenset(
    (
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        # For a moment after a topic was made or a leader moved.
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
    )
)
#: A commit from outside is refused while the group has members.
_ACTIVE: Final = frozenset(
    (KafkaError.UNKNOWN_MEMBER_ID, KafkaError.ILLEGAL_GENERATION, KafkaError.REBALANCE_IN_PROGRESS)
)
_ALREADY: Final = frozenset((KafkaError.TOPIC_ALREADY_EXISTS, KafkaError.INVALID_PARTITIONS))


class Admin:
    """One administration client; keep it as long as futures of it are awaited. Every method blocks, bounded by
    REQUEST_TIMEOUT_S, and raises UnreachableError or RunError.
    """

    def __init__(self, settings: Settings) -> None:
        settings.require("bootstrap_servers")
        self._settings = settings
        self._last_error: KafkaError | None = None
        check_kafka_properties(settings)
        try:
            # log_level: what went wrong is told by our own sentences.
            self._client = AdminClient(admin_config(settings) | {"log_level": 0, "error_cb": self._remember})
        except KafkaException as error:
            raise RunError(f"Kafka's client refuses the settings ({error.args[0].name()}): see `kafka`.") from None

    def topic_names(self) -> list[str]:
        """Names of the topics that we may see."""
        return sorted(self._ask(lambda: self._client.list_topics(timeout=REQUEST_TIMEOUT_S)).topics)

    def describe(self, names: Iterable[str]) -> dict[str, TopicState]:
        """Facts of each topic, or why it cannot be seen."""
        wanted = sorted(set(names))
        if not wanted:
            return {}
        described = self._client.describe_topics(
            TopicCollection(wanted), include_authorized_operations=True, request_timeout=REQUEST_TIMEOUT_S
        )
        shapes = {name: self._seen(described[name]) for name in wanted}
        visible = [name for name, shape in shapes.items() if not isinstance(shape, int)]
        resources = {name: ConfigResource(ResourceType.TOPIC, name) for name in visible}
        configured = (
            self._client.describe_configs(list(resources.values()), request_timeout=REQUEST_TIMEOUT_S)
            if resources
            else {}
        )
        states: dict[str, TopicState] = {}
        for name, shape in shapes.items():
            if isinstance(shape, int):
                states[name] = Unseen(name, "missing" if shape in _MISSING else "describe")
                continue
            entries = self._seen(configured[resources[name]])
            states[name] = Unseen(name, "describe_configs") if isinstance(entries, int) else _facts(shape, entries)
        return states

    def group_rights(self, group: str) -> frozenset[str] | None:
        """Operations that we may do on a group (READ, DESCRIBE, …); None where the broker does not say."""
        try:
            return _rights(self._group(group).authorized_operations)
        except KafkaException as error:
            # A group that does not exist yet tells nothing about rights, nor does a broker that lacks the request.
            return frozenset() if error.args[0].code() == KafkaError.GROUP_AUTHORIZATION_FAILED else None

    def group_is_active(self, group: str) -> bool:
        """Whether the group has members, or is about to have."""
        try:
            state = self._group(group).state
        except KafkaException as error:
            if error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND:
                return False
            raise self._told(error, "could not describe the group") from None
        return state not in {ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD}

    def committed(self, group: str, partitions: Sequence[Partition]) -> dict[Partition, Committed | None]:
        """Committed offset and metadata of each partition; None where there is none."""
        wanted = [TopicPartition(*partition) for partition in partitions]
        with self._outsider(group) as consumer:
            try:
                found = _settled(lambda: consumer.committed(wanted, timeout=REQUEST_TIMEOUT_S))
            except KafkaException as error:
                # A group that may not be seen looks like a coordinator that is not found: the question times out.
                if self.group_rights(group) == frozenset():
                    raise GuardError(f"The group {group} may not be seen: allow READ on group {group}.") from None
                raise self._told(error, "gave no offsets") from None
        return {
            (part.topic, part.partition): (part.offset, part.metadata or "") if part.offset >= 0 else None
            for part in found
        }

    def offsets(
        self, partitions: Sequence[Partition], at: Literal["earliest", "latest"] | int, *, committed: bool = True
    ) -> dict[Partition, int]:
        """Beginning or end (as read_committed sees it; with `committed` False that of all data) of each partition, or
        its first offset at or after a time in milliseconds, -1 where there is none.
        """
        if not partitions:
            return {}
        level = IsolationLevel.READ_COMMITTED if committed else IsolationLevel.READ_UNCOMMITTED

        def ask() -> dict[Partition, int]:
            futures = self._client.list_offsets(
                {TopicPartition(*partition): _spec(at) for partition in partitions},
                isolation_level=level,
                request_timeout=REQUEST_TIMEOUT_S,
            )
            return {
                (part.topic, part.partition): future.result(2 * REQUEST_TIMEOUT_S).offset
                for part, future in futures.items()
            }

        found: dict[Partition, int] = self._ask(lambda: _settled(ask), "gave no offsets")
        return found

    def commit(self, group: str, offsets: Mapping[Partition, Committed]) -> None:
        """Set committed offsets of a group without members; GuardError when it has some."""
        parts = [TopicPartition(*partition, offset, metadata) for partition, (offset, metadata) in offsets.items()]
        with self._outsider(group) as consumer:
            try:
                answered = _settled(lambda: consumer.commit(offsets=parts, asynchronous=False))
            except KafkaException as error:
                raise self._not_set(group, error.args[0]) from None
        refused = [part.error for part in answered or [] if part.error]
        if refused:
            raise self._not_set(group, refused[0])

    def delete_records(self, until: Mapping[Partition, int]) -> dict[Partition, int]:
        """Deletes the records before an offset of each partition, for good; gives the first offset that each has then.
        RunError where a right is missing or an offset is beyond the end; other partitions may be done by then.
        """
        wanted = [TopicPartition(*partition, offset) for partition, offset in until.items()]
        futures = self._client.delete_records(wanted, request_timeout=REQUEST_TIMEOUT_S)

        def answered() -> dict[Partition, int]:
            results = {part: future.result(2 * REQUEST_TIMEOUT_S) for part, future in futures.items()}
            return {(part.topic, part.partition): int(one.low_watermark) for part, one in results.items()}

        begins: dict[Partition, int] = self._ask(answered, "could not delete records")
        return begins

    def take(self, step: Step) -> None:
        """Carry out one step of a plan; one that somebody else has just carried out is no error. GuardError where the
        right is missing.
        """
        try:
            self._future_of(step).result(2 * REQUEST_TIMEOUT_S)
        except KafkaException as error:
            if error.args[0].code() == _HIDDEN:
                raise GuardError(unallowed_sentence(step)) from None
            if error.args[0].code() not in _ALREADY:
                raise self._told(error, f"could not {step}") from None

    def _future_of(self, step: Step) -> "Future[Any]":
        if isinstance(step, Create):
            # Replication -1 is the broker's default.
            new = NewTopic(step.topic, step.partitions, -1, config=dict(step.config))
            return self._client.create_topics([new], request_timeout=REQUEST_TIMEOUT_S)[step.topic]
        if isinstance(step, Grow):
            grown = NewPartitions(step.topic, step.partitions)
            return self._client.create_partitions([grown], request_timeout=REQUEST_TIMEOUT_S)[step.topic]
        return self._client.incremental_alter_configs([_resource(step)], request_timeout=REQUEST_TIMEOUT_S)[
            _resource(step)
        ]

    @contextmanager
    def _outsider(self, group: str) -> "Iterator[Consumer]":
        """A consumer that never joins. The admin client's own requests for a group's offsets crash the process when the
        coordinator is still loading (confluent-kafka 2.16.1 on librdkafka 2.16.0, seen after a broker's start).
        """
        consumer = Consumer(
            admin_config(self._settings)
            | {
                "log_level": 0,
                "error_cb": self._remember,
                "group.id": group,
                "enable.auto.commit": False,
                # Otherwise a transaction that is under way makes the question for offsets time out.
                "isolation.level": "read_uncommitted",
            }
        )
        try:
            yield consumer
        finally:
            consumer.close()

    def _not_set(self, group: str, error: KafkaError) -> GuardError | RunError:
        if error.code() in _ACTIVE:
            return GuardError(f"The group {group} has members: stop its workers first.")
        return self._told(KafkaException(error), "could not set offsets")

    def _group(self, group: str) -> Any:
        def ask() -> Any:
            futures = self._client.describe_consumer_groups(
                [group], include_authorized_operations=True, request_timeout=REQUEST_TIMEOUT_S
            )
            return futures[group].result(2 * REQUEST_TIMEOUT_S)

        return _settled(ask)

    def _ask(self, call: Callable[[], Any], what: str = "did not answer") -> Any:
        try:
            return call()
        except KafkaException as error:
            raise self._told(error, what) from None

    def _seen(self, future: "Future[Any]") -> Any:
        """Result of a description, or the error's code where the topic is missing or hidden."""
        try:
            return future.result(2 * REQUEST_TIMEOUT_S)
        except KafkaException as error:
            code = int(error.args[0].code())
            if code in _MISSING or code == _HIDDEN:
                return code
            raise self._told(error, "could not describe a topic") from None

    def _told(self, error: KafkaException, what: str) -> RunError:
        cause: KafkaError = error.args[0]
        if cause.code() not in _UNREACHABLE:
            return RunError(f"Kafka {what}: {cause.name()}.")
        # Wrong passwords and certificates are told to the callback alone; the request only times out.
        self._client.poll(0)
        last = self._last_error
        hint = "check kafka.sasl.* and kafka.ssl.*" if _is_security(last) else "check BOOTSTRAP_SERVERS and the network"
        return UnreachableError(
            f"Kafka cannot be reached at {self._settings.bootstrap_servers} ({(last or cause).name()}): {hint}."
        )

    def _remember(self, error: KafkaError) -> None:
        # "All brokers down" follows each cause and says less than it.
        if error.code() != KafkaError._ALL_BROKERS_DOWN and not _is_security(self._last_error):  # noqa: SLF001
            self._last_error = error


def _settled(ask: Callable[[], Any]) -> Any:
    """Answer of a group's coordinator or a partition's leader; one that is still loading (after a start, or for the
    first group of all) is asked again. Raises KafkaException.
    """
    deadline = time.monotonic() + REQUEST_TIMEOUT_S
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() not in _NOT_YET or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def _spec(at: Literal["earliest", "latest"] | int) -> OffsetSpec:
    # Its constructors are untyped.
    spec: OffsetSpec = OffsetSpec.for_timestamp(at) if isinstance(at, int) else getattr(OffsetSpec, at)()
    return spec


def _is_security(error: KafkaError | None) -> bool:
    return error is not None and error.code() in {KafkaError._AUTHENTICATION, KafkaError._SSL}  # noqa: SLF001


def _resource(step: Change) -> ConfigResource:
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in step.config.items()
    ]
    return ConfigResource(ResourceType.TOPIC, step.topic, incremental_configs=entries)


def _rights(operations: Iterable[AclOperation] | None) -> frozenset[str] | None:
    # A broker that does not know the field, the embedded one among them, gives nothing or an empty list.
    return frozenset(operation.name for operation in operations) if operations else None


def _facts(shape: Any, entries: Mapping[str, ConfigEntry]) -> TopicFacts:
    """Facts from a description and configuration entries; an entry that the broker leaves out is Kafka's default,
    but for retention, which is taken as unlimited, and the segment's age, which is unknown.
    """

    def number(names: tuple[str, ...], missing: int) -> int:
        values = (entries[name].value for name in names if name in entries)
        return next((int(value) for value in values if value not in {None, ""}), missing)

    def text(name: str, missing: str) -> str:
        value = entries[name].value if name in entries else None
        return missing if value is None else value

    retention_ms = number(("retention.ms",), -1)
    segment_ms = number(("segment.ms",), -1)
    retention_bytes = number(("retention.bytes",), -1)
    # Brokers before 3.6 have one limit for both sides.
    both = "message.timestamp.difference.max.ms"
    return TopicFacts(
        name=shape.name,
        topic_id=str(shape.topic_id),
        partitions=len(shape.partitions),
        retention_ms=retention_ms if retention_ms >= 0 else None,
        max_message_bytes=number(("max.message.bytes",), DEFAULT_MAX_MESSAGE_BYTES),
        timestamp_type=text("message.timestamp.type", "CreateTime"),
        timestamp_after_max_ms=number(("message.timestamp.after.max.ms", both), DEFAULT_TIMESTAMP_AFTER_MAX_MS),
        timestamp_before_max_ms=number(("message.timestamp.before.max.ms", both), DEFAULT_TIMESTAMP_BEFORE_MAX_MS),
        cleanup=frozenset(part.strip() for part in text("cleanup.policy", "delete").split(",") if part.strip()),
        segment_ms=segment_ms if segment_ms >= 0 else None,
        rights=_rights(shape.authorized_operations),
        retention_bytes=retention_bytes if retention_bytes >= 0 else None,
    )
