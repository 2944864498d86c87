"""Reads what was written down, from the topic or a file, and follows its chains; it writes nothing."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.errors import GuardError, RunError, UnreachableError
from streams.kafka.admin import Admin
from streams.kafka.config import admin_config
from streams.kafka.topics import TopicFacts, unseen_sentence
from streams.quarantine.audit import AuditEvent, parse_audit
from streams.quarantine.chain import Break, Chains, Entry, entry_of
from streams.quarantine.journal import FILE_NAME, lines_of
from streams.settings import Settings

__all__ = ["Line", "Report", "compare", "file_lines", "parsed", "topic_lines", "verify_files", "verify_topic"]

#: Without a record or an end for so long, Kafka is taken to be away.
_SILENCE_S: Final = 60.0
_POLL_S: Final = 1.0


class Line(NamedTuple):
    """A line of a file or a record of the topic: where, and its bytes."""

    at: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What following the chains of one copy has found; `unchained` counts events of before there were chains."""

    chains: Chains
    breaks: tuple[Break, ...]
    unchained: int


def file_lines(path: Path) -> Iterator[Line]:
    """Lines of a file in their order."""
    return (Line(f"{path.name}:{number}", line) for number, line in enumerate(lines_of(path), 1))


def topic_lines(settings: Settings) -> tuple[Iterator[Line], bool]:
    """The present records of the audit topic in its order, and whether retention has taken some of its beginning.

    UnreachableError, GuardError and RunError where it cannot be read.
    """
    topic, admin = settings.audit_topic, Admin(settings)
    facts = admin.describe([topic])[topic]
    if not isinstance(facts, TopicFacts):
        raise GuardError(unseen_sentence(facts, "audit"))
    places = [(topic, number) for number in range(facts.partitions)]
    begins, ends = admin.offsets(places, "earliest"), admin.offsets(places, "latest")
    lines = (
        line
        for place in places
        if begins[place] < ends[place]
        for line in _partition(settings, place, begins[place], ends[place])
    )
    return lines, any(begins.values())


def verify_files(paths: Iterable[Path], keys: Sequence[bytes]) -> Report:
    """Follows the chains through files, the oldest first: a file's name says which event it begins with."""
    chains, breaks, unchained = Chains(cut=True), list[Break](), 0
    for path in paths:
        found = list(_entries(file_lines(path), keys))
        entries = [entry for entry in found if isinstance(entry, Entry)]
        breaks += [entry for entry in found if isinstance(entry, Break)]
        breaks += _of_name(path, entries)
        breaks += [wrong for entry in entries for wrong in chains.follow(entry)]
        unchained += found.count(None)
    return Report(chains, tuple(breaks), unchained)


def verify_topic(lines: Iterable[Line], keys: Sequence[bytes], *, cut: bool) -> Report:
    """Follows the chains through records of the topic; of several partitions in the order of the numbers, since the
    topic has none.
    """
    found = list(_entries(lines, keys))
    entries = [entry for entry in found if isinstance(entry, Entry)]
    if len({entry.at.partition(":")[0] for entry in entries}) > 1:
        entries.sort(key=lambda entry: (entry.writer, entry.sequence))
    chains = Chains(resent=True, cut=cut)
    breaks = [entry for entry in found if isinstance(entry, Break)]
    breaks += [wrong for entry in entries for wrong in chains.follow(entry)]
    return Report(chains, tuple(breaks), found.count(None))


def compare(file: Report, topic: Report, unsent: int) -> Iterator[Break]:
    """What one copy has at its end and the other has not; `unsent` events of the file are still on their way."""
    for writer, head in file.chains.heads.items():
        there = topic.chains.heads.get(writer)
        behind = head.sequence - (there.sequence if there else -1)
        if behind > unsent:
            yield Break("topic", f"the last {behind} events of {writer} are in the file and not in the topic")
        elif behind < 0:
            yield Break("file", f"the last {-behind} events of {writer} are in the topic and not in the file")


def parsed(lines: Iterable[Line]) -> Iterator[tuple[str, AuditEvent | str]]:
    """Events in their order, each with where it stands; what is none is a few words."""
    return ((line.at, parse_audit(line.value)) for line in lines)


def _entries(lines: Iterable[Line], keys: Sequence[bytes]) -> Iterator[Entry | Break | None]:
    """The place in a chain, None for an event without one (version 1), and what is wrong with anything else."""
    for at, value in lines:
        event = parse_audit(value)
        if isinstance(event, str):
            yield Break(at, event)
        elif event.chain is None:
            yield None if event.version == 1 else Break(at, "an event without its chain")
        else:
            document: dict[str, Any] = orjson.loads(value)
            yield entry_of(at, document, keys)


def _of_name(path: Path, entries: list[Entry]) -> Iterator[Break]:
    named = FILE_NAME.fullmatch(path.name)
    if named and entries and entries[0].sequence != int(named[2]):
        yield Break(
            entries[0].at, f"the file should begin with event {int(named[2])}, and the events before are missing"
        )


def _partition(settings: Settings, place: tuple[str, int], begin: int, end: int) -> Iterator[Line]:
    own: dict[str, Any] = {
        # Never joined and never committed to; librdkafka wants a name.
        "group.id": f"{settings.group_id}-audit-reader",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
        "log_level": 0,
    }
    topic, number = place
    consumer = Consumer({**admin_config(settings), **own})
    try:
        consumer.assign([TopicPartition(topic, number, begin)])
        for message in _messages(consumer, topic):
            offset = message.offset()
            if message.error() is not None or offset is None or offset >= end:
                return
            yield Line(f"{number}:{offset}", message.value() or b"")
            if offset == end - 1:
                return
    finally:
        consumer.close()


def _messages(consumer: Consumer, topic: str) -> Iterator[Message]:
    heard = time.monotonic()
    while time.monotonic() - heard < _SILENCE_S:
        message = _polled(consumer, topic)
        code = _code(message) if message is not None else KafkaError._TIMED_OUT  # noqa: SLF001
        if code not in {None, KafkaError._PARTITION_EOF, *_AWAY}:  # noqa: SLF001
            raise RunError(
                f"Kafka does not give the records of {topic} ({KafkaError(code or 0).name()}): check the rights."
            )
        if message is not None and code not in _AWAY:
            heard = time.monotonic()
            yield message
    raise UnreachableError(f"Kafka gave nothing of {topic} for {_SILENCE_S:.0f} s: is it reachable?")


def _polled(consumer: Consumer, topic: str) -> Message | None:
    try:
        return consumer.poll(_POLL_S)
    except KafkaException as failed:
        name = failed.args[0].name()
    raise RunError(f"Kafka does not give the records of {topic} ({name}): check the settings and rights.")


def _code(message: Message) -> int | None:
    error = message.error()
    return None if error is None else error.code()


_AWAY: Final = frozenset((KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._TIMED_OUT))  # noqa: SLF001
