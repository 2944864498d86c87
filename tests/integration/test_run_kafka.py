"""`maskstream run` on real Kafka: refused by a guard, ready, told on a terminal, drained."""

import os
import pty
import signal
import subprocess
import time
from pathlib import Path

from confluent_kafka import Producer

from tests.support.kafka import KafkaBroker
from tests.support.service import Service, page

DEADLINE_S = 120.0


def test_run_without_its_topics_is_refused(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Exit 3 before anything starts, one sentence a topic with the command that mends it."""
    service = Service(kafka, tmp_path, workers=1)
    for command in (["keys", "new"], ["keys", "review", "new"]):
        assert service.call(*command).returncode == 0
    done = service.call("run")
    assert done.returncode == 3
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert any(f"{service.raw}.clean" in line and "maskstream topics apply" in line for line in said)
    assert "Traceback" not in done.stderr
    assert "slot_started" not in done.stderr


def test_two_workers_get_ready_refuse_a_second_run_and_drain(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Each slot has its own pages; the same slots cannot run twice; SIGTERM ends with 0."""
    service = Service(kafka, tmp_path)
    service.prepare()
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    for number in range(400):
        producer.produce(service.raw, b"user=ann@example.org n=%d" % number, partition=number % 4)
    assert producer.flush(60) == 0
    service.start()
    try:
        service.until(
            lambda: all(page(port, "GET", "/readyz").startswith(b"200") for port in service.ports), DEADLINE_S
        )
        service.until(lambda: records_in(service) == 400, DEADLINE_S)
        assert all(page(port, "GET", "/livez").startswith(b"200") for port in service.ports)
        second = service.call("run")
        assert second.returncode == 3
        assert "is running already" in second.stderr
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(60) == 0
    finally:
        service.end()


def test_a_slot_that_is_fenced_twice_ends_the_run(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Once it starts again and is counted; the second time the run ends with 3 and says what to look for."""
    service = Service(kafka, tmp_path, workers=1)
    service.prepare()
    service.start()
    try:
        take_over(kafka, service, fenced_before=0)
        service.until(lambda: metric(service, b"maskstream_fenced_total") == 1, DEADLINE_S)
        assert service.process.poll() is None
        take_over(kafka, service, fenced_before=1)
        assert service.process.wait(DEADLINE_S) == 3
    finally:
        service.end()
    log = service.log.read_text()
    assert log.count('"producer_fenced"') == 2
    said = [line for line in log.splitlines() if not line.startswith("{")]
    assert any(f"{service.group}-mask-here-0" in line and "MASKSTREAM_INSTANCE" in line for line in said)


def take_over(kafka: KafkaBroker, service: Service, *, fenced_before: int) -> None:
    """Once the slot has moved a record: another producer with its transactional id, and then work for it."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    producer.produce(service.raw, b"before")
    assert producer.flush(60) == 0
    service.until(lambda: metric(service, b"maskstream_batch_records_count") > 0, DEADLINE_S)
    assert metric(service, b"maskstream_fenced_total") == fenced_before
    other = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": f"{service.group}-mask-here-0"})
    other.init_transactions(30)
    producer.produce(service.raw, b"after")
    assert producer.flush(60) == 0


def metric(service: Service, name: bytes) -> float:
    lines = page(service.ports[0], "GET", "/metrics").splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name + b" "))


def records_in(service: Service) -> float:
    lines = b"\n".join(page(port, "GET", "/metrics") for port in service.ports).splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(b"maskstream_records_in_total{"))


def test_on_a_terminal_run_says_what_it_does(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Topics, group, workers and addresses, before the first worker is up; Ctrl-C ends it."""
    service = Service(kafka, tmp_path)
    service.prepare()
    ours, theirs = pty.openpty()
    process = subprocess.Popen(service.command("run"), env=service.environ | {"COLUMNS": "200"}, stdin=theirs,
                               stdout=theirs, stderr=subprocess.DEVNULL)  # fmt: skip
    os.close(theirs)
    said = b""
    try:
        while b"Ctrl-C" not in said:
            said += os.read(ours, 4096)
        deadline = time.monotonic() + DEADLINE_S
        while not page(service.ports[1], "GET", "/livez"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    for part in (service.raw, f"{service.raw}.clean", service.group, "2 workers", str(service.ports[0])):
        assert part in said.decode()
