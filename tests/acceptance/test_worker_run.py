"""`maskstream run` as an operator runs it: keys, topics, run, pages, SIGTERM; real Kafka, the real masking core."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from confluent_kafka import Producer

from tests.support.kafka import KafkaBroker, create_topic, free_ports, unique
from tests.support.pipeline import read_topic, wait_for

CANARIES = (b"ann.canary@example.com", b"4111 1111 1111 1111", b"hunter2canary")


def test_run_masks_serves_its_pages_and_drains(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Records of value, key and headers come out masked, garbage is sealed, nothing leaks, SIGTERM ends with 0."""
    raw = create_topic(kafka.bootstrap, partitions=2)
    (port,) = free_ports(1)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MASKSTREAM_")},
        "MASKSTREAM_BOOTSTRAP_SERVERS": kafka.bootstrap,
        "MASKSTREAM_RAW_TOPICS": raw,
        "MASKSTREAM_QUARANTINE_TOPIC": unique("quarantine"),
        "MASKSTREAM_DECISIONS_TOPIC": unique("decisions"),
        "MASKSTREAM_AUDIT_TOPIC": unique("audit"),
        "MASKSTREAM_GROUP_ID": unique("group"),
        "MASKSTREAM_STATE_DIR": str(tmp_path / "state"),
        "MASKSTREAM_KEYRING": str(tmp_path / "keyring.json"),
        "MASKSTREAM_REVIEW_PUBLIC_KEY": str(tmp_path / "public.pem"),
        "MASKSTREAM_REVIEW_PRIVATE_KEY": str(tmp_path / "private.pem"),
        "MASKSTREAM_HTTP_PORT": str(port),
        "MASKSTREAM_LOG_LEVEL": "DEBUG",
    }
    for command in (["keys", "new"], ["keys", "review", "new"], ["topics", "apply"]):
        subprocess.run(maskstream(*command), env=environment, check=True, capture_output=True, timeout=60)
    produce(kafka.bootstrap, raw)
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(maskstream("run"), env=environment, stdout=log, stderr=log)
    try:
        clean = read_topic(kafka.bootstrap, f"{raw}.clean", count=20)
        sealed = read_topic(kafka.bootstrap, environment["MASKSTREAM_QUARANTINE_TOPIC"], count=2)
        wait_for(lambda: status(port, "/readyz") == 200, "readiness")
        assert (status(port, "/livez"), status(port, "/table/"), status(port, "/")) == (200, 404, 404)
        page = wait_for(lambda: fetch(port, "/metrics") if b"records_in_total" in fetch(port, "/metrics") else b"", "")
        for slot in slots(process.pid):
            # Faust's own worker would start a debugger on it.
            os.kill(slot, signal.SIGUSR2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
    outputs = [repr((each.key(), each.value(), each.headers())).encode() for each in [*clean, *sealed]]
    for text in [*outputs, (tmp_path / "log").read_bytes(), page]:
        assert not any(canary in text for canary in CANARIES)
    assert all(b"tok_email_" in (each.value() or b"") for each in clean)
    assert {name for name, _ in clean[0].headers() or []} >= {
        "maskstream.policy",
        "maskstream.key",
        "maskstream.version",
    }
    assert {dict(each.headers() or [])["maskstream.reason"] for each in sealed} == {b"invalid_encoding"}


def produce(bootstrap: str, raw: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    value = b'{"user":{"email":"ann.canary@example.com"},"password":"hunter2canary","card":"4111 1111 1111 1111"}'
    for n in range(20):
        headers = [("Authorization", b"Bearer hunter2canary"), ("x", b"ann.canary@example.com")]
        producer.produce(raw, value, b"ann.canary@example.com", n % 2, headers=headers)
    for n in range(2):
        producer.produce(raw, b"\xfd ann.canary@example.com \xc3", partition=n)
    assert producer.flush(30) == 0


def maskstream(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("maskstream")), *arguments]


def slots(supervisor: int) -> list[int]:
    path = Path(f"/proc/{supervisor}/task/{supervisor}/children")
    return [int(each) for each in path.read_text().split()]


def fetch(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return bytes(answer.read())


def status(port: int, path: str) -> int:
    try:
        fetch(port, path)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0
    return 200
