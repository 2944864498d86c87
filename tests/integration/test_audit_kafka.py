"""The audit on a real broker: written to file and topic, listed, verified, and compared with each other."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from streams.cli.main import invoke
from streams.errors import GuardError, RunError, UsageError
from streams.quarantine.audit import AuditEvent
from streams.quarantine.auditlog import AuditLog
from streams.quarantine.journal import audit_folder
from streams.settings import Settings, load
from tests.support.kafka import KafkaBroker, create_topic, delete_records, unique


class Audit:
    """A topic and a folder of state of one test."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.topic = settings.audit_topic

    def log(self, name: str = "review") -> AuditLog:
        return AuditLog(self.settings, name, lambda reason: reason.replace("canary", "***"))  # type: ignore[arg-type]

    def files(self, name: str = "review") -> list[Path]:
        return sorted(audit_folder(self.settings.state_dir).glob(f"{name}-*.jsonl"))

    def produce(self, value: bytes) -> None:
        producer = Producer({"bootstrap.servers": self.settings.bootstrap_servers})
        producer.produce(self.topic, value)
        assert producer.flush(30) == 0

    def records(self) -> list[dict[str, Any]]:
        consumer = Consumer({
            "bootstrap.servers": self.settings.bootstrap_servers, "group.id": unique("auditor"),
            "enable.partition.eof": True,
        })  # fmt: skip
        consumer.assign([TopicPartition(self.topic, 0, 0)])
        found = []
        while (message := consumer.poll(30)) is not None and message.error() is None:
            found.append(json.loads(message.value() or b""))
        consumer.close()
        return found


@pytest.fixture
def audit(kafka: KafkaBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audit:
    for name, value in {
        "BOOTSTRAP_SERVERS": kafka.bootstrap,
        "AUDIT_TOPIC": create_topic(kafka.bootstrap, prefix="audit", partitions=1),
        "STATE_DIR": str(tmp_path / "state"),
    }.items():
        monkeypatch.setenv(f"MASKSTREAM_{name}", value)
    return Audit(load())


def login(actor: str = "ann", **more: Any) -> AuditEvent:
    return AuditEvent.model_validate(
        {"action": "login", "via": "review", "actor": actor, "address": "192.0.2.1"} | more
    )


def verify(capfd: pytest.CaptureFixture[str], status: int = 0) -> str:
    capfd.readouterr()
    assert invoke(["audit", "verify"]) == status
    shown = capfd.readouterr()
    return shown.out + shown.err


def test_audit_is_in_file_and_topic(audit: Audit, capfd: pytest.CaptureFixture[str]) -> None:
    """Each event is acknowledged in both, word for word, with its reason masked; `verify` and `list` show them."""
    log = audit.log()
    for number in range(3):
        log(login(f"person {number}"))
    log(login("ann", action="export", reason="INC-7 canary", records=12))
    audit.log("cli")(login("bob@host", via="cli"))
    in_file = [json.loads(line) for path in audit.files() for line in path.read_bytes().splitlines()]
    records = audit.records()
    assert records[:4] == in_file
    assert records[3]["reason"] == "INC-7 ***"
    assert [record["chain"]["sequence"] for record in records] == [0, 1, 2, 3, 0]
    said = verify(capfd)
    assert "5 events in 2 chains" in said
    assert said.count("Nothing is missing") == 1
    assert invoke(["audit", "list", "--limit", "2"]) == 0
    shown = capfd.readouterr()
    assert "12 records" in shown.out
    assert "192.0.2.1" in shown.out
    assert "2 of 5 events" in shown.err


def test_audit_of_many_threads_and_logs_is_one_chain(audit: Audit, capfd: pytest.CaptureFixture[str]) -> None:
    """Two logs in one folder of state, five threads each: one chain without a gap, in the topic too."""
    logs = [audit.log(), audit.log()]
    threads = [threading.Thread(target=logs[number % 2], args=(login(f"person {number}"),)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [record["chain"]["sequence"] for record in audit.records()] == list(range(20))
    assert "20 events in 1 chains" in verify(capfd)


def test_audit_end_of_the_file_is_compared_with_the_topic(audit: Audit, capfd: pytest.CaptureFixture[str]) -> None:
    """Lines taken from the file's end, where no chain can tell, show against the topic."""
    log = audit.log()
    for number in range(5):
        log(login(f"person {number}"))
    (path,) = audit.files()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]))
    assert "the last 2 events of review-" in verify(capfd, status=4)
    path.write_bytes(b"".join(lines))
    assert "Nothing is missing" in verify(capfd)


def test_audit_topic_with_foreign_and_expired_records(audit: Audit, capfd: pytest.CaptureFixture[str]) -> None:
    """What retention took is no break; what somebody else wrote is one, and its words are not shown."""
    log = audit.log()
    for number in range(5):
        log(login(f"person {number}"))
    delete_records(audit.settings.bootstrap_servers, audit.topic, 0, 2)
    assert "events 2 to 4" in verify(capfd)
    audit.produce(b'{"action":"login","canary":1,"version":2}')
    said = verify(capfd, status=4)
    assert "topic 0:5: no event" in said
    assert "canary" not in said
    assert invoke(["audit", "list"]) == 0
    assert "canary" not in capfd.readouterr().out


def test_audit_goes_on_after_an_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """While the broker is killed each act is refused and kept; when it is back all of them are sent, in one chain."""
    broker = KafkaBroker()
    broker.start()
    try:
        monkeypatch.setenv("MASKSTREAM_BOOTSTRAP_SERVERS", broker.bootstrap)
        monkeypatch.setenv("MASKSTREAM_AUDIT_TOPIC", create_topic(broker.bootstrap, prefix="audit", partitions=1))
        monkeypatch.setenv("MASKSTREAM_STATE_DIR", str(tmp_path / "state"))
        made = Audit(load())
        log = made.log()
        log(login("before"))
        with monkeypatch.context() as impatient:
            impatient.setattr("streams.quarantine.auditlog._DELIVERY_S", 2.0)
            broker.kill()
            log._producer = None
            for number in range(2):
                with pytest.raises(RunError, match="try again"):
                    log(login(f"during {number}"))
        broker.start()
        log(login("after"))
        actors = list(dict.fromkeys(record["actor"] for record in made.records()))
        assert actors == ["before", "during 0", "during 1", "after"]
        assert "Nothing is missing" in verify(capfd)
    finally:
        broker.close()


def test_audit_refuses_before_anything_is_written(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic that is not there is refused at the start; a reason that cannot be kept leaves no trace of itself."""
    with pytest.raises(UsageError, match="plain sentence"):
        AuditLog(audit.settings, "review", lambda _: "")(login(reason="INC-7"))
    assert audit.files() == []
    monkeypatch.setenv("MASKSTREAM_AUDIT_TOPIC", unique("missing"))
    with pytest.raises(GuardError, match="topics apply"):
        AuditLog(load(), "review", str)
    assert invoke(["audit", "verify"]) == 3
