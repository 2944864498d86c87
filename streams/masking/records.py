"""What the masking core takes and gives, in columns: index i of every list is the same Kafka record."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

__all__ = ["REASONS", "Failure", "Headers", "MaskedColumns", "Reason", "RecordColumns"]

#: A record's headers as confluent-kafka gives them: names may repeat, order is kept, values may be None.
Headers = list[tuple[str, bytes | None]]

Reason = Literal[
    "invalid_encoding", "unsupported_format", "too_large", "too_deep", "detector_error", "residue",
    "policy_requires_json", "timestamp", "poison",
]  # fmt: skip

REASONS: tuple[Reason, ...] = (
    "invalid_encoding", "unsupported_format", "too_large", "too_deep", "detector_error", "residue",
    "policy_requires_json", "timestamp", "poison",
)  # fmt: skip


@dataclass(slots=True)
class RecordColumns:
    """A batch of records as read; a tombstone has the value None. `topics` may be empty where no rule asks for them."""

    keys: list[bytes | None]
    values: list[bytes | None]
    headers: list[Headers | None]
    topics: list[str] = field(default_factory=list)


class Failure(NamedTuple):
    """Why one record cannot be masked with certainty; names and a place, never a value.

    `at` is the byte of the part where it was seen, as the part came in; -1 where that is no single place.
    """

    reason: Reason
    stage: Literal["decode", "detect", "act", "verify", "produce"]
    detectors: tuple[str, ...] = ()
    part: Literal["value", "key", "header"] = "value"
    at: int = -1


@dataclass(slots=True)
class MaskedColumns:
    """The same batch, masked; whatever stands at the index of a failure must not be written to a clean topic."""

    keys: list[bytes | None]
    values: list[bytes | None]
    headers: list[Headers | None]
    failures: dict[int, Failure] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)
