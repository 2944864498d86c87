"""`maskstream run --role redrive` as an operator runs it: what could not be masked is decided on."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from streams.quarantine.decisions import Decision, Outcome, RecordId, Redaction, encode_event, parse_event, record_id
from streams.quarantine.envelope import Envelope, parse
from streams.quarantine.preview import preview
from tests.support.decisions import decision
from tests.support.kafka import KafkaBroker
from tests.support.pipeline import read_topic, wait_for
from tests.support.service import Service, page

TEXT = b"login of canary.person@example.org ok"
BROKEN = b'{"email":"canary.person@example.org","message":"\xff\xfezq9canary"}'
CANARIES = (b"canary.person", b"zq9canary")


@pytest.fixture
def service(kafka: KafkaBroker, tmp_path: Path) -> Iterator[Service]:
    made = Service(kafka, tmp_path, workers=1)
    made.environ["MASKSTREAM_POLICY"] = str(tmp_path / "policy.yaml")
    made.environ["MASKSTREAM_LOG_LEVEL"] = "DEBUG"
    policy(made, "require_json: true\n")
    made.prepare()
    yield made
    if hasattr(made, "process"):
        made.end()


def policy(service: Service, text: str) -> None:
    other = service.folder / "policy.new"
    other.write_text(text)
    other.replace(service.folder / "policy.yaml")


def test_what_was_quarantined_is_released_as_people_decide(kafka: KafkaBroker, service: Service) -> None:
    """A masking service quarantines two records, and never looks at the private key. Released they fail again; under
    another policy the one passes; the other is masked by hand, and what the hand left is masked by the engine. No
    canary is in a log, a page, an event or a clean record, and SIGTERM ends with 0.
    """
    private = service.folder / "review-private.pem"
    hidden = private.rename(service.folder / "elsewhere.pem")
    service.start()
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
    for number, value in enumerate((TEXT, BROKEN)):
        producer.produce(service.raw, value, b"k%d" % number, partition=0)
    assert producer.flush(30) == 0
    envelopes = quarantined(kafka, service, 2)
    finish(service)
    masking_log = service.log.read_bytes()

    hidden.rename(private)
    service.environ["MASKSTREAM_ROLE"] = "redrive"
    start(service)
    ids = [record_id(offset, envelope.origin) for offset, envelope in envelopes.items()]
    write(kafka, service, decision("release", "open", *ids))
    assert {failure for event in outcomes(kafka, service, 2) for failure in [event.failure]} == {
        "policy_requires_json", "invalid_encoding",
    }  # fmt: skip
    before = metric(service, b"maskstream_policy_info")
    policy(service, "level: balanced\n")
    service.until(lambda: metric(service, b"maskstream_policy_info") not in {before, b""}, 60)
    write(kafka, service, decision("release", "failed_again", ids[0]))
    write(kafka, service, by_hand(list(envelopes.values())[1], ids[1]))
    outcomes(kafka, service, 4)
    clean = {each.key(): each.value() or b"" for each in read_topic(kafka.bootstrap, f"{service.raw}.clean", count=2)}
    pages = b"".join(page(service.ports[0], "GET", path) for path in ("/metrics", "/livez", "/readyz"))
    finish(service)

    assert clean[b"k0"].startswith(b"login of tok_email_")
    assert clean[b"k1"].startswith(b'{"email":"tok_email_')
    assert clean[b"k1"].endswith(b'","message":"***"}')
    events = b"".join(each.value() or b"" for each in read_topic(kafka.bootstrap, decisions_topic(service)))
    for text in (masking_log, service.log.read_bytes(), pages, events, *clean.values()):
        assert not any(canary in text for canary in CANARIES)
    assert b'maskstream_redrive_outcomes_total{result="redriven"} 2.0' in pages
    assert b'maskstream_redrive_outcomes_total{result="failed_again"} 2.0' in pages


def test_a_redrive_without_its_key_or_topics_is_refused(service: Service) -> None:
    """No private key: exit 2 and the command. Decisions that would not outlive quarantine: exit 3, one sentence."""
    private = service.folder / "review-private.pem"
    hidden = private.rename(service.folder / "elsewhere.pem")
    done = service.call("run", "--role", "redrive")
    assert done.returncode == 2
    assert "private" in done.stderr
    hidden.rename(private)
    done = service.call("run", "--role", "nothing")
    assert done.returncode == 2
    service.environ["MASKSTREAM_DECISIONS_TOPIC"] = f"{service.raw}.quarantine"
    done = service.call("run", "--role", "redrive", "--set", f"quarantine_topic={service.raw}.decisions")
    assert done.returncode == 3
    assert "must keep records at least a day longer" in done.stderr
    assert "Traceback" not in done.stderr


def by_hand(envelope: Envelope, record: RecordId) -> Decision:
    """Marks the shapes behind `message`, where bytes are that no text has; the preview is all that a person sees."""
    shown = preview(BROKEN) or ""
    assert envelope.preview == shown
    start = shown.index('"message":"') + len('"message":"')
    mark = Redaction(start=start, end=shown.index('"', start))
    return decision("mask", "failed_again", record, redactions=[mark])


def start(service: Service) -> None:
    with service.log.open("wb") as log:
        service.process = subprocess.Popen(service.command("run"), env=service.environ, stdout=log, stderr=log)


def finish(service: Service) -> None:
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(60) == 0, service.log.read_text()[-3000:]


def metric(service: Service, name: bytes) -> bytes:
    lines = page(service.ports[0], "GET", "/metrics").splitlines()
    return next((line for line in lines if line.startswith(name)), b"")


def quarantined(kafka: KafkaBroker, service: Service, count: int) -> dict[int, Envelope]:
    found = read_topic(kafka.bootstrap, f"{service.raw}.quarantine", count=count)
    parsed: dict[int, Any] = {each.offset() or 0: parse(each.value()) for each in found}
    assert all(isinstance(envelope, Envelope) for envelope in parsed.values())
    return parsed


def decisions_topic(service: Service) -> str:
    return service.environ["MASKSTREAM_DECISIONS_TOPIC"]


def write(kafka: KafkaBroker, service: Service, event: Decision) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
    producer.produce(decisions_topic(service), encode_event(event), partition=event.partition)
    assert producer.flush(30) == 0


def outcomes(kafka: KafkaBroker, service: Service, records: int) -> list[Outcome]:
    def found() -> list[Outcome]:
        assert service.process.poll() is None, service.log.read_text()[-3000:]
        events = [parse_event(each.value(), 0) for each in read_topic(kafka.bootstrap, decisions_topic(service))]
        answers = [event for event in events if isinstance(event, Outcome)]
        time.sleep(0.1)
        return answers if sum(len(event.records) for event in answers) >= records else []

    answers: list[Outcome] = wait_for(found, f"{records} answers")
    return answers
