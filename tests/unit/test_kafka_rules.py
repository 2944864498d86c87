"""Pure rules of the Kafka room: timestamps, errors, configuration."""

from typing import Any

import pytest
from confluent_kafka import KafkaError

from streams.errors import SettingsError
from streams.kafka.config import check_kafka_properties, consumer_config, producer_config, transactional_id
from streams.kafka.targets import record_bytes
from streams.kafka.timestamps import TimestampLimits, replaced
from streams.kafka.verdicts import Verdict, cause_of, judge
from streams.settings import Settings

NOW, HOUR, DAY = 1_800_000_000_000, 3_600_000, 86_400_000
WEEK = TimestampLimits(retention_ms=7 * DAY, after_max_ms=HOUR, before_max_ms=2**63 - 1)


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (NOW, False),
        (NOW - 3 * DAY, False),
        (NOW - 4 * DAY, True),
        (NOW + HOUR // 2, False),
        (NOW + HOUR, True),
        (NOW + 3650 * DAY, True),
        (0, True),
        (-1, True),
    ],
)
def test_timestamps_under_a_week_of_retention(timestamp: int, expected: bool) -> None:
    """Older than half the retention would evaporate, an hour ahead would be refused."""
    assert replaced(timestamp, NOW, WEEK) is expected


def test_a_topic_that_allows_any_future_still_gets_none_that_pins_its_retention() -> None:
    """The limit of the topic is not the only one."""
    assert replaced(NOW + 2 * HOUR, NOW, TimestampLimits(-1, 2**63 - 1, 2**63 - 1))


def test_limits_of_the_past_and_of_log_append_time_count() -> None:
    """message.timestamp.before.max.ms refuses; LogAppendTime loses the original, which the header then keeps."""
    assert replaced(NOW - HOUR, NOW, TimestampLimits(-1, HOUR, HOUR // 2))
    assert not replaced(NOW - 3650 * DAY, NOW, TimestampLimits(-1, HOUR, 2**63 - 1))
    assert replaced(NOW, NOW, TimestampLimits(7 * DAY, HOUR, 2**63 - 1, log_append_time=True))


@pytest.mark.parametrize(
    ("error", "age_s", "verdict"),
    [
        (KafkaError(KafkaError._FENCED, fatal=True), 1, Verdict.FENCED),
        (KafkaError(KafkaError._FENCED, fatal=True), 61, Verdict.RENEW),
        (KafkaError(KafkaError.PRODUCER_FENCED, txn_requires_abort=True), 1, Verdict.FENCED),
        (KafkaError(KafkaError.INVALID_PRODUCER_EPOCH, fatal=True), 61, Verdict.RENEW),
        (KafkaError(KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, fatal=True), 1, Verdict.FATAL),
        (KafkaError(KafkaError._FATAL), 1, Verdict.FATAL),
        (KafkaError(KafkaError.UNKNOWN_MEMBER_ID, txn_requires_abort=True), 1, Verdict.ABORT),
        (KafkaError(KafkaError._INCONSISTENT, txn_requires_abort=True), 1, Verdict.ABORT),
        (KafkaError(KafkaError._TIMED_OUT, retriable=True), 1, Verdict.AGAIN),
        (KafkaError(KafkaError._TRANSPORT), 1, Verdict.AGAIN),
        (KafkaError(KafkaError._STATE), 1, Verdict.FATAL),
    ],
)
def test_what_an_error_means(error: KafkaError, age_s: float, verdict: Verdict) -> None:
    """A transaction past its timeout fences its own producer, an earlier fencing is somebody else."""
    assert judge(error, transaction_s=age_s, timeout_s=60) is verdict


def test_the_cause_of_an_abort_comes_from_the_delivery_reports() -> None:
    """Commit says only that something failed; reports that merely follow from it do not count."""
    raised = KafkaError(KafkaError._INCONSISTENT, txn_requires_abort=True)
    reports = {KafkaError._PURGE_QUEUE: 500, KafkaError.TOPIC_AUTHORIZATION_FAILED: 1}
    assert cause_of(raised, reports) == KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert cause_of(raised, {}) == KafkaError._INCONSISTENT


def settings(**changes: Any) -> Settings:
    return Settings(**{"bootstrap_servers": "127.0.0.1:1", "raw_topics": "a", "instance": "i", **changes})


def test_every_property_that_would_break_a_promise_is_named_with_its_reason() -> None:
    """All at once, one sentence each, and the value is not shown."""
    properties = {
        "enable.auto.commit": "hunter2", "isolation.level": "hunter2", "transactional.id": "hunter2",
        "auto.offset.reset": "hunter2", "group.id": "hunter2", "enable.idempotence": "hunter2",
        "test.mock.num.brokers": "hunter2", "compression.type": "hunter2",
    }  # fmt: skip
    with pytest.raises(SettingsError) as caught:
        check_kafka_properties(settings(kafka=properties))
    assert len(caught.value.problems) == len(properties)
    assert all(any(name in each for each in caught.value.problems) for name in properties)
    assert "hunter2" not in str(caught.value)


def test_what_librdkafka_does_not_take_is_named_without_its_value() -> None:
    """A mistyped name and a wrong value; the message of librdkafka would show the value."""
    properties = {"securty.protocol": "hunter2", "security.protocol": "hunter2", "linger.ms": "5"}
    with pytest.raises(SettingsError) as caught:
        check_kafka_properties(settings(kafka=properties))
    assert len(caught.value.problems) == 2
    assert "hunter2" not in str(caught.value)


def test_good_properties_reach_the_clients_of_their_kind() -> None:
    """Security goes everywhere, fetching to the consumer, lingering to the producer."""
    given = settings(
        kafka={"sasl.username": "u", "fetch.min.bytes": "7", "linger.ms": "9", "session.timeout.ms": "6000"}
    )
    check_kafka_properties(given)
    consumer, producer = consumer_config(given, 0), producer_config(given, 0, message_bytes=5_000_000, batch_bytes=9000)
    assert (consumer["sasl.username"], producer["sasl.username"]) == ("u", "u")
    assert (consumer["fetch.min.bytes"], consumer["session.timeout.ms"], producer["linger.ms"]) == ("7", "6000", "9")
    assert "linger.ms" not in consumer
    assert "fetch.min.bytes" not in producer
    assert (producer["message.max.bytes"], producer["batch.size"]) == (5_000_000, 9000)
    assert consumer["auto.offset.reset"] == "error"
    assert consumer["isolation.level"] == "read_committed"


def test_lingering_is_ours_unless_somebody_sets_it() -> None:
    """By either of the property's two names, of which librdkafka would take the last."""
    of = {how: producer_config(settings(kafka=given), 0, message_bytes=5_000_000) for how, given in (
        ("ours", {}), ("new", {"linger.ms": "9"}), ("old", {"queue.buffering.max.ms": "9"}),
    )}  # fmt: skip
    assert of["ours"]["linger.ms"] == 50
    assert of["new"]["linger.ms"] == "9"
    assert ("linger.ms" in of["old"], of["old"]["queue.buffering.max.ms"]) == (False, "9")


def test_a_slot_keeps_its_transactional_id() -> None:
    """Stable across restarts, different for each slot; static membership has the same name."""
    given = settings(static_membership=True, group_id="g")
    assert transactional_id(given, 1) == "g-mask-i-1"
    assert consumer_config(given, 1)["group.instance.id"] == "g-mask-i-1"


def test_the_size_of_a_record_is_never_underestimated() -> None:
    """Header names are up to four bytes a character; absent parts cost nothing but overhead."""
    assert record_bytes(None, None, None) >= 61
    assert record_bytes(b"k" * 10, b"v" * 100, [("ü" * 5, b"1" * 7), ("n", None)]) >= 10 + 100 + 10 + 7 + 1 + 61
