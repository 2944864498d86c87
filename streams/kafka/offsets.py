"""Where a group stands in its raw topics, and setting that by hand; the workers' own offsets are not its business."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from streams.errors import GuardError, UsageError
from streams.kafka.admin import Admin, Committed, Partition
from streams.kafka.notes import OffsetNote
from streams.kafka.topics import TopicFacts, unseen_sentence

__all__ = ["Standing", "Target", "move", "standings"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to go: the value is an offset, or for `time` milliseconds since the epoch."""

    kind: Literal["earliest", "latest", "offset", "time"]
    value: int = 0


Status = Literal["valid", "none", "expired", "past the end", "topic recreated"]

_NO_RECORD: Final = -1


@dataclass(frozen=True, slots=True)
class Standing:
    """A partition of a raw topic: the group's committed offset (None: none) with metadata, the first offset there is,
    the end that a read_committed reader sees, and the topic's present id.
    """

    topic: str
    partition: int
    committed: int | None
    metadata: str
    begin: int
    end: int
    topic_id: str

    @property
    def lag(self) -> int | None:
        """Offsets still to read (some are markers of transactions, not records); None without a committed offset."""
        return None if self.committed is None else max(0, self.end - self.committed)

    @property
    def status(self) -> Status:
        """Whether a worker would go on from here; everything but `valid` and `none` stops the partition."""
        noted = OffsetNote.parse(self.metadata).topic_id
        if self.committed is None:
            return "none"
        if noted and noted != self.topic_id:
            return "topic recreated"
        if self.committed < self.begin:
            return "expired"
        return "past the end" if self.committed > self.end else "valid"


def standings(admin: Admin, group: str, topics: Iterable[str]) -> list[Standing]:
    """Where the group stands in each partition of the topics; GuardError for a topic that cannot be seen."""
    facts = _facts(admin, topics)
    partitions = [(topic.name, number) for topic in facts.values() for number in range(topic.partitions)]
    begins = admin.offsets(partitions, "earliest")
    ends = admin.offsets(partitions, "latest")
    committed = admin.committed(group, partitions)
    return [
        Standing(
            topic=name,
            partition=number,
            committed=seen[0] if (seen := committed[name, number]) else None,
            metadata=seen[1] if seen else "",
            begin=begins[name, number],
            end=ends[name, number],
            topic_id=facts[name].topic_id,
        )
        for name, number in partitions
    ]


def move(admin: Admin, group: str, topic: str, partitions: Sequence[int], target: Target) -> list[Standing]:
    """Set the group's offset in partitions of a topic (all of them if none are given) and give the new standings.

    GuardError while the group has members; UsageError for an offset outside a partition, nothing is set then. The
    topic's id is noted beside each offset and a count of failed tries forgotten: an operator has looked.
    """
    if admin.group_is_active(group):
        raise GuardError(f"The group {group} has members: stop its workers first.")
    present = standings(admin, group, [topic])
    unknown = set(partitions) - {standing.partition for standing in present}
    if unknown:
        raise UsageError(f"The topic {topic} has no partition {min(unknown)}: it has {len(present)}, from 0.")
    chosen = [standing for standing in present if not partitions or standing.partition in partitions]
    admin.commit(group, _new_offsets(chosen, _offsets_at(admin, chosen, target)))
    return [standing for standing in standings(admin, group, [topic]) if standing.partition in _numbers(chosen)]


def _numbers(chosen: Iterable[Standing]) -> set[int]:
    return {standing.partition for standing in chosen}


def _facts(admin: Admin, topics: Iterable[str]) -> dict[str, TopicFacts]:
    facts: dict[str, TopicFacts] = {}
    for name, state in admin.describe(topics).items():
        if not isinstance(state, TopicFacts):
            raise GuardError(unseen_sentence(state, "raw"))
        facts[name] = state
    return facts


def _new_offsets(chosen: Iterable[Standing], offsets: dict[Partition, int]) -> dict[Partition, Committed]:
    return {
        (standing.topic, standing.partition): (
            offsets[standing.topic, standing.partition],
            OffsetNote(topic_id=standing.topic_id, other=OffsetNote.parse(standing.metadata).other).text(),
        )
        for standing in chosen
    }


def _offsets_at(admin: Admin, chosen: Sequence[Standing], target: Target) -> dict[Partition, int]:
    if target.kind in {"earliest", "latest"}:
        return {(one.topic, one.partition): one.begin if target.kind == "earliest" else one.end for one in chosen}
    if target.kind == "offset":
        return {(one.topic, one.partition): _inside(one, target.value) for one in chosen}
    found = admin.offsets([(one.topic, one.partition) for one in chosen], target.value)
    # The lookup by time ignores isolation and may point behind what a read_committed reader sees.
    return {
        (one.topic, one.partition): one.end
        if found[one.topic, one.partition] == _NO_RECORD
        else min(found[one.topic, one.partition], one.end)
        for one in chosen
    }


def _inside(standing: Standing, offset: int) -> int:
    if not standing.begin <= offset <= standing.end:
        raise UsageError(
            f"Partition {standing.partition} of {standing.topic} reaches from {standing.begin} to {standing.end}: "
            "choose an offset inside, or --to earliest or latest."
        )
    return offset
