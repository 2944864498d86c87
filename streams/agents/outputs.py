"""Turns a masked batch into records to write: clean ones, or sealed ones for quarantine; it sends through a callable.

What decides is here: sizes and timestamps against the target topic before anything is queued, because one record that
the broker refuses fails the whole batch.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from streams.kafka.batches import Headers, RecordBatch
from streams.kafka.targets import Target, record_bytes
from streams.kafka.timestamps import TIMESTAMP_HEADER, replaced
from streams.masking.records import Failure, MaskedColumns
from streams.telemetry import log
from streams.telemetry.metrics import BatchNumbers, TopicNumbers

__all__ = ["Outputs", "QuarantineRecord", "QuarantineWriter", "Send", "Stamp", "write_batch"]

#: topic, partition, key, value, headers, timestamp in milliseconds (0 is now)
Send = Callable[[str, int, bytes | None, bytes | None, Headers, int], None]

#: Headers that each clean record gets: `maskstream.policy`, `maskstream.key`, `maskstream.version`.
Stamp = tuple[tuple[str, bytes], ...]

TOO_LARGE: Final = Failure("too_large", "produce")

_events: Final = log.EventLog()


class QuarantineRecord(Protocol):
    """A sealed record, as it is written."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes: ...
    @property
    def headers(self) -> list[tuple[str, bytes]]: ...


class QuarantineWriter(Protocol):
    """Seals what cannot be masked; never raises for content.

    Takes topic, partition, offset and timestamp of the record, and the most bytes that its quarantine record may have:
    what does not fit is written without payload.
    """

    def __call__(
        self,
        coordinates: tuple[str, int, int, int],
        failure: Failure,
        key: bytes | None,
        headers: Headers | None,
        value: bytes | None,
        max_bytes: int,
        /,
    ) -> QuarantineRecord: ...


@dataclass(slots=True)
class Outputs:
    """What a batch is written with; `condemned` are coordinates of records that Kafka refused as too large."""

    clean: Callable[[str], Target]
    quarantine: Target
    seal: QuarantineWriter
    stamp: Stamp
    client_bytes_max: int
    condemned: set[tuple[str, int, int]] = field(default_factory=set)


# The hot loop: long and flat. Index i of all columns is one record.
def write_batch(batch: RecordBatch, masked: MaskedColumns, outputs: Outputs, now_ms: int, send: Send) -> BatchNumbers:
    """Sends every record of a batch exactly once, clean or to quarantine; the same partition number and order."""
    numbers: dict[str, TopicNumbers] = {}
    reasons: dict[str, int] = {}
    failures, stamp = masked.failures, outputs.stamp
    stamp_names = {name for name, _ in stamp}
    topic, target, count, limit = "", outputs.quarantine, TopicNumbers(), 0
    rewritten = 0
    columns = zip(
        batch.topics, batch.partitions, batch.offsets, batch.timestamps, masked.keys, masked.values, masked.headers,
        strict=True,
    )  # fmt: skip
    for i, (source, partition, offset, timestamp, key, value, headers) in enumerate(columns):
        if source != topic:
            topic, target = source, outputs.clean(source)
            count = numbers.setdefault(source, TopicNumbers())
            limit = min(target.max_bytes, outputs.client_bytes_max)
        raw_bytes = _payload_bytes(batch.keys[i], batch.values[i], batch.headers[i])
        count.records_in += 1
        count.bytes_in += raw_bytes
        failure = failures.get(i) if failures else None
        if failure is None and outputs.condemned and (source, partition, offset) in outputs.condemned:
            failure = TOO_LARGE
        if failure is None:
            # Names of ours that a producer put there would be taken for our word.
            kept = [header for header in headers if header[0] not in stamp_names] if headers else []
            kept += stamp
            written_ms = timestamp
            if replaced(timestamp, now_ms, target.timestamps):
                written_ms, rewritten = now_ms, rewritten + 1
                kept = _with_original(kept, timestamp)
            size = record_bytes(key, value, kept)
            if size > limit:
                failure = TOO_LARGE
            else:
                send(target.topic, partition, key, value, kept, written_ms)
                count.records_clean += 1
                count.bytes_clean += size
        if failure is not None:
            count.records_quarantined += 1
            count.bytes_quarantined += _quarantine(batch, i, failure, outputs, now_ms, send)
            reasons[failure.reason] = reasons.get(failure.reason, 0) + 1
    if rewritten:
        _events.info("timestamp_replaced", records=rewritten)
    return BatchNumbers(numbers, masked.findings, reasons)


def _quarantine(batch: RecordBatch, i: int, failure: Failure, outputs: Outputs, now_ms: int, send: Send) -> int:
    """Seals record i and sends it; without its payload where the envelope does not fit. Gives the size in bytes."""
    target = outputs.quarantine
    limit = min(target.max_bytes, outputs.client_bytes_max)
    coordinates = (batch.topics[i], batch.partitions[i], batch.offsets[i], batch.timestamps[i])
    if coordinates[:3] in outputs.condemned:
        # Our way of counting was wrong once: no payload, so that nothing is left to be wrong about.
        limit = 0
    sealed = outputs.seal(coordinates, failure, batch.keys[i], batch.headers[i], batch.values[i], limit)
    size = _sealed_bytes(sealed)
    headers: Headers = [*sealed.headers]
    timestamp = coordinates[3]
    if replaced(timestamp, now_ms, target.timestamps):
        headers, timestamp = _with_original(headers, timestamp), now_ms
    send(target.topic, coordinates[1], sealed.key, sealed.value, headers, timestamp)
    return size


def _sealed_bytes(sealed: QuarantineRecord) -> int:
    # And room for the header of a replaced timestamp.
    return record_bytes(sealed.key, sealed.value, [*sealed.headers, (TIMESTAMP_HEADER, b"0" * 20)])


def _with_original(headers: Headers, timestamp_ms: int) -> Headers:
    if timestamp_ms < 0:
        return headers
    # A record that comes round again keeps one such header: the one of its last journey.
    others = [header for header in headers if header[0] != TIMESTAMP_HEADER]
    return [*others, (TIMESTAMP_HEADER, str(timestamp_ms).encode())]


def _payload_bytes(key: bytes | None, value: bytes | None, headers: Headers | None) -> int:
    size = (len(key) if key else 0) + (len(value) if value else 0)
    for name, text in headers or ():
        size += len(name) + (len(text) if text else 0)
    return size
