"""The worker on real Kafka: what comes out for what goes in."""

import os
import time
from collections import Counter, defaultdict
from pathlib import Path

from confluent_kafka import Message

from tests.support.kafka import KafkaBroker, alter_topic
from tests.support.pipeline import STAMP, Pipeline, committed_of


def test_every_record_comes_out_masked_in_order_in_its_partition(kafka: KafkaBroker, tmp_path: Path) -> None:
    """5 000 numbered records: each once, same partition, same order, same key, stamped."""
    line = Pipeline.create(kafka.bootstrap, tmp_path)
    line.numbered(5000)
    with line.running():
        clean = line.read(count=5000)
    assert len(line.read()) == 5000
    by_partition = defaultdict(list)
    for message in clean:
        number, _, rest = (message.value() or b"").partition(b" ")
        assert rest == b"******"
        assert message.key() == b"k" + number
        assert tuple(message.headers() or ()) == STAMP
        by_partition[message.partition()].append(int(number))
    for partition, numbers in by_partition.items():
        assert numbers == list(range(partition or 0, 5000, 4))
    assert line.read(line.quarantine) == []


def test_what_cannot_be_masked_goes_to_quarantine_and_nothing_is_lost(kafka: KafkaBroker, tmp_path: Path) -> None:
    """A masker that raises for some records and fails others: in = clean + quarantine, same partition numbers."""
    line = Pipeline.create(kafka.bootstrap, tmp_path)
    words = {0: b"RAISE", 1: b"UNMASKABLE"}
    line.produce(
        [{"value": b"%d secret %s" % (n, words.get(n % 10, b"fine")), "partition": n % 4} for n in range(1000)]
    )
    with line.running(batch_records=100):
        clean, sealed = line.read(count=800), line.read(line.quarantine, count=200)
    assert sorted(number(each) for each in [*clean, *sealed]) == list(range(1000))
    assert all(number(each) % 4 == each.partition() for each in [*clean, *sealed])
    assert not any(b"secret" in (each.value() or b"") for each in clean)
    reasons = Counter(dict(each.headers() or [])["maskstream.reason"] for each in sealed)
    assert reasons == {b"detector_error": 100, b"invalid_encoding": 100}


def test_tombstones_null_keys_headers_and_timestamps_stay(kafka: KafkaBroker, tmp_path: Path) -> None:
    """What is not personal is not touched: duplicate header names and their order, empty and null values."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, partitions=1)
    now = int(time.time() * 1000) - 60_000
    headers = [("a", b"1"), ("b", None), ("a", b"2"), ("c", b"")]
    line.produce(
        [
            {"value": None, "key": b"gone", "partition": 0, "timestamp": now},
            {"value": b"", "key": None, "partition": 0, "timestamp": now + 1, "headers": headers},
            {
                "value": b"x",
                "key": b"",
                "partition": 0,
                "timestamp": now + 2,
                "headers": [("maskstream.policy", b"forged"), ("maskstream.replay", b"forged")],
            },
        ]
    )
    with line.running():
        first, second, third = line.read(count=3)
    assert (first.value(), first.key(), first.timestamp()[1]) == (None, b"gone", now)
    assert (second.value(), second.key(), second.timestamp()[1]) == (b"", None, now + 1)
    assert second.headers() == [*headers, *STAMP]
    assert (third.key(), third.headers()) == (b"", list(STAMP))


def test_timestamps_that_kafka_would_refuse_or_delete_are_replaced(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Far ahead and far behind become the present, the original is in a header, and the batch does not fail."""
    ahead = {"message.timestamp.after.max.ms": "9223372036854775807"}
    line = Pipeline.create(kafka.bootstrap, tmp_path, partitions=1, raw_config={**ahead, "retention.ms": "-1"})
    now, day = int(time.time() * 1000), 86_400_000
    times = [now - 1000, now + 3650 * day, now - 30 * day, now - 2 * day]
    line.produce([{"value": b"%d" % n, "partition": 0, "timestamp": each} for n, each in enumerate(times)])
    with line.running():
        clean = line.read(count=4)
    written = [message.timestamp()[1] for message in clean]
    originals = [dict(message.headers() or []).get("maskstream.timestamp") for message in clean]
    assert (written[0], written[3]) == (times[0], times[3])
    assert all(abs(written[n] - now) < 120_000 for n in (1, 2))
    assert originals == [None, str(times[1]).encode(), str(times[2]).encode(), None]


def test_a_record_too_large_for_its_clean_topic_is_quarantined_and_the_rest_flows(
    kafka: KafkaBroker, tmp_path: Path
) -> None:
    """Sizes are judged before anything is sent; an envelope that does not fit either keeps coordinates only."""
    line = Pipeline.create(
        kafka.bootstrap,
        tmp_path,
        partitions=1,
        raw_config={"max.message.bytes": "6000000"},
        clean_config={"max.message.bytes": "20000"},
        quarantine_config={"max.message.bytes": "100000"},
    )
    big, huge = os.urandom(50_000), os.urandom(5_000_000)
    line.produce([{"value": value, "partition": 0} for value in (b"0", big, b"1", huge, b"2")])
    with line.running() as running:
        clean, sealed = line.read(count=3), line.read(line.quarantine, count=2)
    assert [message.value() for message in clean] == [b"0", b"1", b"2"]
    assert [message.value() for message in sealed] == [big, b""]
    assert [message.key() for message in sealed if message.key()] != []
    assert all(dict(message.headers() or [])["maskstream.reason"] == b"too_large" for message in sealed)
    assert b'maskstream_aborts_total{cause="kafka"}' not in running.metrics.render()


def test_a_limit_that_shrinks_while_running_stops_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """The clean topic's limit is lowered while it runs: abort, halve, quarantine what does not fit, go on."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, partitions=1)
    with line.running() as running:
        line.produce([{"value": b"first", "partition": 0}])
        line.read(count=1)
        alter_topic(kafka.bootstrap, line.clean, {"max.message.bytes": "10000"})
        big = os.urandom(50_000)
        line.produce([{"value": value, "partition": 0} for value in (b"0", big, b"1")])
        clean, sealed = line.read(count=3), line.read(line.quarantine, count=1)
    assert [message.value() for message in clean] == [b"first", b"0", b"1"]
    assert [message.value() for message in sealed] == [big]
    assert b'maskstream_aborts_total{cause="kafka"}' in running.metrics.render()


def test_a_stop_leaves_no_gap_and_a_second_worker_goes_on_where_it_was(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Stop and start in the middle of a stream: every record once, and the metadata names the topic."""
    line = Pipeline.create(kafka.bootstrap, tmp_path, batch_records=50)
    line.numbered(2000)
    with line.running():
        line.read(count=300)
    so_far = len(line.read())
    with line.running():
        clean = line.read(count=2000)
    assert so_far >= 300
    assert sorted(number(each) for each in clean) == list(range(2000))
    committed = committed_of(line)
    assert sum(each.offset for each in committed) >= 2000
    assert all((each.metadata or "").startswith("id=") for each in committed)


def number(message: Message) -> int:
    return int((message.value() or b"").split(b" ", 1)[0])
