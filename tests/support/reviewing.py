"""Topics, keys and records of a review on a real broker, and services on them, in this process or as a command."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition
from fastapi.testclient import TestClient

from streams.keystore import load_review_private, load_review_public, new_keyring, new_review_pair
from streams.masking.records import Failure
from streams.quarantine.decisions import Event, parse_event
from streams.quarantine.envelope import EnvelopeWriter, Origin
from streams.review.app import create_app
from streams.review.auth.access import open_access
from streams.review.services import Services
from streams.review.start import open_services
from streams.settings import Settings, load
from tests.support.kafka import KafkaBroker, create_topic, unique
from tests.support.reviewapp import CANARY, SECRET, token
from tests.support.service import ROOT, free_ports

__all__ = ["CANARY", "Instance", "Review"]

RESIDUE = Failure("residue", "verify", ("email",))
DEADLINE_S = 90.0


class Instance:
    """One review service and clients of it."""

    def __init__(self, services: Services, app: Any) -> None:
        self.services = services
        self.app = app

    def client(self, *roles: str, **claims: Any) -> TestClient:
        headers = {"Authorization": f"Bearer {token(*roles, **claims)}"}
        return TestClient(self.app, base_url="http://127.0.0.1", headers=headers, raise_server_exceptions=False)


class Review:
    """Topics and keys of one test, and a transactional producer in place of a worker; quarantine keeps for `days`."""

    def __init__(self, broker: KafkaBroker, folder: Path, partitions: int = 2, *, days: int = 14) -> None:
        self.bootstrap, self.folder = broker.bootstrap, folder
        self.raw = create_topic(broker.bootstrap, partitions=partitions)
        day = 86_400_000
        keeps = {"quarantine": days * day, "decisions": 2 * days * day, "audit": 400 * day, "clean": 7 * day}
        for name, retention_ms in keeps.items():
            create_topic(broker.bootstrap, f"{self.raw}.{name}", partitions=partitions,
                         config={"retention.ms": str(retention_ms)})  # fmt: skip
        self.public, self.private = folder / "public.pem", folder / "private.pem"
        new_review_pair(self.public, self.private)
        self.secret = folder / "secret"
        self.secret.write_text(SECRET)
        self.secret.chmod(0o600)
        self.writer = EnvelopeWriter(load_review_public(self.public), "policy-1", 1 << 20)
        named = {"transactional.id": unique("worker"), "log_level": 0}
        self.producer = Producer({"bootstrap.servers": broker.bootstrap, **named})
        self.producer.init_transactions(30)
        self.port = free_ports(1)[0]

    @property
    def environ(self) -> dict[str, str]:
        """Settings of every command; the token is that of an operator."""
        names = {
            "BOOTSTRAP_SERVERS": self.bootstrap, "RAW_TOPICS": self.raw, "QUARANTINE_TOPIC": f"{self.raw}.quarantine",
            "DECISIONS_TOPIC": f"{self.raw}.decisions", "AUDIT_TOPIC": f"{self.raw}.audit",
            "REVIEW_PUBLIC_KEY": self.public, "REVIEW_PRIVATE_KEY": self.private, "REVIEW_DEV_SECRET": self.secret,
            "REVIEW_PORT": self.port, "STATE_DIR": self.folder / "state", "INSTANCE": "here",
            "GROUP_ID": f"{self.raw}-group",
        }  # fmt: skip
        return {f"MASKSTREAM_{name}": str(value) for name, value in names.items()}

    def settings(self, name: str = "one", **flags: Any) -> Settings:
        return load(environ=self.environ, flags={"state_dir": str(self.folder / name), **flags})

    @contextmanager
    def instance(self, name: str = "one", *, private: bool = True, **flags: Any) -> Iterator[Instance]:
        """A service in this process, once its view is up to date."""
        settings = self.settings(name, **flags)
        key = load_review_private(self.private) if private else None
        with ExitStack() as stack:
            services = stack.enter_context(open_services(settings, key))
            access = open_access(settings, services.audit)
            stack.callback(access.close)
            until(lambda: services.store.health().ready)
            yield Instance(services, create_app(services, access))

    @contextmanager
    def command(self, name: str = "review", **environ: str) -> Iterator[subprocess.Popen[bytes]]:
        """`maskstream review`, or another command, as people start it; its log is in `self.log`."""
        self.log = self.folder / f"{name}.log"
        call = [sys.executable, "-c", "from streams.cli.main import main; main()", name]
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                call, env={**os.environ, "PYTHONPATH": str(ROOT), **self.environ, **environ}, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    @contextmanager
    def redrive(self) -> Iterator[subprocess.Popen[bytes]]:
        """A redrive as an operator starts it."""
        keyring = self.folder / "keyring.json"
        if not keyring.exists():
            new_keyring(keyring)
        port = str(free_ports(1)[0])
        with self.command("run", MASKSTREAM_ROLE="redrive", MASKSTREAM_KEYRING=str(keyring),
                          MASKSTREAM_HTTP_PORT=port) as process:  # fmt: skip
            yield process

    def write(self, *values: bytes | None, partition: int = 0, first: int = 0, topic: str | None = None) -> None:
        """Records that could not be masked, sealed and committed as a worker would."""
        self.producer.begin_transaction()
        for number, value in enumerate(values, first):
            origin = Origin(topic or self.raw, partition, number, int(time.time() * 1000))
            record = self.writer.write(origin, RESIDUE, b"canary-key", [("h", b"canary")], value)
            self.producer.produce(
                f"{self.raw}.quarantine", record.value, record.key, partition=partition, headers=[*record.headers]
            )
        self.producer.flush(30)
        self.producer.commit_transaction(30)

    def written_events(self, partition: int = 0) -> list[Event]:
        """What stands in the decisions topic."""
        events = [parse_event(value, partition) for value in self.values("decisions", partition)]
        return [event for event in events if not isinstance(event, str)]

    def values(self, name: str, partition: int = 0) -> list[bytes]:
        """The values of a topic's partition, as of now."""
        consumer = Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": unique("reader"), "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        })  # fmt: skip
        consumer.assign([TopicPartition(f"{self.raw}.{name}", partition, 0)])
        found = []
        while (message := consumer.poll(30)) is not None and message.error() is None:
            found.append(message.value() or b"")
        consumer.close()
        return found


def until(holds: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
    """Waits for a condition."""
    deadline = time.monotonic() + deadline_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
