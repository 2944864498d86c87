"""What the tests of the review store put in: envelopes, decisions, and a view that no Kafka is behind."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.masking.records import Failure
from streams.quarantine.decisions import Decision, Event, Outcome, RecordId, Redaction, record_id
from streams.quarantine.envelope import EnvelopeWriter, Origin, QuarantineRecord
from streams.quarantine.store.clear import Clear, read_clear
from streams.quarantine.store.ingest import Arrived, Happened, Ingest, Place
from streams.quarantine.store.store import ReviewStore
from streams.settings import Settings

__all__ = ["DAY_MS", "HOUR_MS", "NOW_MS", "PRIVATE", "Filled", "decision", "envelope", "outcome", "written"]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
#: Far from now, so that a slip to the real clock shows.
NOW_MS = 4_102_459_230_123
PRIVATE = X25519PrivateKey.generate()
RESIDUE = Failure("residue", "verify", ("email",))
_WRITER = EnvelopeWriter(PRIVATE.public_key(), "policy-1")


def written(
    offset: int,
    *,
    topic: str = "orders",
    partition: int = 0,
    failure: Failure = RESIDUE,
    value: bytes | None = b'{"email":"ann@example.com"}',
    job: str | None = None,
) -> QuarantineRecord:
    """The quarantine record of a raw record."""
    return _WRITER.write(Origin(topic, partition, offset, 5, job), failure, b"key", [("a", b"b")], value)


def envelope(offset: int, **more: Any) -> Clear:
    """What the store gets of its envelope."""
    found = read_clear(written(offset, **more).value)
    assert isinstance(found, Clear)
    return found


def decision(records: Sequence[RecordId], **more: Any) -> Decision:
    """A release of open records, or what `more` says."""
    given: dict[str, Any] = {
        "id": uuid4(),
        "time": datetime(2026, 1, 1, tzinfo=UTC),
        "actor": "ann",
        "role": "operator",
        "via": "review",
        "action": "release",
        "expected": "open",
        "policy": "policy-1",
        "partition": 0,
    }
    if more.get("action") == "mask":
        # By hand it is one record.
        records, given["redactions"] = records[:1], (Redaction(path="$.email"),)
    return Decision(records=tuple(records), **(given | more))


def outcome(of: UUID, records: Sequence[RecordId], **more: Any) -> Outcome:
    """The redrive's answer to a decision."""
    given: dict[str, Any] = {
        "id": uuid4(),
        "time": datetime(2026, 1, 2, tzinfo=UTC),
        "result": "redriven",
        "policy": "policy-2",
        "partition": 0,
        "failure": "residue" if more.get("result") == "failed_again" else None,
    }
    return Outcome(decision=of, records=tuple(records), **(given | more))


class Filled:
    """A store whose view is filled by hand; offsets count up by themselves, in each partition of each topic."""

    def __init__(self, folder: Path, *, retention_ms: int | None = 14 * DAY_MS) -> None:
        self.store = ReviewStore(Settings(bootstrap_servers="127.0.0.1:1", state_dir=folder))
        self.store.now_ms = lambda: NOW_MS  # type: ignore[method-assign]
        self.store._holder.set_retention(retention_ms)
        self.db = self.store._holder.view.writer
        self.ingest = Ingest(self.db)
        self._next: dict[Place, int] = {}

    def records(self, envelopes: Iterable[Clear | str], *, partition: int = 0, seen_ms: int = NOW_MS) -> list[RecordId]:
        """Puts records in and gives the ids of those that have one."""
        arrived, ids = [], []
        for item in envelopes:
            arrived.append(Arrived(partition, self._take("quarantine", partition), seen_ms, item))
            if not isinstance(item, str):
                ids.append(record_id(arrived[-1].offset, item.origin))
        self.ingest.write(arrived, [], self._next)
        return ids

    def events(self, *events: Event) -> None:
        """Puts events in."""
        happened = [Happened(self._take("decisions", event.partition), event) for event in events]
        self.ingest.write([], happened, self._next)
        self.store._tell()

    def _take(self, role: Any, partition: int) -> int:
        offset = self._next.get((role, partition), 0)
        self._next[role, partition] = offset + 1
        return offset
