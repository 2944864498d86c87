"""The guard against Apache Kafka: retention by every way of setting it, and rights by ACL."""

import time
from collections.abc import Iterator

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from streams.errors import GuardError, UnreachableError
from streams.kafka.guard import guard, inspect
from streams.kafka.topics import TopicFacts
from streams.settings import Settings
from tests.support.kafka import KafkaBroker, create_topic, unique

DAY_MS = 86_400_000


def prepared(broker: KafkaBroker, clean: dict[str, str] | None = None, **settings: object) -> Settings:
    """Raw, clean and quarantine topics; the clean one with a configuration of its own."""
    raw, quarantine = unique("guarded"), unique("quarantine")
    create_topic(broker.bootstrap, raw, partitions=2)
    create_topic(broker.bootstrap, f"{raw}.clean", partitions=2, config=clean)
    create_topic(broker.bootstrap, quarantine, partitions=2)
    return Settings(
        bootstrap_servers=broker.bootstrap,
        raw_topics=raw,
        quarantine_topic=quarantine,
        group_id=unique("group"),
        **settings,  # type: ignore[arg-type]
    )


def test_good_topics_give_their_facts(kafka: KafkaBroker) -> None:
    """The guard hands over what the worker needs to know about each topic."""
    settings = prepared(kafka, {"max.message.bytes": "2000000"})
    checked = guard(settings)
    assert checked.raw_topics == (settings.raw_topics,)
    clean = checked.topics[f"{settings.raw_topics}.clean"]
    assert isinstance(clean, TopicFacts)
    assert (clean.partitions, clean.retention_ms, clean.max_message_bytes) == (2, 7 * DAY_MS, 2_000_000)
    assert (clean.timestamp_type, clean.timestamp_after_max_ms) == ("CreateTime", 3_600_000)
    assert clean.topic_id != checked.topics[settings.raw_topics].topic_id


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"retention.ms": "-1"}, "no limit of retention"),
        ({"retention.ms": "-1", "retention.bytes": "1000000"}, "no limit of retention"),
        ({"retention.ms": str(60 * DAY_MS)}, "longer than MAX_RETENTION"),
        ({"cleanup.policy": "compact"}, "lacks delete"),
        ({"cleanup.policy": "compact,delete"}, "contains compact"),
        ({"segment.ms": str(365 * DAY_MS)}, "open segment"),
    ],
)
def test_unbounded_clean_topics_are_refused(kafka: KafkaBroker, config: dict[str, str], words: str) -> None:
    """Each way to keep clean records too long is seen through the real broker."""
    with pytest.raises(GuardError) as refused:
        guard(prepared(kafka, config))
    assert words in str(refused.value)
    assert refused.value.exit_status == 3


def test_missing_quarantine_is_refused(kafka: KafkaBroker) -> None:
    """The sentence names the topic and the command."""
    settings = prepared(kafka).model_copy(update={"quarantine_topic": "not-there"})
    with pytest.raises(GuardError, match=r"not-there does not exist: run `maskstream topics apply`"):
        guard(settings)


def test_unreachable_broker_is_no_refusal(kafka: KafkaBroker) -> None:
    """A broker that does not answer is waited for by whoever catches this; it says nothing about retention."""
    with pytest.raises(UnreachableError):
        inspect(prepared(kafka).model_copy(update={"bootstrap_servers": "127.0.0.1:1"}))


@pytest.fixture(scope="module")
def ruled() -> Iterator[KafkaBroker]:
    """A broker with ACLs: what nobody ruled about is open, so a test rules about one thing only."""
    broker = KafkaBroker(
        properties={
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "true",
        }
    )
    broker.start()
    yield broker
    broker.close()


def allow_only(
    broker: KafkaBroker, kind: ResourceType, name: str, *operations: AclOperation, user: str = "User:ANONYMOUS"
) -> None:
    """From now on the user may do these operations on the resource, and no others; nobody else may do any."""
    bindings = [
        AclBinding(kind, name, ResourcePatternType.LITERAL, user, "*", operation, AclPermissionType.ALLOW)
        for operation in operations
    ]
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for future in admin.create_acls(bindings).values():
        future.result(30)


def refusals_with(settings: Settings, words: str) -> list[str]:
    """What the guard refuses, once the broker has taken note of its new rules, a little after confirming them."""
    deadline = time.monotonic() + 30
    while True:
        refusals = inspect(settings).refusals
        if any(words in sentence for sentence in refusals) or time.monotonic() > deadline:
            return list(refusals)


READ_ONLY = (AclOperation.READ, AclOperation.DESCRIBE_CONFIGS)
WRITE_ONLY = (AclOperation.WRITE, AclOperation.DESCRIBE_CONFIGS)


@pytest.mark.parametrize(
    ("template", "operations", "words"),
    [
        ("{raw}", WRITE_ONLY, "allow READ on topic {name}"),
        ("{raw}.clean", READ_ONLY, "allow WRITE on topic {name}"),
        ("{quarantine}", READ_ONLY, "allow WRITE on topic {name}"),
        ("{raw}.clean", (AclOperation.WRITE,), "allow DESCRIBE_CONFIGS on topic {name}"),
        ("{raw}.clean", (AclOperation.ALTER_CONFIGS,), "allow DESCRIBE on topic {name}"),
        ("{raw}", (AclOperation.ALTER_CONFIGS,), "allow DESCRIBE on topic {name}"),
    ],
)
def test_missing_topic_rights_are_named(
    ruled: KafkaBroker, template: str, operations: tuple[AclOperation, ...], words: str
) -> None:
    """Every topic right that the worker needs is asked for by name before the first record."""
    settings = prepared(ruled)
    name = template.format(raw=settings.raw_topics, quarantine=settings.quarantine_topic)
    allow_only(ruled, ResourceType.TOPIC, name, *operations)
    said = words.format(name=name)
    assert any(said in sentence for sentence in refusals_with(settings, said))


def test_missing_group_right_is_named(ruled: KafkaBroker) -> None:
    """A group that may only be described cannot be joined."""
    settings = prepared(ruled)
    allow_only(ruled, ResourceType.GROUP, settings.group_id, AclOperation.DESCRIBE)
    said = f"allow READ on group {settings.group_id}"
    assert any(said in sentence for sentence in refusals_with(settings, said))


def test_hidden_group_is_named(ruled: KafkaBroker) -> None:
    """A group that may not even be described is refused with the same words."""
    settings = prepared(ruled)
    allow_only(ruled, ResourceType.GROUP, settings.group_id, AclOperation.READ, user="User:other")
    said = f"allow READ on group {settings.group_id}"
    assert any(said in sentence for sentence in refusals_with(settings, said))
