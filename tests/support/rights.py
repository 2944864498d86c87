"""A broker on which only what a document's kafka-acls.sh lines allow may be done, and services acting as its users."""

import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)
from confluent_kafka.cimpl import NewTopic

from tests.support.kafka import KafkaBroker
from tests.support.markdown import ROOT, blocks
from tests.support.service import Service

__all__ = ["RAW", "act_as", "client", "documented", "installation", "ruled_broker"]

RAW = "app.logs"
USERS = ("admin", "maskstream", "operator", "redrive", "replay", "review", "reviewer")
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


def ruled_broker() -> KafkaBroker:
    """A started one, on which each of USERS logs in with the own name as password."""
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
    return broker


def documented(name: str) -> list[AclBinding]:
    """What the commands of one of the documents would add."""
    found = []
    for block in blocks(ROOT / "docs" / name, "sh"):
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


def installation(broker: KafkaBroker, document: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The document's names: one raw topic, the default group and topics, and no rights but its own."""
    admin = AdminClient(client(broker, "admin"))
    admin.create_topics([NewTopic(RAW, 2, 1, config={"retention.ms": "86400000"})])[RAW].result(30)
    for future in admin.create_acls(documented(document)).values():
        future.result(30)
    monkeypatch.setattr("tests.support.service.create_topic", lambda *_, **__: RAW)
    service = Service(broker, folder, workers=1)
    default = ("GROUP_ID", "QUARANTINE_TOPIC", "DECISIONS_TOPIC", "AUDIT_TOPIC", "JOBS_TOPIC")
    service.environ = {
        name: value for name, value in service.environ.items() if name.removeprefix("MASKSTREAM_") not in default
    }
    return service
