"""That a record is gone is said only where Kafka says so, and not where its topic cannot be seen at present."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from streams.agents.redrive.topics import Topics
from streams.errors import UnreachableError
from streams.kafka.topics import TopicFacts, TopicState, Unseen
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.kafka.admin import Admin

SETTINGS = Settings(raw_topics="raw")


class _Kafka:
    """What Kafka says of the quarantine topic; the clean and decisions topics are there."""

    def __init__(self, quarantine: int | None) -> None:
        self.quarantine = quarantine

    def describe(self, names: Any) -> dict[str, TopicState]:
        return {name: self._state(name) for name in names}

    def _state(self, name: str) -> TopicState:
        count = self.quarantine if name == SETTINGS.quarantine_topic else 8
        return Unseen(name, "missing") if count is None else TopicFacts(name, "id", count, 86_400_000)


def _topics(kafka: _Kafka) -> Topics:
    topics = Topics(SETTINGS, cast("Admin", kafka))
    topics.look()
    return topics


def test_partition_that_came_since_the_last_look_is_there() -> None:
    """Quarantine that was grown a moment ago holds records, which have not expired."""
    kafka = _Kafka(4)
    topics = _topics(kafka)
    kafka.quarantine = 8
    assert topics.quarantine_partitions(5) == 8


def test_partition_that_is_not_there_is_said_to_be_gone() -> None:
    """Where Kafka itself says that there are fewer, there are fewer."""
    assert _topics(_Kafka(4)).quarantine_partitions(5) == 4


@pytest.mark.parametrize("first", [None, 4])
def test_quarantine_that_cannot_be_seen_says_nothing(first: int | None) -> None:
    """An unseen topic is no empty one: its records are asked for again later, and not given up."""
    kafka = _Kafka(first)
    topics = _topics(kafka)
    kafka.quarantine = None
    with pytest.raises(UnreachableError, match="quarantine"):
        topics.quarantine_partitions(5)
