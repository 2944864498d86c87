"""Quarantined records for `make bench-review`: envelopes without an end, put in at once or as a steady inflow."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from typing import Protocol

from confluent_kafka import Producer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.corpus import generate
from streams.masking.records import REASONS, Failure
from streams.quarantine.envelope import EnvelopeWriter, Origin

__all__ = ["DAY_MS", "INFLOW_PER_S", "PARTITIONS", "SPREAD_MS", "envelopes", "feed", "inflow", "produce"]

PARTITIONS = 4
DAY_MS = 86_400_000
SPREAD_MS = 14 * DAY_MS
INFLOW_PER_S = 2_000
#: Envelopes that differ; the others differ from these by their coordinates.
_SHAPES = 2_000
_TOPICS = ("orders", "users", "payments", "audit-log", "checkout.eu")
_DETECTORS = ("email", "card", "phone", "iban", "name", "jwt")
#: Put in the place of an offset that no generated envelope has.
_MARK = 123_456_789_012
#: A process that imports and makes its envelopes; 2 loaded cores need more. In seconds.
_START_S = 120.0


class Flag(Protocol):
    """What threads and processes have alike."""

    def is_set(self) -> bool: ...


def envelopes(first: int = 0) -> Iterator[bytes]:
    """Envelopes without an end: shapes of the mixed corpus, coordinates of their own from `first` on."""
    dice, writer = random.Random(7), EnvelopeWriter(X25519PrivateKey.generate().public_key(), "bench")
    lines = generate("mixed", seed=7)
    shapes = [
        writer.write(
            Origin(dice.choice(_TOPICS), dice.randrange(PARTITIONS), _MARK, 0),
            Failure(dice.choice(REASONS), "verify", (dice.choice(_DETECTORS),)),
            b"key", [], next(lines).value,
        ).value
        for _ in range(_SHAPES)
    ]  # fmt: skip
    number = first
    while True:
        yield dice.choice(shapes).replace(b"%d" % _MARK, b"%d" % number)
        number += 1


def produce(bootstrap: str, topic: str, values: Iterator[bytes], count: int) -> int:
    """Puts records in as if they had come in the last two weeks, and gives their bytes."""
    producer = Producer({"bootstrap.servers": bootstrap, "compression.type": "lz4", "linger.ms": 50})
    begin, size = int(time.time() * 1000) - SPREAD_MS, 0
    for number in range(count):
        value = next(values)
        size += len(value)
        producer.produce(topic, value, partition=number % PARTITIONS, timestamp=begin + SPREAD_MS * number // count)
        if number % 10_000 == 0:
            producer.flush(60)
    producer.flush(60)
    return size


def feed(bootstrap: str, topic: str, values: Iterator[bytes], stop: Flag) -> None:
    """Puts records in at a steady rate until it is to stop."""
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20, "log_level": 0})
    begin, number = time.monotonic(), 0
    while not stop.is_set():
        producer.produce(topic, next(values), partition=number % PARTITIONS)
        number += 1
        if number % 100 == 0:
            producer.flush(10)
            time.sleep(max(0.0, begin + number / INFLOW_PER_S - time.monotonic()))
    producer.flush(10)


@contextmanager
def inflow(bootstrap: str, topic: str, first: int) -> Iterator[None]:
    """A steady inflow by a process of its own, which whoever measures by the clock does not wait for."""
    spawn = multiprocessing.get_context("spawn")
    begun, stop = spawn.Event(), spawn.Event()
    process = spawn.Process(target=_fed, args=(bootstrap, topic, first, begun, stop), daemon=True)
    process.start()
    try:
        deadline = time.monotonic() + _START_S
        while not begun.wait(0.1):
            if not process.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the inflow did not begin: look at what its process said above")
        yield
    finally:
        stop.set()
        process.join(_START_S)


def _fed(bootstrap: str, topic: str, first: int, begun: Event, stop: Flag) -> None:
    values = envelopes(first)
    next(values)
    begun.set()
    feed(bootstrap, topic, values, stop)
