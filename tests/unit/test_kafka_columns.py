"""Messages into columns and columns into records: order, sizes, timestamps and headers, without a broker."""

from typing import Any

import pytest
from confluent_kafka import KafkaError, Message

from streams.agents.outputs import Outputs, write_batch
from streams.kafka.batches import RecordBatch
from streams.kafka.slices import append_run, runs_of
from streams.kafka.targets import Target
from streams.kafka.timestamps import TimestampLimits
from streams.masking.records import Failure, Headers, MaskedColumns

NOW_MS = 1_900_000_000_000
DAY_MS = 86_400_000
STAMP = (("maskstream.policy", b"p"), ("maskstream.key", b"k"), ("maskstream.version", b"1"))
BARE = [*STAMP]


def message(topic: str = "logs", partition: int = 0, offset: int = 0, **more: Any) -> Message:
    return Message(topic=topic, partition=partition, offset=offset, **{"timestamp": (1, NOW_MS), **more})


def places(runs: list[list[Any]]) -> list[list[tuple[str, int, int]]]:
    return [[(one.topic(), one.partition(), one.offset()) for one in run] for run in runs]


def test_a_slice_is_cut_where_the_partition_changes() -> None:
    """Runs keep the order of the slice; a partition that comes twice is two runs."""
    coordinates = [("a", 0, 1), ("a", 0, 2), ("a", 1, 7), ("b", 1, 3), ("a", 0, 3)]
    runs = runs_of([message(*place) for place in coordinates])
    assert places(runs) == [[("a", 0, 1), ("a", 0, 2)], [("a", 1, 7)], [("b", 1, 3)], [("a", 0, 3)]]
    assert places(runs_of([message("a", 0, 1), message("a", 0, 2)])) == [[("a", 0, 1), ("a", 0, 2)]]


def test_an_error_is_a_run_of_its_own() -> None:
    """What comes before and after it in the same partition is not taken for a part of it."""
    error = KafkaError(KafkaError._AUTO_OFFSET_RESET)
    messages = [message(offset=1), message(offset=2, error=error), message(offset=3, error=error), message(offset=4)]
    assert [len(run) for run in runs_of(messages)] == [1, 1, 1, 1]


def test_a_run_becomes_columns() -> None:
    """Tombstones, empty values, absent timestamps and headers keep their places; the end follows the last offset."""
    batch = RecordBatch()
    run = [
        message(offset=4, value=b"abc", key=b"k"),
        message(offset=6, timestamp=(0, 0)),
        message(offset=9, value=b"", headers=[("h", b"xy"), ("n", None)]),
    ]
    append_run(batch, "logs", 3, run)
    assert (batch.topics, batch.partitions, batch.offsets) == (["logs"] * 3, [3] * 3, [4, 6, 9])
    assert (batch.keys, batch.values) == ([b"k", None, None], [b"abc", None, b""])
    assert batch.headers == [None, None, [("h", b"xy"), ("n", None)]]
    assert batch.timestamps == [NOW_MS, -1, NOW_MS]
    assert batch.ends == {("logs", 3): 10}
    assert batch.size_bytes == 3 + 1 + 4


class Sent:
    """Remembers what was sent, record by record."""

    def __init__(self) -> None:
        self.records: list[tuple[Any, ...]] = []

    def __call__(self, topic: str, *columns: Any) -> None:
        self.records += [(topic, *record) for record in zip(*columns, strict=True)]


def write(batch: RecordBatch, failures: dict[int, Failure] | None = None, **more: Any) -> tuple[Sent, Any]:
    sent = Sent()
    limits = TimestampLimits(retention_ms=7 * DAY_MS, after_max_ms=3_600_000, before_max_ms=2**63 - 1)

    def seal(coordinates: tuple[str, int, int, int], *_: object) -> Any:
        return type("Sealed", (), {"key": b"%d" % coordinates[2], "value": b"sealed", "headers": [("r", b"x")]})

    outputs = Outputs(
        clean=lambda topic: Target(f"{topic}.clean", 8, 2_000, limits),
        quarantine=Target("quarantine", 8, 1_000_000, limits),
        seal=seal,
        stamp=STAMP,
        client_bytes_max=1_000_000,
        **more,
    )
    masked = MaskedColumns(batch.keys, batch.values, batch.headers, failures or {})
    return sent, write_batch(batch, masked, outputs, NOW_MS, sent)


def batch_of(*values: bytes | None, **columns: Any) -> RecordBatch:
    count = len(values)
    whole: dict[str, Any] = {
        "topics": ["logs"] * count, "partitions": [1] * count, "offsets": list(range(count)),
        "timestamps": [NOW_MS] * count, "keys": [None] * count, "values": [*values], "headers": [None] * count,
    }  # fmt: skip
    return RecordBatch(**{**whole, **columns})


def test_a_record_that_is_too_large_alone_goes_to_quarantine() -> None:
    """At the limit it passes, a byte over it does not; its neighbours are written in order."""
    room = 2_000 - 128 - sum(10 + 4 * len(name) + len(text) for name, text in STAMP)
    sent, numbers = write(batch_of(b"a", b"b" * (room + 1), None, b"c" * room))
    assert [(record[0], record[3]) for record in sent.records] == [
        ("logs.clean", b"a"), ("logs.clean", None), ("logs.clean", b"c" * room), ("quarantine", b"sealed")
    ]  # fmt: skip
    assert numbers.reasons == {"too_large": 1}
    counted = numbers.topics["logs"]
    assert (counted.records_in, counted.records_clean, counted.records_quarantined) == (4, 3, 1)
    assert counted.bytes_in == 1 + room + 1 + room
    assert counted.bytes_clean == 1 + room + 3 * sum(len(name) + len(text) for name, text in STAMP)


@pytest.mark.parametrize(
    ("timestamp", "header"),
    [(NOW_MS + 2 * 3_600_000, b"%d" % (NOW_MS + 2 * 3_600_000)), (NOW_MS - 5 * DAY_MS, b"%d" % (NOW_MS - 5 * DAY_MS)),
     (0, b"0"), (-1, None)],
)  # fmt: skip
def test_one_timestamp_out_of_range_changes_its_record_only(timestamp: int, header: bytes | None) -> None:
    """The record between two others is written with the present time and keeps the original in a header."""
    sent, _ = write(batch_of(b"a", b"b", b"c", timestamps=[NOW_MS - 5, timestamp, NOW_MS + 5]))
    assert [record[5] for record in sent.records] == [NOW_MS - 5, NOW_MS, NOW_MS + 5]
    assert [record[4] for record in sent.records] == [
        BARE, [*BARE, ("maskstream.timestamp", header)] if header is not None else BARE, BARE
    ]  # fmt: skip


def test_records_without_headers_share_one_list_and_others_keep_theirs() -> None:
    """The stamp is added to a record's own headers, and a name of ours that a producer put there is replaced."""
    own: Headers = [("trace", b"1"), ("maskstream.policy", b"forged")]
    sent, _ = write(batch_of(b"a", b"b", b"c", headers=[None, own, []]))
    heads = [record[4] for record in sent.records]
    assert heads == [BARE, [("trace", b"1"), *BARE], BARE]
    assert own == [("trace", b"1"), ("maskstream.policy", b"forged")]
    plain, _ = write(batch_of(b"a", b"b"))
    assert plain.records[0][4] is plain.records[1][4]


def test_failed_and_condemned_records_leave_gaps_and_nothing_else() -> None:
    """Two topics in turn: each record once, clean in order per topic, quarantine in order, by the right reason."""
    topics = ["a", "a", "b", "b", "a"]
    batch = batch_of(b"0", b"1", b"2", b"3", b"4", topics=topics)
    sent, numbers = write(batch, {1: Failure("residue", "verify")}, condemned={("b", 1, 3), ("a", 1, 1), ("b", 1, 0)})
    assert [(record[0], record[3]) for record in sent.records] == [
        ("a.clean", b"0"), ("b.clean", b"2"), ("a.clean", b"4"), ("quarantine", b"sealed"), ("quarantine", b"sealed")
    ]  # fmt: skip
    assert [record[2] for record in sent.records[3:]] == [b"1", b"3"]
    assert numbers.reasons == {"residue": 1, "too_large": 1}
    assert (numbers.topics["a"].records_in, numbers.topics["a"].records_clean) == (3, 2)
    assert (numbers.topics["b"].records_in, numbers.topics["b"].records_quarantined) == (2, 1)


def test_an_empty_batch_writes_nothing() -> None:
    """Nothing is sent and nothing counted."""
    sent, numbers = write(batch_of())
    assert (sent.records, numbers.topics, numbers.reasons) == ([], {}, {})
