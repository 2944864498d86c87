"""Where a partition begins that was just assigned; a pure decision over facts that others have collected.

A wrong position loses records or reads some twice, both silently. So a partition begins only where that is certain:
at its committed offset, at START when the group is new, at its beginning when the partition is new. All else waits or
stops with a sentence.
"""

from dataclasses import dataclass
from typing import Literal

from streams.kafka.notes import OffsetNote

__all__ = ["Begin", "Decision", "Hold", "PartitionFacts", "Skip", "decide"]


@dataclass(frozen=True, slots=True)
class PartitionFacts:
    """What is known about a partition at the moment it is assigned.

    `end` is the end under read_committed. `outputs_used` tells whether the clean topic has ever held a record;
    `target_partitions` is the smallest partition count among the topics that this partition is written to, 0 when one
    is missing. It must have been asked for before `committed`: see `Intake`.
    """

    topic: str
    partition: int
    committed: int | None
    note: OffsetNote
    topic_id: str | None
    beginning: int
    end: int
    group_knows_topic: bool
    outputs_used: bool
    target_partitions: int


@dataclass(frozen=True, slots=True)
class Begin:
    """Read from `offset`; a `fresh` position has to be committed before the first record is read."""

    offset: int
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Do not read: `waiting` until somebody changes a topic, or until an operator sets an offset."""

    sentence: str
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing of this partition is to be read: a bounded reader has no range in it, or has read it."""


Decision = Begin | Hold | Skip


def decide(facts: PartitionFacts, start: Literal["earliest", "latest"]) -> Decision:
    """Where to begin, or why not."""
    if facts.partition >= facts.target_partitions:
        return Hold(
            f"{_name(facts)} waits because its clean or quarantine topic has too few partitions: "
            "run `maskstream topics apply`.",
            waiting=True,
        )
    if facts.committed is not None:
        return _at_committed(facts, facts.committed)
    if facts.group_knows_topic:
        # A partition added later: nobody has read it.
        return Begin(facts.beginning, fresh=True)
    if facts.outputs_used:
        return Hold(
            f"{_name(facts)} is stopped because the group has no offset for it although the clean topic has held "
            "records: say where to begin with `maskstream offsets set`."
        )
    return Begin(facts.beginning if start == "earliest" else facts.end, fresh=True)


def _at_committed(facts: PartitionFacts, offset: int) -> Decision:
    if facts.note.topic_id and facts.topic_id and facts.note.topic_id != facts.topic_id:
        reason = "the topic was deleted and created again since its offset was committed"
    elif offset < facts.beginning:
        reason = f"retention has deleted records from its committed offset {offset} to {facts.beginning}"
    elif offset > facts.end:
        reason = f"its committed offset {offset} is behind its end {facts.end}, so the topic has lost records"
    else:
        return Begin(offset)
    return Hold(f"{_name(facts)} is stopped because {reason}: say where to go on with `maskstream offsets set`.")


def _name(facts: PartitionFacts) -> str:
    return f"Partition {facts.partition} of {facts.topic}"
