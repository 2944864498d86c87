"""Reading what came out: which clean record came of which line, and which line went to quarantine and why."""

import re
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from confluent_kafka import Consumer, Message, TopicPartition

from streams.corpus import Line
from streams.demo.stage import PARTITIONS, QUARANTINE, Sent, Stage
from streams.errors import RunError

__all__ = ["Harvest", "Masked", "Quarantined", "gather", "masking_seconds"]

_MASK_SECONDS: Final = re.compile(rb"^maskstream_mask_seconds_sum (\S+)$", re.MULTILINE)


class Masked(NamedTuple):
    """A line and what came out of it."""

    line: Line
    value: bytes


class Quarantined(NamedTuple):
    """A quarantined record: where it came from, its reason, and the envelope that it travels in."""

    topic: str
    partition: int
    offset: int
    reason: str
    envelope: bytes


@dataclass(slots=True)
class Harvest:
    """All that came out; `first_s` and `last_s` count from when the reading began."""

    masked: list[Masked] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    #: Lines in, records out of any kind, and lines whose fate is known.
    records_in: int = 0
    first_s: float = 0.0
    last_s: float = 0.0


def gather(stage: Stage, sent: Sent, alive: Callable[[], bool], seen: Callable[[int], None], seconds: float) -> Harvest:
    """Read clean and quarantine topics (committed records only) until each line has come out.

    `seen` is told how many are out. RunError when `alive` says no, or after `seconds`.
    """
    total = sum(map(len, sent.values()))
    clean: dict[tuple[str, int], list[bytes]] = {place: [] for place in sent}
    harvest = Harvest(records_in=total)
    start, count = time.monotonic(), 0
    consumer = _reader(stage)
    try:
        while count < total:
            messages = consumer.consume(2000, 0.2)
            count += sum(_sort(message, clean, harvest) for message in messages)
            if messages:
                harvest.first_s = harvest.first_s or time.monotonic() - start
            seen(count)
            if count < total:
                _still_going(alive, time.monotonic() - start, seconds, total - count)
    finally:
        consumer.close()
    harvest.last_s = time.monotonic() - start
    harvest.masked = _paired(sent, clean, harvest.quarantined)
    return harvest


def masking_seconds(stage: Stage) -> float:
    """Return the seconds that all workers spent masking, from their metrics; 0 where they do not say."""
    return sum(_masking_seconds(port) for port in stage.ports)


def _masking_seconds(port: int) -> float:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
            found = _MASK_SECONDS.search(page.read())
    except OSError:
        return 0.0
    return float(found[1]) if found else 0.0


def _reader(stage: Stage) -> Consumer:
    consumer = Consumer({
        "bootstrap.servers": stage.bootstrap,
        "group.id": "maskstream-demo-reader",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "log_level": 0,
    })  # fmt: skip
    topics = [*(f"{topic}.clean" for topic in stage.topics), QUARANTINE]
    consumer.assign([TopicPartition(topic, part, 0) for topic in topics for part in range(PARTITIONS)])
    return consumer


def _sort(message: Message, clean: dict[tuple[str, int], list[bytes]], harvest: Harvest) -> int:
    """Put a message where it belongs and return how many records it is: 1, or 0 for an error that passes."""
    if message.error() is not None:
        return 0
    topic, partition, value = str(message.topic()), int(message.partition() or 0), message.value() or b""
    if topic == QUARANTINE:
        harvest.quarantined.append(_quarantined(message, value))
    else:
        clean[topic.removesuffix(".clean"), partition].append(value)
    return 1


def _quarantined(message: Message, value: bytes) -> Quarantined:
    headers: dict[str, Any] = dict(message.headers() or [])

    def text(name: str) -> str:
        return (headers.get(name) or b"").decode("utf-8", "replace")

    return Quarantined(
        text("__connect.errors.topic"),
        int(text("__connect.errors.partition") or 0),
        int(text("__connect.errors.offset") or 0),
        text("maskstream.reason"),
        value,
    )


def _still_going(alive: Callable[[], bool], waited: float, seconds: float, missing: int) -> None:
    if not alive():
        raise RunError("The workers ended before all records were masked.")
    if waited > seconds:
        raise RunError(f"{missing} records did not come out within {seconds:.0f} s.")


def _paired(sent: Sent, clean: dict[tuple[str, int], list[bytes]], quarantined: list[Quarantined]) -> list[Masked]:
    """Pair lines and clean records: a partition keeps its order, and what is missing is in quarantine."""
    gone = {(record.topic, record.partition, record.offset) for record in quarantined}
    pairs: list[Masked] = []
    for (topic, part), lines in sent.items():
        left = [line for offset, line in enumerate(lines) if (topic, part, offset) not in gone]
        if len(left) != len(clean[topic, part]):
            raise RunError(f"Partition {part} of {topic} has lost or doubled a record; please report it.")
        pairs += map(Masked, left, clean[topic, part])
    return pairs
