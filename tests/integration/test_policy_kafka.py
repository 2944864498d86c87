"""A running service and its policy: changed, refused and changed back between batches, on a real Kafka."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Producer

from tests.support.kafka import KafkaBroker
from tests.support.pipeline import read_topic
from tests.support.service import Service, page

ADDRESS = b"from 203.0.113.9"
DAY_MS = 86_400_000


@pytest.fixture
def service(kafka: KafkaBroker, tmp_path: Path) -> Iterator[Service]:
    made = Service(kafka, tmp_path, workers=1)
    made.environ["MASKSTREAM_POLICY"] = str(tmp_path / "policy.yaml")
    policy(made, "actions: {ip: redact}\n")
    made.prepare()
    made.start()
    yield made
    made.end()


def policy(service: Service, text: str) -> None:
    """Saves a policy as editors do: as another file that takes the name."""
    other = service.folder / "policy.new"
    other.write_text(text)
    other.replace(service.folder / "policy.yaml")


def produce(kafka: KafkaBroker, service: Service, *values: bytes, timestamp_ms: int = 0) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    for value in values:
        producer.produce(service.raw, value, partition=0, timestamp=timestamp_ms or int(time.time() * 1000))
    assert producer.flush(30) == 0


def metric(service: Service, line: bytes) -> bool:
    return line in page(service.ports[0], "GET", "/metrics")


def test_policies_change_between_batches(kafka: KafkaBroker, service: Service) -> None:
    """A good change masks from then on and has its version in headers; a bad one changes nothing and is told; a policy
    that sends odd timestamps to quarantine and stops on too much of it does both.
    """
    produce(kafka, service, ADDRESS)
    (first,) = read_topic(kafka.bootstrap, f"{service.raw}.clean", count=1)
    policy(service, "actions: {ip: hide}\n")
    service.until(lambda: metric(service, b"maskstream_policy_rejected 1.0"), 60)
    produce(kafka, service, ADDRESS)
    second = read_topic(kafka.bootstrap, f"{service.raw}.clean", count=2)[1]
    assert [first.value(), second.value(), first.headers()] == [b"from ***", b"from ***", second.headers()]

    stop = "quarantine: {share: 0.5, records: 100, action: stop}\n"
    policy(
        service, f"topics:\n  - {{match: '{service.raw}', actions: {{ip: generalise}}, timestamps: quarantine}}\n{stop}"
    )
    service.until(lambda: metric(service, b"maskstream_policy_rejected 0.0"), 60)
    produce(kafka, service, ADDRESS)
    third = read_topic(kafka.bootstrap, f"{service.raw}.clean", count=3)[2]
    assert third.value() == b"from 203.0.113.0"
    version = dict(third.headers() or [])["maskstream.policy"]
    assert version != dict(first.headers() or [])["maskstream.policy"]
    assert metric(service, b'policy="%b"' % version)
    produce(kafka, service, ADDRESS, timestamp_ms=int(time.time() * 1000) - 6 * DAY_MS)
    (sealed,) = read_topic(kafka.bootstrap, f"{service.raw}.quarantine", count=1)
    headers = dict(sealed.headers() or [])
    assert (headers["maskstream.reason"], headers["maskstream.policy"]) == (b"timestamp", version)

    produce(kafka, service, *[b"\xfd\xff"] * 200)
    assert service.process.wait(60) == 3
    assert "the policy says stop" in service.log.read_text()
    assert len(read_topic(kafka.bootstrap, f"{service.raw}.quarantine", count=201)) == 201


def test_a_policy_that_vanishes_and_a_worker_that_is_killed_meanwhile(kafka: KafkaBroker, service: Service) -> None:
    """Without its file the worker goes on by the former policy; one killed then waits for the file, and nothing is lost
    or doubled.
    """
    produce(kafka, service, ADDRESS)
    read_topic(kafka.bootstrap, f"{service.raw}.clean", count=1)
    (service.folder / "policy.yaml").unlink()
    service.until(lambda: metric(service, b"maskstream_policy_rejected 1.0"), 60)
    produce(kafka, service, ADDRESS)
    clean = read_topic(kafka.bootstrap, f"{service.raw}.clean", count=2)
    assert [each.value() for each in clean] == [b"from ***"] * 2
    assert clean[0].headers() == clean[1].headers()
    (slot,) = psutil.Process(service.process.pid).children()
    slot.kill()
    service.until(lambda: said(service, '"event":"slot_failed"') >= 1, 120)
    produce(kafka, service, ADDRESS)
    policy(service, "actions: {ip: generalise}\n")
    service.until(lambda: metric(service, b"maskstream_policy_rejected 0.0"), 120)
    clean = read_topic(kafka.bootstrap, f"{service.raw}.clean", count=3)
    assert [each.value() for each in clean] == [b"from ***", b"from ***", b"from 203.0.113.0"]
    service.process.terminate()
    assert service.process.wait(60) == 0
    assert len(read_topic(kafka.bootstrap, f"{service.raw}.clean")) == 3


def said(service: Service, text: str) -> int:
    return service.log.read_text().count(text)
