"""Where the partitions of a job begin: at the group's offset, at what the jobs topic says, or at the range's start.

The group's committed offset is the truth, and the job's word on the partition stands in the same transaction, so the
two agree; a little later than each other, because Kafka marks the partitions of a transaction one by one. Group offsets
expire when nobody works on a job for a week: then the job's word alone says where to go on.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from streams.kafka.batches import Key
from streams.kafka.notes import OffsetNote
from streams.kafka.placing import ASK_S, NO_TOPIC_ID, Describe, Place
from streams.kafka.positions import Begin, Decision, Hold, Skip
from streams.kafka.topics import TopicFacts, TopicState
from streams.replay.jobs import Job, Progress
from streams.replay.journal import JobReader
from streams.replay.ranges import Range
from streams.settings import Settings

__all__ = ["Facts", "JobPlacing", "decide"]

#: A dead worker's transaction keeps the jobs topic from being read on for a minute, which is its timeout, and the
#: broker looks at such things every ten seconds. Longer than that the two do not differ by themselves.
AGREE_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a partition of a job when it is assigned."""

    range: Range
    committed: int | None
    word: int | None
    beginning: int
    end: int
    recreated: bool = False
    target_partitions: int | None = None


def decide(facts: Facts) -> Decision | None:
    """Where to begin, or why not; None while what the group and the job say is not one yet."""
    wanted = facts.range
    name = f"Partition {wanted.partition} of {wanted.topic}"
    position = wanted.start if facts.word is None else facts.word
    if facts.committed is not None and facts.committed != position:
        return None
    if position >= wanted.end:
        return Skip()
    if facts.recreated:
        return Hold(f"{name} is stopped because the topic was deleted and created again since the job was planned: "
                    "make a new job.")  # fmt: skip
    if facts.target_partitions is not None and wanted.partition >= facts.target_partitions:
        return Hold(f"{name} waits because its target or quarantine topic has too few partitions: give it as many as "
                    "the raw topic has.", waiting=True)  # fmt: skip
    if facts.end < wanted.end:
        return Hold(f"{name} is stopped because the topic ends at {facts.end}, before the job's end {wanted.end}: it "
                    "has lost records; make a new job.")  # fmt: skip
    # What retention has deleted meanwhile is passed over and counted.
    return Begin(min(max(position, facts.beginning), wanted.end), fresh=facts.committed is None)


class JobPlacing:
    """Decides for the partitions of one consumer; `lost` holds what retention deleted, until it is committed."""

    def __init__(self, job: Job, reader: JobReader, settings: Settings, describe: Describe) -> None:
        self._job = job
        self._ranges = job.by_key
        self._reader = reader
        self._settings = settings
        self._describe = describe
        self._differ_since: dict[Key, float] = {}
        self._consumer: Consumer | None = None
        self.words: dict[Key, Progress] = {}
        self.lost: dict[Key, int] = {}

    def owned(self) -> set[Key]:
        """The partitions of the job that are this worker's now."""
        assigned = self._consumer.assignment() if self._consumer else []
        return {(each.topic, each.partition) for each in assigned} & self._ranges.keys()

    def settle(self, keys: Collection[Key]) -> set[Key]:
        """Learns anew how far partitions are after a transaction of which nobody knows how it ended; gives those of
        which that is certain. Raises KafkaException and RunError when Kafka does not answer.
        """
        if self._consumer is None:
            return set(keys)
        committed, words = _committed(self._consumer, sorted(keys)), self._reader.catch_up().progress
        certain = set()
        for key in keys:
            word = words.get(key) or _first_word(self._job, self._ranges[key])
            if committed[key] == word.position:
                self.words[key] = word
                certain.add(key)
        return certain

    def find(self, consumer: Consumer, keys: Collection[Key], /) -> dict[Key, Place]:
        """A place for each partition of which that is certain."""
        self._consumer = consumer
        places = {key: Place(Skip(), OffsetNote()) for key in keys if key not in self._ranges}
        own = sorted(set(keys) - places.keys())
        topics = self._described({topic for topic, _ in own})
        committed = _committed(consumer, own)
        words = self._reader.catch_up().progress
        for key in own:
            place = self._place(consumer, key, topics, committed[key], words.get(key))
            if place is not None:
                places[key] = place
        _commit_fresh(consumer, {key: places[key] for key in own if key in places}, self._positions(own))
        return places

    def _place(
        self,
        consumer: Consumer,
        key: Key,
        topics: Mapping[str, TopicState],
        committed: int | None,
        word: Progress | None,
    ) -> Place | None:
        beginning, end = consumer.get_watermark_offsets(TopicPartition(*key), ASK_S)
        raw, wanted = topics.get(key[0]), self._ranges[key]
        topic_id = raw.topic_id if isinstance(raw, TopicFacts) and raw.topic_id != NO_TOPIC_ID else None
        planned = self._job.topic_ids.get(key[0])
        said = word.position if word else None
        facts = Facts(
            wanted, committed, said, beginning, end,
            recreated=bool(topic_id and planned and topic_id != planned),
            target_partitions=self._target_partitions(key[0], topics),
        )  # fmt: skip
        decision = decide(facts)
        if decision is None:
            return self._differing(key, committed, said)
        self._differ_since.pop(key, None)
        self.words[key] = word or _first_word(self._job, wanted)
        self._count_lost(key, decision)
        return Place(decision, OffsetNote(topic_id))

    def _differing(self, key: Key, committed: int | None, word: int | None) -> Place | None:
        since_s = self._differ_since.setdefault(key, time.monotonic())
        if time.monotonic() - since_s < AGREE_S:
            return None
        start = self._ranges[key].start
        return Place(
            Hold(
                f"Partition {key[1]} of {key[0]} is stopped because the group's offset {committed} is not the job's "
                f"{start if word is None else word}: somebody set the group's offsets; make a new job."
            ),
            OffsetNote(),
        )

    def _count_lost(self, key: Key, decision: Decision) -> None:
        self.lost.pop(key, None)
        if isinstance(decision, Begin) and decision.offset > self.words[key].position:
            self.lost[key] = decision.offset - self.words[key].position

    def _positions(self, keys: Collection[Key]) -> dict[Key, int]:
        return {key: self.words[key].position for key in keys if key in self.words}

    def _described(self, raw: set[str]) -> Mapping[str, TopicState]:
        targets = {self._settings.clean_topic_for(topic) for topic in raw} if self._job.target else set()
        return self._describe(sorted(raw | targets | {self._settings.quarantine_topic}))

    def _target_partitions(self, raw: str, topics: Mapping[str, TopicState]) -> int | None:
        if self._job.target is None:
            return None
        names = (self._settings.clean_topic_for(raw), self._settings.quarantine_topic)
        states = [topics.get(name) for name in names]
        return min(state.partitions if isinstance(state, TopicFacts) else 0 for state in states)


def _first_word(job: Job, wanted: Range) -> Progress:
    # What was gone when the job was planned is told by the plan.
    place = {"topic": wanted.topic, "partition": wanted.partition, "position": wanted.start}
    return Progress.model_validate({"job": job.job, **place})


def _committed(consumer: Consumer, keys: Collection[Key]) -> dict[Key, int | None]:
    found = consumer.committed([TopicPartition(*key) for key in keys], ASK_S) if keys else []
    for each in found:
        if each.error is not None:
            raise KafkaException(each.error)
    return {(each.topic, each.partition): each.offset if each.offset >= 0 else None for each in found}


def _commit_fresh(consumer: Consumer, places: Mapping[Key, Place], positions: Mapping[Key, int]) -> None:
    """The group's offset where it has none: what the job's word is, or the range's start, and never beyond."""
    offsets = [
        TopicPartition(*key, positions[key], place.note.text())
        for key, place in places.items()
        if isinstance(place.decision, Begin) and place.decision.fresh
    ]
    if not offsets:
        return
    for each in consumer.commit(offsets=offsets, asynchronous=False):
        if each.error is not None:
            raise KafkaException(each.error)
