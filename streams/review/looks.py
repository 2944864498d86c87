"""What people did, read back from the audit topic: who looked at a record, and the newest acts of all.

A thread follows the topic from the time of the oldest record that quarantine may hold; memory is bounded, and what is
older stands in the topic and the files. It is for showing, and for the approval of a reveal by a second person.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final
from uuid import UUID

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from streams.errors import MaskstreamError, RunError
from streams.kafka.admin import Admin
from streams.kafka.config import admin_config
from streams.kafka.topics import TopicFacts
from streams.quarantine.audit import AuditEvent, parse_audit
from streams.settings import Settings
from streams.telemetry import log

__all__ = ["LOOKS", "Looks"]

#: Acts that are shown on the page of a record.
LOOKS: Final = frozenset(("reveal", "reveal_request", "reveal_approve", "try", "decide"))
#: Acts that are remembered, of all people; and looks at records, which are few.
_NEWEST: Final = 10_000
_PLACES: Final = 20_000
_OF_PLACE: Final = 200
_AGAIN_S: Final = 5.0

_events: Final = log.EventLog()


class Looks:
    """Any thread may ask; `start` begins to follow, `close` ends it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = settings.audit_topic
        self._lock = threading.Condition()
        self._newest: deque[AuditEvent] = deque(maxlen=_NEWEST)
        self._of: OrderedDict[tuple[int, int], deque[AuditEvent]] = OrderedDict()
        self._ids: OrderedDict[UUID, None] = OrderedDict()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="looks", daemon=True)

    def start(self) -> None:
        """Begins to follow the topic; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Ends it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_AGAIN_S)

    def of(self, place: tuple[int, int]) -> tuple[AuditEvent, ...]:
        """What was done with a record, the newest first."""
        with self._lock:
            return tuple(reversed(self._of.get(place, ())))

    def newest(
        self, limit: int, before: UUID | None = None, shown: Callable[[AuditEvent], bool] = lambda _: True
    ) -> list[AuditEvent]:
        """The last acts that may be `shown`, the newest first; behind the one with the id `before`."""
        with self._lock:
            events = list(self._newest)
        events.reverse()
        if before is not None:
            at = next((index for index, event in enumerate(events) if event.id == before), len(events))
            events = events[at + 1 :]
        return list(islice(filter(shown, events), limit))

    def wait_for(self, event: UUID, timeout_s: float) -> bool:
        """Whether an event was read back within so long."""
        with self._lock:
            return self._lock.wait_for(lambda: event in self._ids, timeout_s)

    def take(self, event: AuditEvent) -> None:
        """Takes one event; one that is there already changes nothing."""
        with self._lock:
            if event.id in self._ids:
                return
            self._ids[event.id] = None
            while len(self._ids) > _NEWEST:
                self._ids.popitem(last=False)
            self._newest.append(event)
            if (
                event.record is not None
                and event.action in LOOKS
                and event.record.topic == self._settings.quarantine_topic
            ):
                place = (event.record.partition, event.record.offset)
                self._of.setdefault(place, deque(maxlen=_OF_PLACE)).append(event)
                self._of.move_to_end(place)
                while len(self._of) > _PLACES:
                    self._of.popitem(last=False)
            self._lock.notify_all()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow()
            except MaskstreamError as error:
                _events.warning("review_failed", error=error)
            except Exception as error:  # noqa: BLE001 - told by type; what is shown stays as old as it is
                _events.error("exception", error=error)
            self._stop.wait(_AGAIN_S)

    def _follow(self) -> None:
        consumer = Consumer(self._config())
        try:
            consumer.assign([TopicPartition(*place, offset) for place, offset in self._starts().items()])
            while not self._stop.is_set():
                message = consumer.poll(0.2)
                if message is None:
                    continue
                error = message.error()
                if error is None:
                    event = parse_audit(message.value())
                    if not isinstance(event, str):
                        self.take(event)
                elif error.code() in _REFUSED:
                    raise RunError(f"The audit topic {self._topic} cannot be read ({error.name()}): check the rights.")
        except KafkaException as error:
            name = error.args[0].name()
            raise RunError(f"The audit topic {self._topic} cannot be read ({name}): check the rights.") from None
        finally:
            consumer.close()

    def _starts(self) -> Mapping[tuple[str, int], int]:
        admin = Admin(self._settings)
        facts = admin.describe([self._topic])[self._topic]
        if not isinstance(facts, TopicFacts):
            raise RunError(f"The audit topic {self._topic} cannot be seen: run `maskstream topics apply`.")
        places = [(self._topic, number) for number in range(facts.partitions)]
        since = int(time.time() * 1000) - self._settings.max_retention_ms
        found, ends = admin.offsets(places, since), admin.offsets(places, "latest")
        return {place: found[place] if found[place] >= 0 else ends[place] for place in places}

    def _config(self) -> dict[str, Any]:
        return {
            **admin_config(self._settings),
            "group.id": f"{self._settings.group_id}-audit-reader",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "log_level": 0,
        }


_REFUSED: Final = frozenset((KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.UNKNOWN_TOPIC_OR_PART))
