"""Which offsets of a partition a job reads; a pure decision over what Kafka said when the job was planned.

Offsets, not records: markers of transactions, aborted records and compaction leave gaps, so a range says how far to
read and never how many records there are. The end is what a read_committed reader saw, fixed once; a lookup by time
ignores isolation and may point behind it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["Edges", "Key", "Range", "Window", "range_of", "share_of"]

#: What Kafka answers to a time that is later than every record's.
NO_RECORD: Final = -1

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Window:
    """What of each partition is asked for; a time stands for the offset that Kafka found for it (`Edges`)."""

    start: Literal["beginning", "time"] | int = "beginning"
    end: Literal["end", "time"] | int = "end"


@dataclass(frozen=True, slots=True)
class Edges:
    """A partition when the job was planned: the first offset there is, the end under read_committed, and the first
    offsets at or after the times of the window, -1 where no record is so late.
    """

    beginning: int
    end: int
    from_time: int = NO_RECORD
    to_time: int = NO_RECORD


@dataclass(frozen=True, slots=True)
class Range:
    """Offsets from `start` up to, but without, `end`; `gone` of those asked for had been deleted before the plan."""

    topic: str
    partition: int
    start: int
    end: int
    gone: int = 0

    @property
    def key(self) -> Key:
        return self.topic, self.partition

    @property
    def offsets(self) -> int:
        """How many offsets, at least as many as there are records."""
        return self.end - self.start


def range_of(key: Key, edges: Edges, window: Window) -> Range:
    """The range of a partition, inside what is there; empty ranges begin and end at the same offset."""
    asked = _at(window.start, edges.from_time, edges, otherwise=edges.beginning)
    start = min(max(asked, edges.beginning), edges.end)
    end = min(max(_at(window.end, edges.to_time, edges, otherwise=edges.end), start), edges.end)
    # Only an offset can ask for what is gone; nobody knows what a time would have found.
    wanted_end = window.end if isinstance(window.end, int) else edges.end
    gone = max(0, min(edges.beginning, wanted_end) - window.start) if isinstance(window.start, int) else 0
    return Range(*key, start, end, gone)


def _at(edge: str | int, found: int, edges: Edges, *, otherwise: int) -> int:
    if isinstance(edge, int):
        return edge
    if edge != "time":
        return otherwise
    return edges.end if found == NO_RECORD else found


def share_of(owned: Collection[Key], ranges: Mapping[Key, Range], positions: Mapping[Key, int]) -> float:
    """The part of what is left of a job that is left in some of its partitions, in partitions; 1 when nothing is."""
    left = [key for key, one in ranges.items() if positions.get(key, one.start) < one.end]
    own = sum(key in owned for key in left)
    return own / len(left) if left and own else 1.0
