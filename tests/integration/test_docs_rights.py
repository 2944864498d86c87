"""The rights that docs/operations.md lists are enough: its kafka-acls.sh lines are applied to a broker with ACLs."""

import http.client
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)
from confluent_kafka.cimpl import NewTopic

from streams.quarantine.decisions import RecordId, encode_event
from tests.support.decisions import decision
from tests.support.kafka import KafkaBroker
from tests.support.markdown import ROOT, blocks
from tests.support.reviewapp import SECRET, token
from tests.support.service import Service, free_ports, page

DEADLINE_S = 120.0
RAW = "app.logs"
USERS = ("admin", "maskstream", "operator", "redrive", "review", "reviewer")
LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required username=admin password=admin"
KINDS = {
    "--topic": ResourceType.TOPIC,
    "--group": ResourceType.GROUP,
    "--transactional-id": ResourceType.TRANSACTIONAL_ID,
}


def client(broker: KafkaBroker, user: str) -> dict[str, Any]:
    return {
        "bootstrap.servers": broker.bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": user,
        "sasl.password": user,
    }


class RuledBroker(KafkaBroker):
    """A broker on which nobody but its administrator may do what no ACL allows."""

    def _has_broker(self) -> bool:
        try:
            return len(AdminClient({**client(self, "admin"), "log_level": 0}).list_topics(timeout=5).brokers) == 1
        except KafkaException:
            return False


@pytest.fixture(scope="module")
def ruled() -> Iterator[KafkaBroker]:
    users = " ".join(f"user_{user}={user}" for user in USERS)
    broker = RuledBroker(
        properties={
            "listener.security.protocol.map": "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            "sasl.enabled.mechanisms": "PLAIN",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "listener.name.plaintext.plain.sasl.jaas.config": f"{LOGIN} {users};",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:admin;User:ANONYMOUS",
        }
    )
    broker.start()
    yield broker
    broker.close()


def documented() -> list[AclBinding]:
    """What the document's commands would add."""
    found = []
    for block in blocks(ROOT / "docs" / "operations.md", "sh"):
        for line in block.text.splitlines():
            if line.startswith("kafka-acls.sh"):
                found += bindings(shlex.split(line)[1:])
    return found


def bindings(words: list[str]) -> list[AclBinding]:
    pattern = ResourcePatternType.PREFIXED if "prefixed" in words else ResourcePatternType.LITERAL
    pairs = list(pairwise(words))
    (kind, name) = next((KINDS[flag], value) for flag, value in pairs if flag in KINDS)
    user = dict(pairs)["--allow-principal"]
    operations = [value for flag, value in pairs if flag == "--operation"]
    # Write is WRITE, AlterConfigs is ALTER_CONFIGS.
    names = ["".join("_" + c if c.isupper() else c for c in one).strip("_").upper() for one in operations]
    return [
        AclBinding(kind, name, pattern, user, "*", getattr(AclOperation, one), AclPermissionType.ALLOW) for one in names
    ]


def act_as(service: Service, user: str) -> None:
    own = {"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SASL_MECHANISM": "PLAIN"}
    own |= {"SASL_USERNAME": user, "SASL_PASSWORD": user}
    service.environ |= {f"MASKSTREAM_KAFKA__{name}": value for name, value in own.items()}


def installation(broker: KafkaBroker, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The document's names: one raw topic, the default group and topics."""
    admin = AdminClient(client(broker, "admin"))
    admin.create_topics([NewTopic(RAW, 2, 1, config={"retention.ms": "86400000"})])[RAW].result(30)
    for future in admin.create_acls(documented()).values():
        future.result(30)
    monkeypatch.setattr("tests.support.service.create_topic", lambda *_, **__: RAW)
    service = Service(broker, folder, workers=1)
    default = ("GROUP_ID", "QUARANTINE_TOPIC", "DECISIONS_TOPIC", "AUDIT_TOPIC", "JOBS_TOPIC")
    service.environ = {
        name: value for name, value in service.environ.items() if name.removeprefix("MASKSTREAM_") not in default
    }
    return service


def test_documented_rights_are_enough(ruled: KafkaBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the lines of the document and no others: topics are made, a record is masked, a look is audited, and one is
    released and redriven as far as it goes: its bytes are no text.
    """
    service = installation(ruled, tmp_path, monkeypatch)
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
