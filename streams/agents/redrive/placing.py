"""Where the redrive begins in a partition of the decisions topic; whoever kept a book of it opens a new one."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from confluent_kafka import Consumer, KafkaException, TopicPartition

from streams.kafka.batches import Key
from streams.kafka.notes import OffsetNote
from streams.kafka.placing import ASK_S, NO_TOPIC_ID, Describe, Place, commit_fresh
from streams.kafka.positions import PartitionFacts, decide
from streams.kafka.topics import TopicFacts

if TYPE_CHECKING:
    from streams.kafka.topics import TopicState

__all__ = ["DecisionsPlacing"]

#: Decisions go to no topic whose partitions would have to be as many.
_ENOUGH = 1 << 31


class DecisionsPlacing:
    """Decides for partitions of the decisions topic.

    Without a committed offset, or with one that retention has passed, it begins at the beginning whatever START says:
    what was answered is known from the outcomes, and a decision that nobody carried out must not be skipped. A topic
    that lost its end or was made again stops, since outcomes may be lost with it.
    """

    def __init__(self, describe: Describe, placed: Callable[[Collection[Key]], None]) -> None:
        """`placed` is told of partitions that are assigned anew, before anything of them is read."""
        self._describe = describe
        self._placed = placed

    def find(self, consumer: Consumer, keys: Collection[Key]) -> dict[Key, Place]:
        """A place for each partition; raises KafkaException when Kafka does not answer (ask again later)."""
        self._placed(keys)
        topics = self._describe(sorted({topic for topic, _ in keys}))
        committed = consumer.committed([TopicPartition(*key) for key in sorted(keys)], ASK_S)
        for each in committed:
            if each.error is not None:
                raise KafkaException(each.error)
        places = {}
        for each in committed:
            facts = _facts(consumer, each, topics)
            note = OffsetNote(facts.topic_id or facts.note.topic_id, facts.note.tries, facts.note.other)
            places[each.topic, each.partition] = Place(decide(facts, "earliest"), note)
        commit_fresh(consumer, places)
        return places


def _facts(consumer: Consumer, committed: TopicPartition, topics: "Mapping[str, TopicState]") -> PartitionFacts:
    beginning, end = consumer.get_watermark_offsets(TopicPartition(committed.topic, committed.partition), ASK_S)
    topic = topics.get(committed.topic)
    # A topic that was made again shows in its id, and stops.
    usable = committed.offset >= beginning or committed.offset < 0
    note = OffsetNote.parse(committed.metadata)
    topic_id = topic.topic_id if isinstance(topic, TopicFacts) and topic.topic_id != NO_TOPIC_ID else None
    recreated = note.topic_id is not None and topic_id is not None and note.topic_id != topic_id
    return PartitionFacts(
        topic=committed.topic,
        partition=committed.partition,
        committed=committed.offset if committed.offset >= 0 and (usable or recreated) else None,
        note=note,
        topic_id=topic_id,
        beginning=beginning,
        end=end,
        group_knows_topic=True,
        outputs_used=False,
        target_partitions=_ENOUGH,
    )
