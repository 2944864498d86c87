"""A bare transactional pass-through with the worker's own clients and batch sizes: what masking is measured against.

Run as a process of its own: `python -m tests.bench.passthrough RECORDS`, settings from the environment. Prints JSON:
records and CPU seconds from the first commit to the last.
"""

import json
import sys
import time

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from streams.kafka.config import consumer_config, producer_config
from streams.settings import Settings, load

__all__: list[str] = []

#: The worker collects in slices too (a batch is bounded by bytes); its slice is as large.
_SLICE = 1_000
_MESSAGE_BYTES = 4 << 20


def main() -> None:
    wanted = int(sys.argv[1])
    settings = load()
    topic = settings.raw_topics
    # START decides nothing here: without a committed offset the pass-through begins at the beginning.
    consumer = Consumer({**consumer_config(settings, 0), "auto.offset.reset": "earliest"})
    producer = Producer(producer_config(settings, 0, message_bytes=_MESSAGE_BYTES))
    producer.init_transactions(30)
    consumer.subscribe([topic])
    passed, first, first_cpu = 0, 0, 0.0
    while passed < wanted:
        batch = _collect(consumer, settings)
        if not batch:
            continue
        _commit(consumer, producer, batch, settings.clean_topic_for(topic))
        passed += len(batch)
        if not first:
            first, first_cpu = passed, time.process_time()
    sys.stdout.write(json.dumps({"records": passed - first, "cpu_s": time.process_time() - first_cpu}) + "\n")
    consumer.close()


def _collect(consumer: Consumer, settings: Settings) -> list[Message]:
    batch: list[Message] = []
    size = 0
    end = time.monotonic() + settings.batch_ms / 1000
    while len(batch) < settings.batch_records and size < settings.batch_bytes and (left := end - time.monotonic()) > 0:
        got = [message for message in consumer.consume(_SLICE, left) if message.error() is None]
        batch += got
        size += sum(len(message) for message in got)
    return batch


def _commit(consumer: Consumer, producer: Producer, batch: list[Message], target: str) -> None:
    producer.begin_transaction()
    ends: dict[tuple[str, int], int] = {}
    for message in batch:
        # A record that was read has a place; the stubs say so of no message.
        topic, partition, offset = str(message.topic()), int(message.partition() or 0), int(message.offset() or 0)
        _, time_ms = message.timestamp()
        producer.produce(target, message.value(), message.key(), partition, None, None, time_ms, message.headers())
        ends[topic, partition] = offset + 1
    offsets = [TopicPartition(topic, partition, offset) for (topic, partition), offset in ends.items()]
    producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), 30)
    producer.commit_transaction(30)


if __name__ == "__main__":
    main()
