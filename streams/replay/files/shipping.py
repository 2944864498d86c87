"""Writes sealed records of files to the quarantine topic."""

from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Producer

from streams.errors import GuardError
from streams.kafka.admin import Admin
from streams.kafka.config import admin_config
from streams.kafka.topics import TopicFacts, unseen_sentence
from streams.quarantine.envelope import QuarantineRecord
from streams.replay.files.options import FileTroubleError
from streams.settings import Settings

__all__ = ["Shipper"]

#: An outage of a broker lasted up to 40 s for clients (seen).
_DELIVERY_S: Final = 60.0


class Shipper:
    """One idempotent producer; GuardError where the topic cannot be seen. For one thread."""

    def __init__(self, settings: Settings) -> None:
        self._topic = settings.quarantine_topic
        facts = Admin(settings).describe([self._topic])[self._topic]
        if not isinstance(facts, TopicFacts):
            raise GuardError(unseen_sentence(facts, "quarantine"))
        self._partitions = facts.partitions
        self.max_bytes = facts.max_message_bytes
        own: dict[str, Any] = {
            "acks": "all",
            "enable.idempotence": True,
            "message.max.bytes": max(facts.max_message_bytes, 1_000_000),
            "message.timeout.ms": int(_DELIVERY_S * 1000),
            "log_level": 0,
        }
        self._producer = Producer({**admin_config(settings), **own})

    def __call__(self, file: int, records: list[QuarantineRecord]) -> None:
        """Returns when all of them are on every replica; FileTroubleError otherwise."""
        reports: list[KafkaError | None] = []
        try:
            for record in records:
                self._producer.produce(
                    self._topic, record.value, record.key, file % self._partitions, headers=list(record.headers),
                    on_delivery=lambda error, _: reports.append(error),
                )  # fmt: skip
            self._producer.flush(_DELIVERY_S + 5)
        except (KafkaException, BufferError):
            reports.append(KafkaError(KafkaError._FAIL))  # noqa: SLF001
        failed = [error for error in reports if error is not None]
        if failed or len(reports) != len(records):
            why = failed[0].name() if failed else "no answer"
            raise FileTroubleError(
                f"What could not be masked could not be written to {self._topic} ({why}): resume the job when it can."
            )
