"""The quarantine record: why, from where, the shape of it, and the original sealed; it talks to no broker.

What is read here was written by anybody who may write to the topic: `parse` takes only what is an envelope of a known
version, and nothing of it but our own coordinates and codes is trusted to be free of content.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from streams import __version__
from streams.errors import RunError
from streams.keystore import review_key_id
from streams.masking.records import Failure, Headers, Reason
from streams.quarantine.payload import Payload, pack, unpack
from streams.quarantine.preview import Shape, preview
from streams.quarantine.sealing import SCHEME, Sealed, Sealer, open_sealed
from streams.quarantine.whereabouts import PATH, path_of

__all__ = ["ENVELOPE_VERSION", "Envelope", "EnvelopeWriter", "Origin", "QuarantineRecord", "Source", "parse"]

ENVELOPE_VERSION: Final = 1
#: A record's own lengths, attributes and timestamps, and those of the batch around it, rounded up.
_RECORD_OVERHEAD_BYTES: Final = 512
#: Headers whose shape is shown.
_SHOWN_HEADERS: Final = 16
_SHOWN_HEADER_CHARS: Final = 80
_NONCE_BYTES: Final = 12
_PUBLIC_BYTES: Final = 32

Stage = Literal["decode", "detect", "act", "verify", "produce"]
# Kafka's own limits: whoever reads hands them to its client, and to what checks the seal.
Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
Partition = Annotated[int, Field(ge=0, le=2**31 - 1)]
Time = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
# Printable ASCII only: whoever writes to the topic must not write to the terminal or page of who reads it.
Name = Annotated[str, Field(pattern="^[ -~]{1,200}$")]
Shown = Annotated[str, Field(pattern="^[ -~]*…?$")]
Path = Annotated[str, Field(pattern=f"^{PATH}$")]


class Origin(NamedTuple):
    """Where a record was read; `timestamp_ms` is -1 where it has none, `job` names a replay."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    job: str | None = None

    @property
    def coordinates(self) -> str:
        """`topic/partition/offset`: the key of the quarantine record, never personal."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class QuarantineRecord(NamedTuple):
    """A record for the quarantine topic."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Source(_Part):
    """Where the record was read: the coordinates that it is known by."""

    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    partition: Partition
    offset: Count
    timestamp_ms: Time = Field(description="Kafka's timestamp in milliseconds since 1970; -1 where it has none.")


class Sizes(_Part):
    """Bytes of the original; null where there was none."""

    key: Count | None
    headers: Count | None = Field(description="Names and values together.")
    value: Count | None


class SealedPayload(_Part):
    """The packed and sealed original (docs: the layout is in `streams/quarantine/payload.py`)."""

    scheme: Literal["X25519-HKDF-SHA256-AES-256-GCM"]
    compression: Literal["zlib"]
    key: str = Field(pattern="^[0-9a-f]{12}$", description="Id of the review key that opens it.")
    ephemeral: str = Field(description="Base64 of the sealing process's public half.")
    nonce: str = Field(description="Base64 of the 12 bytes of the nonce.")
    data: str = Field(description="Base64 of ciphertext and tag.")


class Envelope(_Part):
    """The value of a quarantine record, version 1."""

    version: Literal[1]
    reason: Reason
    stage: Stage
    detectors: tuple[Name, ...] = Field(description="Detectors that took part; names of the catalogue.")
    path: Path | None = Field(
        default=None, description="Where in the record it was seen; null where that is no one place."
    )
    cause: Reason | None = Field(description="The first reason, where the envelope itself became too large.")
    policy: Name = Field(description="Version of the policy that could not mask the record.")
    program: Name = Field(description="Version of maskstream.")
    source: Source
    job: Name | None = Field(description="The replay that read the record; null for the live way.")
    fingerprint: str = Field(pattern="^[0-9a-f]{16}$", description="Equal for records that fail alike.")
    preview: Shown | None = Field(description="Shape of the value; null for a tombstone.")
    preview_key: Shown | None = Field(description="Shape of the key; null without one.")
    preview_headers: tuple[Shown, ...] = Field(description="Shapes of names and values of the first headers.")
    sizes: Sizes
    sealed: SealedPayload | None = Field(description="The original; null where it did not fit.")

    @property
    def origin(self) -> Origin:
        source = self.source
        return Origin(source.topic, source.partition, source.offset, source.timestamp_ms, self.job)

    def check_key(self, private_key: X25519PrivateKey) -> SealedPayload:
        """The payload that this key may open; RunError where there is none or it is sealed to another key."""
        if self.sealed is None:
            raise RunError(
                f"The payload was too large to keep: read {self.origin.coordinates} of the raw topic while it is there."
            )
        wanted, given = self.sealed.key, review_key_id(private_key.public_key())
        if wanted != given:
            raise RunError(f"The payload is sealed to the review key {wanted}, and the private key given is {given}.")
        return self.sealed

    def open(self, private_key: X25519PrivateKey) -> Payload:
        """The original record; RunError where there is no payload, or this key does not open it here."""
        sealed = _sealed_of(self.check_key(private_key))
        return unpack(open_sealed(private_key, sealed, _associated(self.version, self.origin)))


def parse(value: bytes | None) -> Envelope | str:
    """The envelope in a record of the quarantine topic, or in a few words why it is none; no content in them."""
    try:
        document = orjson.loads(value or b"")
    except ValueError:
        return "no envelope: not JSON"
    if not isinstance(document, dict) or "version" not in document:
        return "no envelope: another kind of JSON"
    if document["version"] != ENVELOPE_VERSION:
        return "an envelope of a version that this maskstream does not know"
    try:
        # The strict way is pydantic's own JSON parser; a list is no tuple to it otherwise.
        return Envelope.model_validate_json(value or b"", strict=True)
    except ValidationError:
        return "no envelope: fields are missing or wrong"


class EnvelopeWriter:
    """Seals records that could not be masked; holds the public key only. Threads and forks may share it.

    `max_bytes` is the quarantine topic's limit of one record, or a callable that gives the present one: an envelope
    that would be larger is written without its payload, with the reason `too_large`. Without a limit the caller
    measures, and writes what does not fit once more without content.
    """

    __slots__ = ("_key_id", "_max_bytes", "_policy", "_sealer")

    def __init__(
        self, public_key: X25519PublicKey, policy_version: str, max_bytes: int | Callable[[], int] | None = None
    ) -> None:
        self._key_id = review_key_id(public_key)
        self._policy = policy_version
        self._max_bytes = max_bytes
        self._sealer = Sealer(public_key)

    def write(
        self, origin: Origin, failure: Failure, key: bytes | None, headers: Headers | None, value: bytes | None
    ) -> QuarantineRecord:
        """The record for the quarantine topic; never raises for content.

        Nothing at all that is too large (no key, headers or value) stands for a record that the caller cannot send,
        and gets no payload: a tombstone fits everywhere.
        """
        original = Payload(key, headers, value)
        if failure.reason == "too_large" and key is None and value is None and not headers:
            return self._record(origin, failure, original, None)
        limit = self._max_bytes() if callable(self._max_bytes) else self._max_bytes
        record = self._record(origin, failure, original, self._seal(origin, pack(*original)))
        return record if limit is None or _size(record) <= limit else self._record(origin, failure, original, None)

    def _seal(self, origin: Origin, packed: bytes) -> dict[str, str]:
        sealed = self._sealer.seal(packed, _associated(ENVELOPE_VERSION, origin))
        return {
            "scheme": SCHEME,
            "compression": "zlib",
            "key": self._key_id,
            "ephemeral": base64.b64encode(sealed.ephemeral).decode(),
            "nonce": base64.b64encode(sealed.nonce).decode(),
            "data": base64.b64encode(sealed.data).decode(),
        }

    # A dict and orjson, not the model: a storm of garbage comes through here (a test holds it to the model).
    def _record(
        self, origin: Origin, failure: Failure, original: Payload, sealed: dict[str, str] | None
    ) -> QuarantineRecord:
        key, headers, value = original
        shape = Shape(value)
        reason: Reason = failure.reason if sealed else "too_large"
        topic, partition, offset, timestamp_ms, job = origin
        path = path_of(failure, value)
        document: dict[str, Any] = {
            "version": ENVELOPE_VERSION,
            "reason": reason,
            "stage": failure.stage,
            "detectors": failure.detectors,
            "path": path,
            "cause": failure.reason if reason != failure.reason else None,
            "policy": self._policy,
            "program": __version__,
            "source": {"topic": topic, "partition": partition, "offset": offset, "timestamp_ms": timestamp_ms},
            "job": job,
            "fingerprint": shape.fingerprint(reason, failure.detectors, path),
            "preview": shape.preview,
            "preview_key": preview(key),
            "preview_headers": [_header_preview(*header) for header in (headers or [])[:_SHOWN_HEADERS]],
            "sizes": {"key": _length(key), "headers": _headers_length(headers), "value": _length(value)},
            "sealed": sealed,
        }
        return QuarantineRecord(
            origin.coordinates.encode(),
            orjson.dumps(document),
            _record_headers(origin, reason, failure.stage, self._policy),
        )


def _header_preview(name: str, value: bytes | None) -> str:
    # As one text, so that a name says whether its value is a secret.
    text = (value or b"")[:_SHOWN_HEADER_CHARS].decode("utf-8", "replace")
    return (preview(f"{name[:_SHOWN_HEADER_CHARS]}: {text}") or "")[:_SHOWN_HEADER_CHARS]


def _record_headers(origin: Origin, reason: Reason, stage: Stage, policy: str) -> list[tuple[str, bytes]]:
    """Ours, and the names of Kafka Connect's and Kafka Streams' dead letter queues, for the tools that know those."""
    topic, partition, offset = origin.topic.encode(), b"%d" % origin.partition, b"%d" % origin.offset
    # No class of ours failed and no message may be told: the reason is the name of the exception.
    exception = f"maskstream.{reason}".encode()
    return [
        ("maskstream.reason", reason.encode()),
        ("maskstream.policy", policy.encode()),
        ("maskstream.version", __version__.encode()),
        ("__connect.errors.topic", topic),
        ("__connect.errors.partition", partition),
        ("__connect.errors.offset", offset),
        ("__connect.errors.connector.name", b"maskstream"),
        ("__connect.errors.stage", stage.upper().encode()),
        ("__connect.errors.class.name", b"maskstream"),
        ("__connect.errors.exception.class.name", exception),
        ("__connect.errors.exception.message", reason.encode()),
        ("__streams.errors.exception", exception),
        ("__streams.errors.message", reason.encode()),
        ("__streams.errors.topic", topic),
        ("__streams.errors.partition", partition),
        ("__streams.errors.offset", offset),
    ]


def _associated(version: int, origin: Origin) -> bytes:
    return orjson.dumps(["maskstream/envelope", version, *origin])


def _sealed_of(sealed: SealedPayload) -> Sealed:
    try:
        pieces = [base64.b64decode(text, validate=True) for text in (sealed.ephemeral, sealed.nonce, sealed.data)]
    except (binascii.Error, ValueError):
        pieces = []
    if len(pieces) != len(Sealed._fields) or (len(pieces[0]), len(pieces[1])) != (_PUBLIC_BYTES, _NONCE_BYTES):
        raise RunError("The payload is not in the form that maskstream writes: look at who else writes to the topic.")
    return Sealed(*pieces)


def _size(record: QuarantineRecord) -> int:
    headers = sum(4 * len(name) + 10 + len(text) for name, text in record.headers)
    return len(record.key) + len(record.value) + headers + _RECORD_OVERHEAD_BYTES


def _length(data: bytes | None) -> int | None:
    return None if data is None else len(data)


def _headers_length(headers: Headers | None) -> int | None:
    return None if headers is None else sum(len(name) + len(text or b"") for name, text in headers)
