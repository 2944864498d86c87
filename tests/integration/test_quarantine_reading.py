"""`maskstream quarantine` on a real broker: committed envelopes, foreign bytes, the seal and the audit."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from streams.cli.main import invoke
from streams.keystore import load_review_public, new_review_pair
from streams.masking.records import Failure
from streams.quarantine.envelope import EnvelopeWriter, Origin
from tests.support.kafka import KafkaBroker, create_topic, delete_records, unique

CANARY = b'{"email":"canary@example.com","password":"canary"}'
RESIDUE = Failure("residue", "verify", ("email",))


class Quarantine:
    """Topics and keys of one test, and a transactional producer in place of a worker."""

    def __init__(self, broker: KafkaBroker, folder: Path) -> None:
        self.bootstrap = broker.bootstrap
        self.topic = create_topic(broker.bootstrap, prefix="quarantine", partitions=2)
        self.audit = create_topic(broker.bootstrap, prefix="audit", partitions=1)
        self.public, self.private = folder / "public.pem", folder / "private.pem"
        new_review_pair(self.public, self.private)
        self.writer = EnvelopeWriter(load_review_public(self.public), "policy-1", 1 << 20)
        self.producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": unique("writer")})
        self.producer.init_transactions(30)

    def write(self, *records: tuple[int, Any], commit: bool = True) -> None:
        self.producer.begin_transaction()
        for partition, record in records:
            if isinstance(record, bytes):
                self.producer.produce(self.topic, record, partition=partition)
            else:
                self.producer.produce(
                    self.topic, record.value, record.key, partition=partition, headers=[*record.headers]
                )
        self.producer.flush(30)
        if commit:
            self.producer.commit_transaction(30)
        else:
            self.producer.abort_transaction(30)

    def sealed(self, offset: int, failure: Failure = RESIDUE, value: bytes | None = CANARY) -> Any:
        headers: list[tuple[str, bytes | None]] = [("a", None), ("a", b"canary")]
        return self.writer.write(Origin("raw", 0, offset, 5), failure, b"canary-key", headers, value)

    def audited(self) -> list[dict[str, Any]]:
        consumer = Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": unique("auditor"), "enable.partition.eof": True,
        })  # fmt: skip
        consumer.assign([TopicPartition(self.audit, 0, 0)])
        events = []
        while (message := consumer.poll(30)) is not None and message.error() is None:
            events.append(json.loads(message.value() or b""))
        consumer.close()
        return events


@pytest.fixture
def quarantine(kafka: KafkaBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Quarantine]:
    made = Quarantine(kafka, tmp_path)
    for name, value in {
        "BOOTSTRAP_SERVERS": made.bootstrap,
        "QUARANTINE_TOPIC": made.topic,
        "AUDIT_TOPIC": made.audit,
        "STATE_DIR": str(tmp_path / "state"),
        "REVIEW_PUBLIC_KEY": str(made.public),
        "REVIEW_PRIVATE_KEY": str(made.private),
    }.items():
        monkeypatch.setenv(f"MASKSTREAM_{name}", value)
    yield made
    made.producer.flush(10)


def run(capfd: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> tuple[str, str]:
    capfd.readouterr()
    assert invoke(["quarantine", *arguments]) == status
    shown = capfd.readouterr()
    return shown.out, shown.err


def rows(capfd: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(capfd, "list", "--json", *arguments)[0].splitlines()]


def test_quarantine_list_shows_committed_records_without_content(
    quarantine: Quarantine, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every committed record of every partition once, foreign bytes named as such, aborted ones not, and no canary."""
    poison = Failure("poison", "detect")
    quarantine.write((0, quarantine.sealed(1)), (1, quarantine.sealed(2, poison)))
    quarantine.write((0, quarantine.sealed(99)), (1, b"aborted"), commit=False)
    quarantine.write((0, b"\x1b[31mcanary"), (1, b'{"version":7,"canary":1}'), (1, quarantine.sealed(3, value=None)))
    quarantine.write((0, quarantine.sealed(98)), commit=False)
    table, _ = run(capfd, "list")
    shown = rows(capfd)
    assert sorted(row["source"]["offset"] for row in shown if "source" in row) == [1, 2, 3]
    assert sorted(row["problem"] for row in shown if "problem" in row) == [
        "an envelope of a version that this maskstream does not know",
        "no envelope: not JSON",
    ]
    assert "canary" not in table + json.dumps(shown)
    assert "\x1b" not in table
    assert table.count("\n") == 6
    assert [row["reason"] for row in rows(capfd, "--reason", "poison")] == ["poison"]
    assert len(rows(capfd, "--limit", "2")) == 2
    group = next(row["fingerprint"] for row in shown if row.get("reason") == "residue" and row["preview"])
    assert [row["source"]["offset"] for row in rows(capfd, "--group", group)] == [1]


def test_quarantine_list_of_an_empty_topic_ends(quarantine: Quarantine, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing there, or only aborted records: an empty list, not a wait."""
    assert rows(capfd) == []
    quarantine.write((0, quarantine.sealed(1)), commit=False)
    assert rows(capfd) == []


def test_quarantine_list_stops_at_an_open_transaction(
    quarantine: Quarantine, capfd: pytest.CaptureFixture[str]
) -> None:
    """While a worker's transaction is open, the list ends before it instead of waiting for it."""
    quarantine.write((0, quarantine.sealed(1)))
    quarantine.producer.begin_transaction()
    quarantine.producer.produce(quarantine.topic, b"open", partition=0)
    quarantine.producer.flush(30)
    assert [row["source"]["offset"] for row in rows(capfd)] == [1]
    quarantine.producer.abort_transaction(30)


def test_quarantine_show_gives_that_record_or_none(quarantine: Quarantine, capfd: pytest.CaptureFixture[str]) -> None:
    """By its place or its source; what expired or never was a record is not there, and never another one instead."""
    for number in range(3):
        quarantine.write((0, quarantine.sealed(number)))
    places = {row["source"]["offset"]: row["record"] for row in rows(capfd)}
    for number in range(3):
        shown = json.loads(run(capfd, "show", places[number], "--json")[0])
        assert shown["source"]["offset"] == number
        assert "canary" not in json.dumps(shown)
        assert json.loads(run(capfd, "show", f"raw/0/{number}", "--json")[0]) == shown
    text, _ = run(capfd, "show", places[1])
    assert "residue" in text
    assert "canary" not in text
    marker = int(places[1].split(":")[1]) + 1
    for missing in (f"0:{marker}", "0:9999", "7:0", "raw/0/7"):
        assert "no record" in run(capfd, "show", missing, status=1)[1]
    run(capfd, "show", "rubbish", status=2)
    delete_records(quarantine.bootstrap, quarantine.topic, 0, marker)
    assert "no record" in run(capfd, "show", places[1], status=1)[1]
    assert [row["source"]["offset"] for row in rows(capfd)] == [2]


def test_quarantine_reveal_is_written_down_first(quarantine: Quarantine, capfd: pytest.CaptureFixture[str]) -> None:
    """With private key and reason the exact original is shown, and the audit topic has who, when, what and why."""
    quarantine.write((1, quarantine.sealed(42)))
    reason = "INC-7 lost order of canary@example.com"
    shown = json.loads(run(capfd, "show", "1:0", "--reveal", "--reason", reason, "--json")[0])
    assert shown["original"] == {
        "key": "canary-key", "headers": [["a", None], ["a", "canary"]], "value": CANARY.decode(),
    }  # fmt: skip
    (event,) = quarantine.audited()
    assert event["reason"].startswith("INC-7 lost order of tok_email_")
    assert event["record"] == {"topic": quarantine.topic, "partition": 1, "offset": 0}
    assert (event["source"]["topic"], event["source"]["offset"]) == ("raw", 42)
    assert "@" in event["actor"]
    assert "canary" not in json.dumps(event)


def test_quarantine_reveal_refused_shows_and_writes_nothing(
    quarantine: Quarantine, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a reason, key, fitting key or envelope, nothing is opened and no look is recorded."""
    quarantine.write((0, quarantine.sealed(1)), (0, b"canary"))
    run(capfd, "show", "0:0", "--reveal", status=2)
    run(capfd, "show", "0:0", "--reason", "INC-7", status=2)
    run(capfd, "show", "0:0", "--reveal", "--reason", "x", status=2)
    assert "no envelope" in run(capfd, "show", "0:1", "--reveal", "--reason", "INC-7", status=1)[1]
    new_review_pair(tmp_path / "other-public.pem", tmp_path / "other.pem")
    for path, status, said in ((tmp_path / "other.pem", 1, "sealed to"), (tmp_path / "none.pem", 2, "no private")):
        monkeypatch.setenv("MASKSTREAM_REVIEW_PRIVATE_KEY", str(path))
        out, err = run(capfd, "show", "0:0", "--reveal", "--reason", "INC-7", status=status)
        assert said in err
        assert "canary" not in out + err
    assert quarantine.audited() == []


def test_quarantine_reveal_without_audit_topic_shows_nothing(
    quarantine: Quarantine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written down is not shown: status 3, and the command that mends it."""
    quarantine.write((0, quarantine.sealed(1)))
    monkeypatch.setenv("MASKSTREAM_AUDIT_TOPIC", unique("missing"))
    out, err = run(capfd, "show", "0:0", "--reveal", "--reason", "INC-7", status=3)
    assert out == ""
    assert "topics apply" in err


def test_quarantine_topic_missing_is_a_sentence(
    quarantine: Quarantine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the topic: status 3 and what to run."""
    monkeypatch.setenv("MASKSTREAM_QUARANTINE_TOPIC", unique("missing"))
    assert "topics apply" in run(capfd, "list", status=3)[1]
