"""Fetches quarantine records by their offsets, many in one go; exactly these or none."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from streams.kafka.reading import PartitionReader, PositionGoneError
from streams.quarantine.envelope import Envelope, parse

if TYPE_CHECKING:
    from streams.kafka.outbox import Surroundings
    from streams.settings import Settings

__all__ = ["EnvelopeFetcher"]

#: A gap in the offsets up to which the records between are read over: a new position costs more than these.
GAP_MAX: Final = 50
#: Envelopes taken at once, whatever they weigh.
SLICE_RECORDS: Final = 16


class EnvelopeFetcher:
    """One consumer of the quarantine topic that belongs to no group; not for threads."""

    def __init__(self, settings: "Settings", around: "Surroundings") -> None:
        self._topic = settings.quarantine_topic
        self._reader = PartitionReader(
            settings, f"{settings.group_id}-quarantine-reader", around, slice_records=SLICE_RECORDS
        )

    def fetch(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, Envelope | str | None]]:
        """For each offset, which ascend, what stands there: an envelope, in a few words why it is none, or None where
        there is no record. All have to lie in front of the end that a read_committed reader sees.

        That a record is gone is final for whoever asked, so it is looked for a second time, behind its neighbours.
        Raises RunError; the caller may take its time between two of them.
        """
        for run in _runs(offsets):
            missing: list[int] = []
            yield from self._read(partition, run, missing)
            for offset in missing:
                gone: list[int] = []
                yield from self._read(partition, [offset], gone)
                yield from ((each, None) for each in gone)

    def close(self) -> None:
        self._reader.close()

    def _read(self, partition: int, run: Sequence[int], missing: list[int]) -> Iterator[tuple[int, Envelope | str]]:
        """What of a run is there; the rest of it is added to what is missing."""
        at = 0
        try:
            for message in self._reader.read(self._topic, partition, run[0], run[-1] + 1):
                offset = message.offset() or 0
                while at < len(run) and run[at] < offset:
                    missing.append(run[at])
                    at += 1
                if at < len(run) and run[at] == offset:
                    at += 1
                    yield offset, parse(message.value())
        except PositionGoneError:
            # Retention has passed the first of them; each is looked for by itself then.
            pass
        missing += run[at:]


def _runs(offsets: Sequence[int]) -> Iterator[Sequence[int]]:
    """Offsets that are near each other."""
    start = 0
    for at, (before, after) in enumerate(pairwise(offsets), 1):
        if after - before > GAP_MAX:
            yield offsets[start:at]
            start = at
    if offsets:
        yield offsets[start:]
