"""Opens a quarantined record for a person: written down and acknowledged first, opened afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import uuid4

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.errors import GuardError, RunError, UsageError
from streams.kafka.admin import Admin
from streams.kafka.config import admin_config
from streams.kafka.topics import TopicFacts, unseen_sentence
from streams.keystore import review_key_id
from streams.quarantine.audit import REASON_CHARS_MAX, REASON_CHARS_MIN, AuditEvent, Place
from streams.quarantine.envelope import Envelope
from streams.quarantine.payload import Payload
from streams.quarantine.reader import Stored
from streams.settings import Settings

__all__ = ["WriteAudit", "audit_writer", "reveal"]

#: Writes one event and returns when every replica has it; raises otherwise.
WriteAudit = Callable[[AuditEvent], None]

#: A person waits; an outage of a broker lasted up to 40 s for clients (seen).
_DELIVERY_S: Final = 45.0


def reveal(
    stored: Stored,
    private_key: X25519PrivateKey,
    *,
    actor: str,
    via: Literal["cli", "review"],
    reason: str,
    write_audit: WriteAudit,
) -> Payload:
    """The original of a stored record. What cannot be opened with this key is refused before anything is written, a
    look that was written down may still fail (a payload that was tampered with); never the other way round.
    """
    envelope = stored.envelope
    if isinstance(envelope, str):
        raise RunError(f"Record {stored.place} cannot be opened: it is {envelope}.")
    if not REASON_CHARS_MIN <= len(reason.strip()) <= REASON_CHARS_MAX:
        raise UsageError(f"The reason should have {REASON_CHARS_MIN} to {REASON_CHARS_MAX} characters.")
    envelope.check_key(private_key)
    write_audit(_event(stored, envelope, review_key_id(private_key.public_key()), actor, via, reason.strip()))
    return envelope.open(private_key)


def audit_writer(settings: Settings) -> WriteAudit:
    """Writes to the audit topic; GuardError where it is missing, RunError where an event is not acknowledged."""
    topic = settings.audit_topic
    facts = Admin(settings).describe([topic])[topic]
    if not isinstance(facts, TopicFacts):
        raise GuardError(unseen_sentence(facts, "audit"))
    own: dict[str, Any] = {
        "acks": "all",
        "enable.idempotence": True,
        "message.timeout.ms": int(_DELIVERY_S * 1000),
        "log_level": 0,
    }
    producer = Producer({**admin_config(settings), **own})

    def write(event: AuditEvent) -> None:
        _deliver(producer, topic, event)

    return write


def _event(
    stored: Stored, envelope: Envelope, key: str, actor: str, via: Literal["cli", "review"], reason: str
) -> AuditEvent:
    return AuditEvent(
        id=uuid4(),
        time=datetime.now(UTC),
        action="reveal",
        via=via,
        actor=actor,
        reason=reason,
        record=Place(topic=stored.topic, partition=stored.partition, offset=stored.offset),
        source=envelope.source,
        key=key,
    )


def _deliver(producer: Producer, topic: str, event: AuditEvent) -> None:
    reports: list[KafkaError | None] = []

    def delivered(error: KafkaError | None, _: Message) -> None:
        reports.append(error)

    try:
        producer.produce(topic, event.model_dump_json().encode(), key=event.record.key.encode(), on_delivery=delivered)
        producer.flush(_DELIVERY_S + 5)
    except (KafkaException, BufferError):
        reports.append(KafkaError(KafkaError._FAIL))  # noqa: SLF001
    failed = [error for error in reports if error is not None]
    if failed or not reports:
        why = failed[0].name() if failed else "no answer"
        raise RunError(f"Nothing is shown, because the look could not be written to {topic} ({why}): try again.")
