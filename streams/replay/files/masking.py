"""Masks portions of records and puts the notice in the place of what cannot be masked; counts all of it."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from streams.agents.mask import RAISED, mask_safely
from streams.masking.batch import RecordMasker
from streams.masking.masker import notice
from streams.masking.records import Failure, Headers, MaskedColumns, RecordColumns
from streams.replay.files.records import Portion

__all__ = ["PortionMasker", "Seal", "Select", "Tally", "failing"]

#: Which records of a portion the job selects, given the number of the first in its file, their values and fields.
Select = Callable[[int, "Sequence[bytes | None]", "Sequence[Headers | None]"], Sequence[int]]
#: Given the number of a record in its file, why it failed, and its fields and value: nothing of one that was too large.
Seal = Callable[[int, Failure, Headers | None, bytes | None], None]

_TOO_LARGE: Final = Failure("too_large", "decode")
_ENCODING: Final = Failure("invalid_encoding", "decode")
_ZEROS: Final = bytes(3)
_WIDEST: Final = re.compile(rb"[\x20-\x7e]\0\0\0[\x20-\x7e]\0\0\0[\x20-\x7e]")


@dataclass(slots=True)
class Tally:
    """What has become of the records of a file: read = written + quarantined + filtered."""

    read: int = 0
    written: int = 0
    quarantined: int = 0
    filtered: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.read += other.read
        self.written += other.written
        self.quarantined += other.quarantined
        self.filtered += other.filtered
        self.reasons.update(other.reasons)
        self.findings.update(other.findings)

    @property
    def reconciles(self) -> bool:
        return self.read == self.written + self.quarantined + self.filtered


class PortionMasker:
    """Masks the records of one file, in their order; of one thread."""

    def __init__(
        self, mask: RecordMasker, *, topic: str | None = None, select: Select | None = None, seal: Seal | None = None
    ) -> None:
        self._mask = mask
        self._topics = [topic] if topic is not None else []
        self._select = select
        self._seal = seal
        self.tally = Tally()

    def __call__(self, portion: Portion) -> bytes:
        """The bytes that a portion becomes: ends of lines stay, what cannot be masked is the notice."""
        size = len(portion.bodies)
        chosen, masked = self.columns(RecordColumns([], [*portion.bodies], [None] * size), portion.too_large)
        pieces: list[bytes] = []
        for place, (index, value) in enumerate(zip(chosen, masked.values, strict=True)):
            failure = masked.failures.get(place) or (RAISED if value is None else None)
            pieces += notice(failure.reason) if failure else value or b"", portion.ends[index]
        return b"".join(pieces)

    def columns(self, read: RecordColumns, too_large: Collection[int]) -> tuple[Sequence[int], MaskedColumns]:
        """Which records the job selects, and what they become; counts all that were read and seals what fails.

        One that was too large to be looked at is always selected. Keys are left out of account: files have none.
        """
        size = len(read.values)
        chosen = self._chosen(read, too_large)
        values, headers = [read.values[at] for at in chosen], [read.headers[at] for at in chosen]
        columns = RecordColumns([None] * len(values), values, headers, self._topics * len(values))
        masked = mask_safely(self._mask, columns, _nothing)
        masked.failures |= failing(values, {place for place, index in enumerate(chosen) if index in too_large})
        for place, failure in sorted(masked.failures.items()):
            self._sealed(self.tally.read + chosen[place], failure, columns, place)
        self._count(masked, len(chosen), size)
        return chosen, masked

    def _chosen(self, read: RecordColumns, too_large: Collection[int]) -> Sequence[int]:
        if self._select is None:
            return range(len(read.values))
        selected = self._select(self.tally.read, read.values, read.headers)
        return sorted({*selected, *too_large}) if too_large else selected

    def _sealed(self, number: int, failure: Failure, columns: RecordColumns, place: int) -> None:
        if self._seal is not None:
            gone = failure is _TOO_LARGE
            self._seal(
                number, failure, None if gone else columns.headers[place], None if gone else columns.values[place]
            )

    def _count(self, masked: MaskedColumns, chosen: int, size: int) -> None:
        tally, failed = self.tally, len(masked.failures)
        tally.read += size
        tally.filtered += size - chosen
        tally.quarantined += failed
        tally.written += chosen - failed
        tally.reasons.update(failure.reason for failure in masked.failures.values())
        tally.findings.update(masked.findings)


def failing(values: Sequence[bytes | None], too_large: Collection[int]) -> dict[int, Failure]:
    """What fails before it is masked: what is too large, and texts in UTF-32 without a mark, which are valid UTF-8 with
    zeros in it that nobody reads like that.
    """
    found = dict.fromkeys(too_large, _TOO_LARGE)
    if any(value and _ZEROS in value for value in values):
        wide = (place for place, value in enumerate(values) if value and _WIDEST.search(value))
        found |= dict.fromkeys(wide, _ENCODING)
    return found


def _nothing() -> None:
    """Nobody waits for a sign of progress inside a portion."""
