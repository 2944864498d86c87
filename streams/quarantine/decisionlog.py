"""Writes decisions to their topic, and says when it is not certain that they are written."""

import threading
import time
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streams.errors import GuardError, RunError, UnreachableError
from streams.kafka.admin import Admin
from streams.kafka.config import admin_config
from streams.kafka.topics import TopicFacts, unseen_sentence
from streams.kafka.verdicts import is_unreachable
from streams.quarantine.actions import Written
from streams.quarantine.decisions import Decision, encode_event
from streams.settings import Settings

__all__ = ["DecisionsTopic"]

#: A person waits; an outage of a broker lasted up to 40 s for clients (seen).
_DELIVERY_S: Final = 45.0
#: Longest wait for a report at a time.
_POLL_S: Final = 0.02
_FIRST: Final = itemgetter(0)

#: Which of the decisions, what was wrong, and its offset.
_Report = tuple[int, KafkaError | None, int | None]


class DecisionsTopic:
    """The decisions topic behind one idempotent producer; any thread."""

    def __init__(self, settings: Settings) -> None:
        """GuardError where the topic is missing or may not be seen."""
        self._topic = settings.decisions_topic
        facts = Admin(settings).describe([self._topic])[self._topic]
        if not isinstance(facts, TopicFacts):
            raise GuardError(unseen_sentence(facts, "decisions"))
        own: dict[str, Any] = {
            "acks": "all",
            "enable.idempotence": True,
            "message.timeout.ms": int(_DELIVERY_S * 1000),
            "linger.ms": 0,
            "compression.type": "lz4",
            "log_level": 0,
        }
        self._renewing = threading.Lock()
        self._config: dict[str, Any] = {**admin_config(settings), **own}
        self._producer = Producer(self._config)

    def write(self, decisions: Sequence[Decision]) -> list[Written]:
        """Each decision in its partition, keyed by the origin of its first record."""
        reports: list[_Report] = []
        producer = self._producer
        sent = self._send(producer, decisions, reports)
        deadline = time.monotonic() + _DELIVERY_S + 5
        # Another thread's poll may serve our reports, so that it is them we wait for.
        while len(reports) < sent and time.monotonic() < deadline:
            producer.poll(_POLL_S)
        written = [Written(decisions[i], offset) for i, error, offset in sorted(reports, key=_FIRST)
                   if error is None and offset is not None]  # fmt: skip
        if len(written) < len(decisions):
            self._renew(producer)
            raise _unwritten(self._topic, [error for _, error, _ in reports if error], len(written))
        return written

    def close(self) -> None:
        """Waits for what is under way."""
        self._producer.flush(_DELIVERY_S)

    def _renew(self, failed: Producer) -> None:
        """An idempotent producer may never recover from what it met; what it has in hand ends by itself."""
        with self._renewing:
            if self._producer is failed:
                self._producer = Producer(self._config)

    def _send(self, producer: Producer, decisions: Sequence[Decision], reports: list[_Report]) -> int:
        """Queues the decisions; gives how many reports there will be."""
        for index, decision in enumerate(decisions):

            def delivered(error: KafkaError | None, message: Message, index: int = index) -> None:
                reports.append((index, error, None if error else message.offset()))

            try:
                producer.produce(
                    self._topic, encode_event(decision), key=decision.records[0].origin.encode(),
                    partition=decision.partition, on_delivery=delivered,
                )  # fmt: skip
            except (KafkaException, BufferError) as error:
                code = error.args[0] if isinstance(error, KafkaException) else KafkaError(KafkaError._QUEUE_FULL)  # noqa: SLF001
                reports.append((index, code, None))
                return index + 1
        return len(decisions)


def _unwritten(topic: str, errors: list[KafkaError], written: int) -> RunError:
    name = errors[0].name() if errors else "no answer"
    part = f" ({written} other events are written)" if written else ""
    sentence = (
        f"It is not certain that the decision was written to {topic} ({name}){part}: look at the record's history, and "
        "decide again if it is not there."
    )
    return UnreachableError(sentence) if errors and is_unreachable(errors[0]) else RunError(sentence)
