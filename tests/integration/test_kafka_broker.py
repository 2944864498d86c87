"""The test broker itself: what it promises to the other tests."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from tests.support import kafka as support
from tests.support.kafka import KafkaBroker, create_topic


def test_a_killed_broker_comes_back_with_its_records_on_the_same_port() -> None:
    """Restart after SIGKILL keeps address and data."""
    broker = KafkaBroker()
    try:
        broker.start()
        address, topic = broker.bootstrap, create_topic(broker.bootstrap, partitions=1)
        producer = Producer({"bootstrap.servers": address})
        producer.produce(topic, b"kept")
        assert producer.flush(30) == 0
        broker.restart(hard=True)
        assert broker.bootstrap == address
        consumer = Consumer({"bootstrap.servers": address, "group.id": "g"})
        consumer.assign([TopicPartition(topic, 0, 0)])
        message = consumer.poll(30)
        consumer.close()
        assert message is not None
        assert message.value() == b"kept"
    finally:
        broker.close()


def test_the_broker_dies_with_a_killed_parent() -> None:
    """`python -m tests.support.kafka` prints its address, and SIGKILL of it leaves no broker behind."""
    with subprocess.Popen([sys.executable, "-m", "tests.support.kafka"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().strip().rpartition(":")[2])
        assert support.answers(port)
        os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while support.answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_missing_java_fails_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Java the tests fail and say what to install."""
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(RuntimeError, match=r"java is missing: .* install Java 17 and Maven"):
        support.need("java")
