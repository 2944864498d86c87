"""The review application on a real store, real verification and real sealing; only the topics are lists in memory."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from fastapi.testclient import TestClient

from streams.keystore import ephemeral_keyring
from streams.quarantine.actions import Actions, Written
from streams.quarantine.audit import AuditEvent
from streams.quarantine.decisions import Decision, RecordId
from streams.quarantine.envelope import QuarantineRecord, Source, parse
from streams.quarantine.readback import StoreReadBack
from streams.quarantine.reader import Stored
from streams.quarantine.reasons import ReasonMasker
from streams.quarantine.store.clear import read_clear
from streams.quarantine.trying import Trier
from streams.review.app import create_app
from streams.review.auth.access import DEV_AUDIENCE, DEV_ISSUER, open_access
from streams.review.auth.limits import Buckets
from streams.review.looks import Looks
from streams.review.neighbours import Neighbour, Neighbours
from streams.review.policies import PolicySource
from streams.review.reveals import Reveals
from streams.review.runs import Runs
from streams.review.services import Services
from streams.review.start import metrics_of
from streams.settings import Settings
from tests.support.review import NOW_MS, PRIVATE, Filled, written

__all__ = ["CANARY", "REASONS", "SECRET", "Desk", "token"]

CANARY = b'{"email":"canary@example.com","password":"canary-secret","msg":"canary"}'
SECRET = "a-secret-of-development-that-is-long-enough"
#: Compiling takes seconds: once a process.
KEYRING = ephemeral_keyring()
REASONS = ReasonMasker(KEYRING)


def token(*roles: str, subject: str = "ann@example.com", topics: Sequence[str] | None = None, **claims: Any) -> str:
    """A token of development."""
    now = int(time.time())
    said: dict[str, Any] = {
        "iss": DEV_ISSUER, "aud": DEV_AUDIENCE, "sub": subject, "iat": now, "exp": now + 600, "jti": str(uuid4()),
        "roles": list(roles), **({"topics": list(topics)} if topics is not None else {}), **claims,
    }  # fmt: skip
    return jwt.encode(said, SECRET, "HS256", headers={"typ": "JWT"})


class Alone(Neighbours):
    """Clean topics without records: there is no Kafka here."""

    def around(self, source: Source, each: int = 5) -> list[Neighbour]:
        return []


class Desk:
    """One application and what is behind it; a `patient` one bears any number of wrong tokens."""

    def __init__(self, folder: Path, *, private: bool = True, patient: bool = False, **settings: Any) -> None:
        secret = folder / "dev-secret"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        given = {"bootstrap_servers": "127.0.0.1:1", "state_dir": folder, "review_dev_secret": secret, **settings}
        self.settings = Settings(**given)
        self.filled = Filled(folder)
        self.store = self.filled.store
        self.values: dict[tuple[int, int], bytes] = {}
        self.audited: list[AuditEvent] = []
        self.refuse_audit: Exception | None = None
        self.looks = Looks(self.settings)
        self._lock = threading.Lock()
        policies = PolicySource(None, self.settings.max_depth)
        trier = Trier(PRIVATE, KEYRING, self.opened)
        reveals = Reveals(
            PRIVATE, self.opened, self.audit, self.looks, REASONS, four_eyes=self.settings.review_four_eyes
        )
        self.services = Services(
            settings=self.settings,
            store=self.store,
            actions=Actions(self, StoreReadBack(self.store), REASONS, lambda: policies.version),
            policies=policies,
            runs=Runs(),
            neighbours=Alone(self.settings),
            metrics=metrics_of(self.store),
            looks=self.looks,
            audit=self.audit,
            trier=trier if private else None,
            reveals=reveals if private else None,
        )
        self.access = open_access(self.settings, self.audit)
        if patient:
            self.access = replace(self.access, failures=Buckets(1e9, 1e9), attempts=Buckets(1e9, 1e9))
        self.app = create_app(self.services, self.access)

    def close(self) -> None:
        self.services.runs.close()
        self.access.close()
        self.store.close()

    def client(self, *roles: str, **claims: Any) -> TestClient:
        """A client with a token of these roles; without any, a stranger."""
        headers = {"Authorization": f"Bearer {token(*roles, **claims)}"} if roles else {}
        return TestClient(
            self.app, base_url="http://127.0.0.1", headers=headers, client=("192.0.2.7", 4711),
            raise_server_exceptions=False,
        )  # fmt: skip

    def add(self, *records: QuarantineRecord | bytes, partition: int = 0, seen_ms: int = NOW_MS) -> list[RecordId]:
        """Puts quarantine records into topic and store."""
        first = self.filled._next.get(("quarantine", partition), 0)
        values = [record if isinstance(record, bytes) else record.value for record in records]
        self.values |= {(partition, first + number): value for number, value in enumerate(values)}
        return self.filled.records(map(read_clear, values), partition=partition, seen_ms=seen_ms)

    def canaries(self, count: int = 1, **options: Any) -> list[RecordId]:
        """Sealed records that hold canaries and would pass under the policy in use."""
        return self.add(*(written(1000 + number, value=CANARY, **options) for number in range(count)))

    # What the decisions topic is to `Actions`.
    def write(self, decisions: Sequence[Decision]) -> list[Written]:
        with self._lock:
            return [self._written(decision) for decision in decisions]

    def _written(self, decision: Decision) -> Written:
        offset = self.filled._next.get(("decisions", decision.partition), 0)
        self.filled.events(decision)
        return Written(decision, offset)

    # What the audit topic is to everybody.
    def audit(self, event: AuditEvent) -> None:
        if self.refuse_audit is not None:
            raise self.refuse_audit
        self.audited.append(event)
        self.looks.take(event)

    # What a reader of the quarantine topic is.
    @contextmanager
    def opened(self) -> Iterator["Desk"]:
        yield self

    def fetch(self, partition: int, offset: int) -> Stored | None:
        value = self.values.get((partition, offset))
        if value is None:
            return None
        return Stored(self.settings.quarantine_topic, partition, offset, NOW_MS, parse(value))

    def fetch_all(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, Stored | None]]:
        for offset in offsets:
            yield offset, self.fetch(partition, offset)
