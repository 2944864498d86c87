"""The whole service on real Kafka, full of canaries and faults: none is in a log line, a metric, a page or a header."""

import base64
import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from tests.support.kafka import KafkaBroker, unique
from tests.support.service import Service, page

ROOT = Path(__file__).parents[2]
#: For each fault: most of them end a worker, and a loaded machine takes ten seconds to start one.
DEADLINE_S = 20.0
RECORDS = 3000
KINDS = ("unicode", "key", "json")

#: In every record, in a form that a detector masks.
PERSON = "zq9canary.person@example.org"
#: What faults carry.
FAULT = 'zq9fault {"email":"zq9fault.person@example.org","n":1}'
#: Parts of canaries that no output of the service may hold in any of these dresses.
MARKS = ("zq9canary", "zq9fault", "zq9query")

REQUESTS = (
    ("GET", "/metrics"), ("GET", "/livez"), ("GET", "/readyz"), ("POST", "/metrics"),
    ("GET", "/zq9query?email=zq9query@example.org"),
)  # fmt: skip

#: Where exceptions are raised, and after how many calls of a process; with a UnicodeDecodeError, a KeyError or
#: a JSON error. All stages that a record passes, and what stands around them.
PLAN = {
    "streams.agents.masking:load_masking": 0,
    "streams.kafka.intake:Intake.collect": 5,
    "streams.kafka.intake:Intake._assign": 0,
    "streams.masking.engine:Engine.mask": 2,
    "streams.masking.engine:Engine._detect_all": 3,
    "streams.masking.engine:Engine._splice": 4,
    "streams.masking.engine:Engine._verify": 5,
    "streams.agents.worker:write_batch": 1,
    "streams.quarantine.envelope:EnvelopeWriter.write": 1,
    "streams.kafka.outbox:Outbox.commit": 1,
    "streams.telemetry.metrics:WorkerMetrics.batch_committed": 2,
    "streams.telemetry.http:TelemetryApp._page": 1,
}


def dresses(mark: str) -> Iterator[bytes]:
    """A mark as it is, in base64 at each of the three alignments, in hex, and as numbers."""
    raw = mark.encode()
    yield raw
    yield raw.hex().encode()
    yield ", ".join(map(str, raw)).encode()
    for shift in range(3):
        # What depends on neighbours is cut off at both ends.
        yield base64.b64encode(b"\0" * shift + raw)[shift + 1 : -4]


def assert_no_mark(where: str, data: bytes, *, but: tuple[str, ...] = ()) -> None:
    low = data.lower()
    for mark in MARKS:
        if mark in but:
            continue
        for dress in dresses(mark):
            assert dress not in data, (where, mark)
            assert dress.lower() not in low or dress.lower() == b"", (where, mark)


def value_of(number: int) -> bytes:
    """Every tenth cannot be masked; all hold the canary."""
    if number % 10 == 0:
        return b'{"n":%d,"email":"%s","broken":"\xff\xfe"}' % (number, PERSON.encode())
    shapes = (
        '{"n":%d,"level":"INFO","email":"%s","password":"zq9canary-secret"}',
        "n=%d level=error user=%s msg=failed",
        '{"n":%d,"message":"GET /login?email=%s HTTP/1.1"}',
    )
    # What is read otherwise than it is written, and what is wrapped, take ways of their own through the engine.
    if number % 7 == 3:
        return b'{"n":%d,"body":"%s"}' % (number, base64.b64encode(b'{"email":"%s"}' % PERSON.encode()))
    person = PERSON.replace("@", "%40") if number % 2 else PERSON
    return (shapes[number % len(shapes)] % (number, person)).encode()


def with_faults(service: Service, kinds: dict[str, list[str]]) -> None:
    """Build the faults in, `kinds` of them by place, with debug output of everything that has a logger."""
    service.environ |= {
        "MASKSTREAM_BATCH_RECORDS": "100",
        "MASKSTREAM_LOG_LEVEL": "DEBUG",
        "FAULTS": str(service.folder / "faults"),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests/support/faults"), str(ROOT)]),
    }
    faults = service.folder / "faults"
    (faults / "kinds").mkdir(parents=True)
    for place, names in kinds.items():
        (faults / "kinds" / place).write_text(" ".join(names))
    (faults / "plan.json").write_text(json.dumps(PLAN))
    (faults / "canary.txt").write_text(FAULT)


def fired(service: Service) -> Counter[str]:
    return Counter(path.name.partition("=")[0] for path in (service.folder / "faults").glob("*=*"))


def produce(service: Service, bootstrap: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    for number in range(RECORDS):
        producer.produce(
            service.raw, value_of(number), key=f"user-{number} {PERSON}", partition=number % 4,
            headers=[("x-user", PERSON.encode()), ("authorization", b"Bearer zq9canary-bearer-0123456789abcdef")],
        )  # fmt: skip
    assert producer.flush(60) == 0


class Reader:
    """Reads a whole topic, committed records only, and goes on where it was."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": unique("reader"),
                                   "isolation.level": "read_committed", "auto.offset.reset": "earliest"})  # fmt: skip
        self._consumer.assign([TopicPartition(topic, partition, 0) for partition in range(4)])
        self.messages: list[Any] = []

    def more(self) -> int:
        self.messages += [message for message in self._consumer.consume(1000, 0.2) if message.error() is None]
        return len(self.messages)

    def close(self) -> None:
        self._consumer.close()


def test_a_run_full_of_faults_leaks_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Each stage raises one of three kinds of exception at DEBUG: no canary in anything said, and nothing is lost."""
    run_with_faults(kafka, tmp_path, {place: [KINDS[number % 3]] for number, place in enumerate(PLAN)})


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_run_with_every_fault_in_every_stage_leaks_nothing(kafka: KafkaBroker, tmp_path: Path) -> None:
    """Likewise with all three kinds of exception in each stage."""
    run_with_faults(kafka, tmp_path, {place: list(KINDS) for place in PLAN})


def run_with_faults(kafka: KafkaBroker, tmp_path: Path, kinds: dict[str, list[str]]) -> None:
    service = Service(kafka, tmp_path)
    service.prepare()
    with_faults(service, kinds)
    produce(service, kafka.bootstrap)
    clean = Reader(kafka.bootstrap, f"{service.raw}.clean")
    quarantine = Reader(kafka.bootstrap, f"{service.raw}.quarantine")
    pages: list[bytes] = []
    wanted = Counter({place: len(names) for place, names in kinds.items()})

    def everything_happened() -> bool:
        pages.extend(page(port, *request) for port in service.ports for request in REQUESTS)
        return clean.more() + quarantine.more() >= RECORDS and fired(service) == wanted

    service.start()
    try:
        service.until(everything_happened, DEADLINE_S * sum(wanted.values()))
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(60) == 0
    finally:
        service.end()
    clean.more()
    quarantine.more()
    clean.close()
    quarantine.close()
    _assert_silent(service, pages)
    _assert_outputs(clean.messages, quarantine.messages)
    _assert_offsets_clean(kafka.bootstrap, service)


def _assert_silent(service: Service, pages: list[bytes]) -> None:
    said = service.log.read_bytes()
    assert b'"slot_exited"' in said
    assert b'"level":"debug"' in said
    for error in (b"UnicodeDecodeError", b"KeyError", b"JSONDecodeError"):
        assert error in said
    for number, line in enumerate(said.splitlines()):
        assert_no_mark(f"log line {number}", line)
    assert any(b"maskstream_records_in_total" in each for each in pages)
    for each in pages:
        assert_no_mark("page", each)
    for file in (service.folder / "state").rglob("*"):
        assert_no_mark("state", (b"" if file.is_dir() else file.read_bytes()) + file.name.encode())


def _assert_outputs(clean: list[Any], quarantine: list[Any]) -> None:
    """Every record came out once, on one side or the other, and the clean side holds no canary."""
    assert len(clean) + len(quarantine) == RECORDS
    for message in clean:
        everything = repr((message.key(), message.value(), message.headers())).encode()
        assert_no_mark("clean record", everything)
    for message in quarantine:
        everything = repr((message.key(), message.value(), message.headers())).encode()
        assert_no_mark("quarantine record", everything)


def _assert_offsets_clean(bootstrap: str, service: Service) -> None:
    """What is committed beside the offsets is ours, too."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(service.group)])
    for each in asked[service.group].result(30).topic_partitions:
        assert_no_mark("offset metadata", (each.metadata or "").encode())
