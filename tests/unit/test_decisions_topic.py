"""What is written after a producer has failed for good: the next decision goes by a new one."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from streams.errors import RunError
from streams.kafka.topics import TopicFacts
from streams.quarantine import decisionlog
from streams.quarantine.decisionlog import DecisionsTopic
from streams.quarantine.decisions import RecordId
from streams.settings import Settings
from tests.support.decisions import decision


class _Admin:
    """A cluster that has every topic."""

    def __init__(self, _settings: Settings) -> None:
        pass

    def describe(self, names: list[str]) -> dict[str, TopicFacts]:
        return {name: TopicFacts(name, "id", 4, 86_400_000) for name in names}


class _Producer:
    """The first one meets a fatal error, as an idempotent producer does that lost its place; the next ones work."""

    made = 0

    def __init__(self, _config: Mapping[str, Any]) -> None:
        type(self).made += 1
        self._dead = type(self).made == 1

    def produce(self, _topic: str, _value: bytes, *, on_delivery: Callable[..., None], **_rest: Any) -> None:
        if self._dead:
            raise KafkaException(KafkaError(KafkaError._FATAL))
        on_delivery(None, SimpleNamespace(offset=lambda: 7))

    def poll(self, _timeout_s: float) -> int:
        return 0


def test_decision_after_a_fatal_error_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """One failure is told to one person, and does not keep everybody from deciding until the service starts again."""
    monkeypatch.setattr(_Producer, "made", 0)
    monkeypatch.setattr(decisionlog, "Admin", _Admin)
    monkeypatch.setattr(decisionlog, "Producer", _Producer)
    topic = DecisionsTopic(Settings())
    one = decision("release", "open", RecordId(offset=0, origin="raw/0/0"))
    with pytest.raises(RunError, match="not certain"):
        topic.write([one])
    assert [written.offset for written in topic.write([one])] == [7]
