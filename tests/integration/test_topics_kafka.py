"""`maskstream topics` and `offsets` against Apache Kafka."""

import json
import time
from collections.abc import Callable

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from streams.kafka.admin import Admin
from streams.kafka.topics import TopicFacts
from streams.settings import load
from tests.support.cli import maskstream
from tests.support.kafka import KafkaBroker, create_topic, unique

DAY_MS = 86_400_000


def settings_for(kafka: KafkaBroker, raw: str) -> dict[str, str]:
    """Settings with topics and a group of their own."""
    return {
        "BOOTSTRAP_SERVERS": kafka.bootstrap,
        "RAW_TOPICS": raw,
        "QUARANTINE_TOPIC": unique("quarantine"),
        "DECISIONS_TOPIC": unique("decisions"),
        "AUDIT_TOPIC": unique("audit"),
        "JOBS_TOPIC": unique("jobs"),
        "GROUP_ID": unique("group"),
    }


def facts_of(kafka: KafkaBroker, topic: str) -> TopicFacts:
    state = Admin(load(environ={"MASKSTREAM_BOOTSTRAP_SERVERS": kafka.bootstrap})).describe([topic])[topic]
    assert isinstance(state, TopicFacts)
    return state


def alter(kafka: KafkaBroker, topic: str, **config: str) -> None:
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    entries = [
        ConfigEntry(name.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET)
        for name, value in config.items()
    ]
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
    admin.incremental_alter_configs([resource])[resource].result(30)


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_topics_are_planned_applied_checked_and_mended(kafka: KafkaBroker) -> None:
    """Check finds what apply mends; applying again does nothing; raw stays as it was."""
    raw = create_topic(kafka.bootstrap, partitions=3)
    settings, before = settings_for(kafka, raw), facts_of(kafka, raw)
    planned = maskstream("topics", "plan", settings=settings)
    assert planned.returncode == 0
    assert f"would create {raw}.clean with 3 partitions" in planned.stdout
    assert maskstream("topics", "check", settings=settings).returncode == 4
    applied = maskstream("topics", "apply", settings=settings)
    assert (applied.returncode, applied.stderr) == (0, "")
    assert applied.stdout.count("done: create") == 5
    assert maskstream("topics", "check", settings=settings).returncode == 0
    assert "Nothing to do" in maskstream("topics", "apply", settings=settings).stdout

    alter(kafka, f"{raw}.clean", retention_ms="-1", cleanup_policy="compact")
    eventually(lambda: facts_of(kafka, f"{raw}.clean").retention_ms is None)
    assert maskstream("topics", "check", settings=settings).returncode == 4
    assert "retention.ms from unlimited to 604800000" in maskstream("topics", "apply", settings=settings).stdout
    clean = facts_of(kafka, f"{raw}.clean")
    assert (clean.retention_ms, clean.cleanup, clean.partitions) == (7 * DAY_MS, {"delete"}, 3)
    assert facts_of(kafka, raw) == before


def test_clean_topics_grow_with_raw(kafka: KafkaBroker) -> None:
    """Partitions are added to clean, quarantine and decisions when they have fewer than raw."""
    raw = create_topic(kafka.bootstrap, partitions=3)
    settings = settings_for(kafka, raw)
    create_topic(kafka.bootstrap, f"{raw}.clean", partitions=1)
    assert f"grow {raw}.clean from 1 to 3 partitions" in maskstream("topics", "apply", settings=settings).stdout
    assert facts_of(kafka, f"{raw}.clean").partitions == 3


def test_missing_raw_topics_are_named_and_never_created(kafka: KafkaBroker) -> None:
    """A misspelt raw topic is an operator's to correct."""
    raw = unique("nowhere")
    refused = maskstream("topics", "apply", settings=settings_for(kafka, raw))
    assert refused.returncode == 3
    assert refused.stderr == f"The raw topic {raw} does not exist: create it (maskstream never does).\n"
    assert raw not in Admin(load(environ={"MASKSTREAM_BOOTSTRAP_SERVERS": kafka.bootstrap})).topic_names()


def test_patterns_leave_outputs_out(kafka: KafkaBroker) -> None:
    """A pattern that matches clean topics too makes no clean topic of a clean topic."""
    prefix = unique("many")
    for name in ("a", "b"):
        create_topic(kafka.bootstrap, f"{prefix}-{name}", partitions=1)
    settings = settings_for(kafka, f"^{prefix}-.*")
    assert maskstream("topics", "apply", settings=settings).returncode == 0
    assert "Nothing to do" in maskstream("topics", "apply", settings=settings).stdout
    names = Admin(load(environ={"MASKSTREAM_BOOTSTRAP_SERVERS": kafka.bootstrap})).topic_names()
    assert [name for name in names if name.startswith(prefix)] == [
        f"{prefix}-{name}" for name in ("a", "a.clean", "b", "b.clean")
    ]


def test_unreachable_kafka_is_one_sentence() -> None:
    """Without a broker the command ends with a sentence, not with librdkafka's log."""
    ended = maskstream("topics", "plan", settings={"BOOTSTRAP_SERVERS": "127.0.0.1:1", "RAW_TOPICS": "raw"})
    assert ended.returncode == 1
    assert ended.stderr.startswith("Kafka cannot be reached at 127.0.0.1:1")
    assert ended.stderr.count("\n") == 1


@pytest.fixture
def filled(kafka: KafkaBroker) -> dict[str, str]:
    """A raw topic of two partitions with ten records each, a second apart."""
    raw = create_topic(kafka.bootstrap, partitions=2)
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    start_ms = int(time.time() * 1000) - 100_000
    for number in range(20):
        producer.produce(raw, b"x", partition=number % 2, timestamp=start_ms + 1000 * (number // 2))
    assert producer.flush(30) == 0
    return settings_for(kafka, raw) | {"START_MS": str(start_ms)}


def test_offsets_are_shown_and_set(kafka: KafkaBroker, filled: dict[str, str]) -> None:
    """Set moves the group to an end, an offset or a time, notes the topic's id, and show tells it."""
    start_ms = int(filled.pop("START_MS"))
    raw = filled["RAW_TOPICS"]

    def shown() -> list[tuple[object, ...]]:
        told = maskstream("offsets", "show", "--json", settings=filled)
        assert (told.returncode, told.stderr) == (0, ""), told.stderr[:3000]
        rows = map(json.loads, told.stdout.splitlines())
        return [(row["committed"], row["begin"], row["end"], row["lag"], row["status"]) for row in rows]

    assert shown() == [(None, 0, 10, None, "none")] * 2
    assert maskstream("offsets", "set", raw, "--to", "latest", settings=filled).returncode == 0
    assert shown() == [(10, 0, 10, 0, "valid")] * 2
    assert maskstream("offsets", "set", raw, "--to", "4", "--partition", "1", settings=filled).returncode == 0
    assert shown() == [(10, 0, 10, 0, "valid"), (4, 0, 10, 6, "valid")]
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start_ms // 1000 + 3))
    assert maskstream("offsets", "set", raw, "--to", at, settings=filled).returncode == 0
    assert all(row[0] in {2, 3} for row in shown())
    assert maskstream("offsets", "set", raw, "--to", "2199-01-01", settings=filled).returncode == 0
    assert shown() == [(10, 0, 10, 0, "valid")] * 2
    table = maskstream("offsets", "show", settings=filled).stdout
    assert table.count(f"id={facts_of(kafka, raw).topic_id}") == 2


@pytest.mark.parametrize("to", ["11", "yesterday", "-1", "4.5"])
def test_impossible_offsets_are_refused(filled: dict[str, str], to: str) -> None:
    """Nothing is set where the target makes no sense."""
    filled.pop("START_MS")
    assert maskstream("offsets", "set", filled["RAW_TOPICS"], f"--to={to}", settings=filled).returncode == 2
    assert "valid" not in maskstream("offsets", "show", settings=filled).stdout


def test_offsets_of_a_running_group_are_not_set(kafka: KafkaBroker, filled: dict[str, str]) -> None:
    """While the group has members, setting offsets is refused and says what to do."""
    filled.pop("START_MS")
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": filled["GROUP_ID"]})
    consumer.subscribe([filled["RAW_TOPICS"]])
    eventually(lambda: consumer.poll(0.1) is not None or bool(consumer.assignment()))
    refused = maskstream("offsets", "set", filled["RAW_TOPICS"], "--to", "earliest", settings=filled)
    consumer.close()
    assert refused.returncode == 3
    assert "stop its workers first" in refused.stderr
