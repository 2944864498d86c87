"""What a worker does besides when it reads a bounded part of its topics for some purpose; without one it reads onward.

The loop is the same either way, so order, transactions and what happens in trouble are too (`streams.agents.worker`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from streams.kafka.batches import BatchLimits, Key, RecordBatch
from streams.kafka.placing import Describe, Places, Placing
from streams.telemetry.metrics import BatchNumbers

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = ["Beside", "Journey", "Onward", "Step"]


class Beside(NamedTuple):
    """A record that is written in the transaction of a batch."""

    topic: str
    partition: int
    key: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: go on, but rest first; read nothing for now, but stay in the group; or end, for all is done."""

    what: Literal["go", "hold", "end"] = "go"
    rest_s: float = 0.0


class Journey(Protocol):
    """Asked and told by the thread that moves the batches."""

    @property
    def ends(self) -> Mapping[Key, int]:
        """Where each partition ends; a partition that is not there has no end."""

    @property
    def writes(self) -> bool:
        """Whether records are written; otherwise all is done but that."""

    def places(self, settings: "Settings", describe: Describe, /) -> Places:
        """Who decides where partitions begin."""

    def step(self) -> Step:
        """What to do next; called before each batch."""

    def limits(self, limits: BatchLimits, /) -> BatchLimits:
        """How large the next batch may be."""

    def select(self, batch: RecordBatch, /) -> RecordBatch:
        """The records of a batch that are wanted; what is committed with it stays the same."""

    def beside(self, batch: RecordBatch, wanted: RecordBatch, numbers: BatchNumbers, /) -> Iterable[Beside]:
        """What is written in the transaction of a batch besides; `numbers` counts what was `wanted` of it."""

    def committed(self, batch: RecordBatch, numbers: BatchNumbers, /) -> None:
        """The transaction is durable."""


_NO_ENDS: Final[Mapping[Key, int]] = MappingProxyType({})
_GO: Final = Step()


class Onward:
    """The live way: all records, for ever."""

    ends = _NO_ENDS
    writes = True

    def places(self, settings: "Settings", describe: Describe, /) -> Places:
        return Placing(settings, describe)

    def step(self) -> Step:
        return _GO

    def limits(self, limits: BatchLimits, /) -> BatchLimits:
        return limits

    def select(self, batch: RecordBatch, /) -> RecordBatch:
        return batch

    def beside(self, _batch: RecordBatch, _wanted: RecordBatch, _numbers: BatchNumbers, /) -> Iterable[Beside]:
        return ()

    def committed(self, batch: RecordBatch, numbers: BatchNumbers, /) -> None:
        pass
