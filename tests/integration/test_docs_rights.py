"""The rights that docs/operations.md lists are enough: its kafka-acls.sh lines are applied to a broker with ACLs."""

import http.client
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer

from streams.quarantine.decisions import RecordId, encode_event
from tests.support.decisions import decision
from tests.support.kafka import KafkaBroker
from tests.support.reviewapp import SECRET, token
from tests.support.rights import RAW, act_as, client, installation, ruled_broker
from tests.support.service import Service, free_ports, page

DEADLINE_S = 120.0


@pytest.fixture(scope="module")
def ruled() -> Iterator[KafkaBroker]:
    broker = ruled_broker()
    yield broker
    broker.close()


def test_documented_rights_are_enough(ruled: KafkaBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the lines of the document and no others: topics are made, a record is masked, a look is audited, and one is
    released and redriven as far as it goes: its bytes are no text.
    """
    service = installation(ruled, "operations.md", tmp_path, monkeypatch)
    act_as(service, "operator")
    service.prepare()
    producer = Producer(client(ruled, "admin"))
    producer.produce(RAW, b"from ann@example.org", partition=0)
    producer.produce(RAW, b"\xff\xfe\xfd", partition=1)
    assert producer.flush(60) == 0

    act_as(service, "maskstream")
    service.start()
    try:
        service.until(lambda: masked(service) == 2, DEADLINE_S)
    finally:
        service.end()
    assert clean(ruled).startswith(b"from tok_email_k1_")

    act_as(service, "reviewer")
    shown = service.call("quarantine", "list")
    assert "invalid_encoding" in shown.stdout, shown.stderr
    revealed = service.call("quarantine", "show", f"{RAW}/1/0", "--reveal", "--reason", "a test of rights")
    assert "base64" in revealed.stdout, revealed.stderr
    verified = service.call("audit", "verify")
    assert "1 events in 1 chains" in verified.stdout, verified.stderr

    admin = Producer(client(ruled, "admin"))
    released = decision("release", "open", RecordId(0, f"{RAW}/1/0"), partition=1)
    admin.produce("maskstream.decisions", encode_event(released), partition=1)
    assert admin.flush(60) == 0
    act_as(service, "redrive")
    service.environ["MASKSTREAM_ROLE"] = "redrive"
    service.start()
    try:
        service.until(lambda: failed_again(service) == 1, DEADLINE_S)
    finally:
        service.end()

    act_as(service, "review")
    with reviewing(service, tmp_path):
        claimed = service.call("quarantine", "claim", "1:0")
        assert "Record 1:0 claimed." in claimed.stdout, claimed.stderr
        explained = service.call("quarantine", "explain", "1:0")
        assert "would fail again" in explained.stdout, explained.stderr
        revealed = service.call("quarantine", "reveal", "1:0", "--reason", "a test of rights", "--json")
        assert "base64" in revealed.stdout, revealed.stderr
        assert asked(service, "/api/v1/records/1/0/neighbours") == (200, b'{"items":[]}')


def failed_again(service: Service) -> float:
    lines = page(service.ports[0], "GET", "/metrics").splitlines()
    name = b'maskstream_redrive_failures_total{reason="invalid_encoding"}'
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


@contextmanager
def reviewing(service: Service, folder: Path) -> Iterator[None]:
    """The review service, up and ready, and the command line as its client."""
    secret, port = folder / "secret", free_ports(1)[0]
    secret.touch(0o600)
    secret.write_text(SECRET)
    service.environ |= {"MASKSTREAM_REVIEW_DEV_SECRET": str(secret), "MASKSTREAM_REVIEW_PORT": str(port)}
    client = {
        "MASKSTREAM_REVIEW_URL": f"http://127.0.0.1:{port}",
        "MASKSTREAM_REVIEW_TOKEN": token("operator", "revealer"),
    }
    with service.log.open("wb") as log:
        service.process = subprocess.Popen(service.command("review"), env=service.environ, stdout=log, stderr=log)
    try:
        service.until(lambda: asked(service, "/readyz")[0] == 200, DEADLINE_S)
        service.environ |= client
        yield
    finally:
        service.end()
        for name in client:
            service.environ.pop(name, None)


def asked(service: Service, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", int(service.environ["MASKSTREAM_REVIEW_PORT"]), timeout=30)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token('viewer')}"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


def masked(service: Service) -> float:
    lines = page(service.ports[0], "GET", "/metrics").splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(b"maskstream_records_in_total{"))


def clean(broker: KafkaBroker) -> bytes:
    own = {"group.id": "reader", "auto.offset.reset": "earliest", "isolation.level": "read_committed"}
    consumer = Consumer({**client(broker, "admin"), **own})
    consumer.subscribe([f"{RAW}.clean"])
    message = consumer.poll(30)
    consumer.close()
    assert message is not None
    return message.value() or b""
