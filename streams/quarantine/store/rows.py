"""What of an envelope goes into the view: never the sealed payload."""

import hashlib
from typing import Any, Final, NamedTuple

import orjson

from streams.quarantine.decisions import record_id
from streams.quarantine.envelope import Envelope

__all__ = ["Arrived", "Kind", "kind_of", "row_of"]

#: Fingerprints have as many hex digits.
_FINGERPRINT_DIGITS: Final = 16


class Arrived(NamedTuple):
    """A record of the quarantine topic as it was read; `seen_ms` is its timestamp."""

    partition: int
    offset: int
    seen_ms: int
    envelope: Envelope | str


class Kind(NamedTuple):
    """What the records of a group have in common; foreign bytes have a `problem` and a fingerprint made of it."""

    fingerprint: str
    reason: str | None
    stage: str | None
    cause: str | None
    detectors: tuple[str, ...]
    problem: str | None

    @property
    def words(self) -> str:
        """What a search by words looks at, in lower case."""
        return " ".join(filter(None, (*self[:4], *self.detectors, self.problem))).lower()


class Row(NamedTuple):
    """The columns of `records` that come from the envelope; `origin` is that of its RecordId."""

    topic: str | None
    source_partition: int | None
    source_offset: int | None
    source_ms: int | None
    job: str | None
    origin: str | None
    detail: bytes | None


def kind_of(envelope: Envelope | str) -> Kind:
    """The kind of a record."""
    if isinstance(envelope, str):
        digest = hashlib.sha256(f"foreign\0{envelope}".encode()).hexdigest()[:_FINGERPRINT_DIGITS]
        return Kind(digest, None, None, None, (), envelope)
    return Kind(envelope.fingerprint, envelope.reason, envelope.stage, envelope.cause, envelope.detectors, None)


def row_of(arrived: Arrived) -> Row:
    """The columns of a record."""
    envelope = arrived.envelope
    if isinstance(envelope, str):
        return Row(None, None, None, None, None, None, None)
    source = envelope.source
    origin = record_id(arrived.offset, envelope.origin).origin
    return Row(
        source.topic, source.partition, source.offset, source.timestamp_ms, envelope.job, origin, _detail(envelope)
    )


def _detail(envelope: Envelope) -> bytes:
    """What only somebody sees who looks at the record: no query asks for it."""
    detail: dict[str, Any] = {
        "policy": envelope.policy,
        "program": envelope.program,
        "preview": envelope.preview,
        "preview_key": envelope.preview_key,
        "preview_headers": envelope.preview_headers,
        "sizes": envelope.sizes.model_dump(),
        "sealed_to": envelope.sealed.key if envelope.sealed else None,
    }
    return orjson.dumps(detail)
