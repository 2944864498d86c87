"""Writes audit events: chained into the file first, then to the topic, and back only when every replica has them."""

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from confluent_kafka import KafkaError, KafkaException, Message, Producer
from pydantic import ValidationError

from streams.errors import GuardError, KeyringError, RunError, UsageError
from streams.kafka.admin import Admin
from streams.kafka.config import admin_config
from streams.kafka.topics import TopicFacts, unseen_sentence
from streams.keystore import read_secret_file
from streams.quarantine.audit import AuditEvent
from streams.quarantine.journal import Journal, audit_folder
from streams.settings import Settings

__all__ = ["AuditLog", "WriteAudit", "audit_keys"]

#: Writes one event and returns when every replica has it; raises otherwise.
WriteAudit = Callable[[AuditEvent], None]

#: A person waits; an outage of a broker lasted up to 40 s for clients (seen).
_DELIVERY_S: Final = 45.0
#: How long one waits for those who are writing.
_TURN_S: Final = 15.0
_KEY_BYTES_MIN: Final = 32


def audit_keys(path: Path | None) -> tuple[bytes, ...]:
    """The secrets in the file, one a line: the first keys what is written, all of them what is read."""
    if path is None:
        return ()
    keys = read_secret_file(path, "key of the audit", "make one with `openssl rand -base64 48`").split()
    if not keys or any(len(key) < _KEY_BYTES_MIN for key in keys):
        raise KeyringError(f"The key of the audit {path} is shorter than {_KEY_BYTES_MIN} bytes: make a random one.")
    return tuple(keys)


class AuditLog:
    """Call it with an event; any thread. `mask` makes a reason fit to be kept.

    Making one raises GuardError where the topic is missing, writing RunError where an event is not acknowledged: then
    what it is about must not happen. It may stand in the file all the same, as an attempt.
    """

    def __init__(self, settings: Settings, name: Literal["review", "cli"], mask: Callable[[str], str]) -> None:
        self._topic = settings.audit_topic
        facts = Admin(settings).describe([self._topic])[self._topic]
        if not isinstance(facts, TopicFacts):
            raise GuardError(unseen_sentence(facts, "audit"))
        key = next(iter(audit_keys(settings.review_audit_key)), None)
        self._journal = Journal(audit_folder(settings.state_dir), name, settings.instance, key)
        self._mask = mask
        self._mutex = threading.Lock()
        self._config = admin_config(settings)
        self._producer: Producer | None = None

    def __call__(self, event: AuditEvent) -> None:
        """Write one event; back when file and topic have it."""
        document = self._masked(event).document()
        # While the topic does not answer, those who wait must not take all threads of a service.
        if not self._mutex.acquire(timeout=_TURN_S):
            raise RunError("Nothing is done or shown, because the audit topic does not answer: try again.")
        try:
            self._journal.append(document, self._send)
        finally:
            self._mutex.release()

    def _new_producer(self) -> Producer:
        own: dict[str, Any] = {
            "acks": "all",
            "enable.idempotence": True,
            "message.timeout.ms": int(_DELIVERY_S * 1000),
            "log_level": 0,
        }
        return Producer({**self._config, **own})

    def _masked(self, event: AuditEvent) -> AuditEvent:
        if event.reason is None:
            return event
        masked = event.model_copy(update={"reason": self._mask(event.reason)})
        try:
            # A mask may give anything: what is written has to be an event again.
            return AuditEvent.model_validate(masked.model_dump())
        except ValidationError:
            raise UsageError("The reason cannot be kept as it is: say it in one plain sentence.") from None

    def _send(self, documents: list[dict[str, Any]]) -> None:
        reports: list[KafkaError | None] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            reports.append(error)

        producer = self._producer = self._producer or self._new_producer()
        with contextlib.suppress(KafkaException, BufferError):
            for document in documents:
                producer.produce(self._topic, orjson.dumps(document), key=_key(document), on_delivery=delivered)
            producer.flush(_DELIVERY_S + 5)
        failed = [error for error in reports if error is not None]
        if failed or len(reports) < len(documents):
            # An idempotent producer may never recover from what it met; what is unsent stands in the file.
            self._producer = None
            why = failed[0].name() if failed else "no answer"
            raise RunError(
                f"Nothing is done or shown, because it could not be written to {self._topic} ({why}): try again."
            )


def _key(document: dict[str, Any]) -> bytes:
    """All looks at one record have one key, all else the writer's."""
    place = document.get("record")
    if place is None:
        return str(document["chain"]["writer"]).encode()
    return f"{place['topic']}/{place['partition']}/{place['offset']}".encode()
