"""Collects what is known about newly assigned partitions and decides where each begins; see `positions`.

Every call goes through the worker's one consumer, so all of it belongs to the consumer's thread.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from confluent_kafka import Consumer, KafkaException, TopicPartition

from streams.kafka.batches import Key
from streams.kafka.notes import OffsetNote
from streams.kafka.positions import Begin, Decision, PartitionFacts, decide
from streams.kafka.topics import TopicFacts, TopicState

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = ["ASK_S", "NO_TOPIC_ID", "Describe", "Place", "Places", "Placing", "commit_fresh"]

#: What a broker without topic ids says.
NO_TOPIC_ID: Final = "A" * 22
#: Limit of one question to Kafka; a partition that gets no answer waits and is asked about again.
ASK_S: Final = 5.0

#: Describes topics by name; never raises for a missing one.
Describe = Callable[[Collection[str]], Mapping[str, TopicState]]


@dataclass(frozen=True, slots=True)
class Place:
    """The decision for a partition, and the note to commit with its offsets."""

    decision: Decision
    note: OffsetNote


class Places(Protocol):
    """Whoever decides where partitions begin."""

    def find(self, consumer: Consumer, keys: Collection[Key], /) -> dict[Key, Place]:
        """A place for each partition, none for one to ask about again; KafkaException when Kafka does not answer."""


class Placing:
    """Decides for partitions of one consumer; asks Kafka afresh each time."""

    def __init__(self, settings: "Settings", describe: Describe) -> None:
        self._settings = settings
        self._describe = describe

    def find(self, consumer: Consumer, keys: Collection[Key]) -> dict[Key, Place]:
        """A place for each partition; raises KafkaException when Kafka does not answer (ask again later).

        A fresh position is committed before this returns: records of a worker's output then always come after a
        committed offset, which is how other workers tell a new group from one that lost its offsets.
        """
        topics = self._described({topic for topic, _ in keys})
        # Outputs first, offsets second: the order that the docstring's argument needs.
        used = {topic: self._outputs_used(consumer, topic, topics) for topic in {topic for topic, _ in keys}}
        committed = self._committed(consumer, keys, topics)
        known = {topic for (topic, _), (offset, _) in committed.items() if offset is not None}
        places = {}
        for key in keys:
            facts = self._facts(consumer, key, topics, committed, known=known, used=used)
            note = OffsetNote(facts.topic_id or facts.note.topic_id, facts.note.tries, facts.note.other)
            places[key] = Place(decide(facts, self._settings.start), note)
        commit_fresh(consumer, places)
        return places

    def _described(self, raw: set[str]) -> Mapping[str, TopicState]:
        clean = {self._settings.clean_topic_for(topic) for topic in raw}
        return self._describe(sorted(raw | clean | {self._settings.quarantine_topic}))

    def _outputs_used(self, consumer: Consumer, raw: str, topics: Mapping[str, TopicState]) -> bool:
        clean = topics.get(self._settings.clean_topic_for(raw))
        count = clean.partitions if isinstance(clean, TopicFacts) else 0
        return any(
            consumer.get_watermark_offsets(TopicPartition(clean.name, number), ASK_S)[1] > 0
            for number in range(count)
            if clean is not None
        )

    def _committed(
        self, consumer: Consumer, keys: Iterable[Key], topics: Mapping[str, TopicState]
    ) -> dict[Key, tuple[int | None, str | None]]:
        """Of all partitions of the topics concerned, since one with an offset makes the group know the topic."""
        wanted = set(keys)
        for topic in {topic for topic, _ in keys}:
            facts = topics.get(topic)
            wanted |= {(topic, n) for n in range(facts.partitions)} if isinstance(facts, TopicFacts) else set()
        found = consumer.committed([TopicPartition(*key) for key in sorted(wanted)], ASK_S)
        for each in found:
            if each.error is not None:
                raise KafkaException(each.error)
        return {
            (each.topic, each.partition): (each.offset if each.offset >= 0 else None, each.metadata) for each in found
        }

    def _facts(
        self,
        consumer: Consumer,
        key: Key,
        topics: Mapping[str, TopicState],
        committed: Mapping[Key, tuple[int | None, str | None]],
        *,
        known: set[str],
        used: Mapping[str, bool],
    ) -> PartitionFacts:
        topic, partition = key
        offset, metadata = committed[key]
        beginning, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), ASK_S)
        raw = topics.get(topic)
        targets = (topics.get(self._settings.clean_topic_for(topic)), topics.get(self._settings.quarantine_topic))
        return PartitionFacts(
            topic=topic,
            partition=partition,
            committed=offset,
            note=OffsetNote.parse(metadata),
            topic_id=raw.topic_id if isinstance(raw, TopicFacts) and raw.topic_id != NO_TOPIC_ID else None,
            beginning=beginning,
            end=end,
            group_knows_topic=topic in known,
            outputs_used=used[topic],
            target_partitions=min(each.partitions if isinstance(each, TopicFacts) else 0 for each in targets),
        )


def commit_fresh(consumer: Consumer, places: Mapping[Key, Place]) -> None:
    """Commits the positions that nobody has committed before; raises KafkaException where one is refused."""
    offsets = [
        TopicPartition(*key, place.decision.offset, place.note.text())
        for key, place in places.items()
        if isinstance(place.decision, Begin) and place.decision.fresh
    ]
    if not offsets:
        return
    for each in consumer.commit(offsets=offsets, asynchronous=False):
        if each.error is not None:
            raise KafkaException(each.error)
