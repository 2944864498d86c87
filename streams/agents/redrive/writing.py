"""Writes what came of wanted records: clean ones to their topics, and an outcome for each; through a callable."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from streams.agents.outputs import REDRIVEN, CleanWritten, Send, Stamp, write_clean
from streams.agents.redrive.opening import Answer, Opened
from streams.agents.stamp import REPLAY
from streams.kafka.batches import Headers, RecordBatch
from streams.kafka.targets import Target
from streams.masking.records import MaskedColumns, RecordColumns
from streams.quarantine.decisions import DETECTORS_MAX, RECORDS_MAX, Failing, Outcome, RecordId, Result, encode_event
from streams.telemetry.metrics import TopicNumbers

__all__ = ["Portion", "Written", "columns_of", "outcomes_of", "send_outcomes", "write_opened"]


@dataclass(slots=True)
class Portion:
    """What is carried out in one transaction: records to mask, and answers that need none."""

    opened: list[Opened] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    size_bytes: int = 0

    def __len__(self) -> int:
        return len(self.opened) + len(self.answers)

    def add(self, one: Opened | Answer) -> None:
        if isinstance(one, Answer):
            self.answers.append(one)
        else:
            self.opened.append(one)
            self.size_bytes += one.size_bytes


@dataclass(slots=True)
class Written:
    """What was sent of the opened records of a portion: numbers by raw topic, and an answer for each."""

    topics: dict[str, TopicNumbers] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)


@dataclass(slots=True)
class _CleanOutputs:
    target: Target
    stamp: Stamp
    client_bytes_max: int
    condemned: set[tuple[str, int, int]]

    def clean(self, topic: str) -> Target:
        del topic
        return self.target

    def refuses_time(self, topic: str) -> bool:
        # A person has released it: it is written with the present time where its own cannot stay.
        del topic
        return False


def columns_of(opened: Sequence[Opened]) -> RecordColumns:
    """The originals as the masking core takes them."""
    return RecordColumns(
        [one.payload.key for one in opened],
        [one.payload.value for one in opened],
        [one.payload.headers for one in opened],
        [one.origin.topic for one in opened],
    )


def write_opened(
    opened: Sequence[Opened],
    masked: MaskedColumns,
    stamp: Stamp,
    client_bytes_max: int,
    condemned: set[tuple[str, int, int]],
    quarantine_topic: str,
    send: Send,
) -> Written:
    """Sends what was masked to the clean topics, with where it comes from in a header of its own."""
    written, now_ms = Written(), time.time_ns() // 1_000_000
    by_target: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, one in enumerate(opened):
        by_target[one.origin.topic, one.target.topic].append(index)
    for indices in by_target.values():
        chosen = [opened[index] for index in indices]
        target = chosen[0].target
        outputs = _CleanOutputs(target, stamp, client_bytes_max, condemned)
        marks = [_marks(one, quarantine_topic) for one in chosen]
        clean = write_clean(_batch(chosen), _chosen(masked, indices), outputs, now_ms, send, marks)
        _count(written, clean)
        written.answers += [_answer(one, clean, place) for place, one in enumerate(chosen)]
    return written


def outcomes_of(answers: Iterable[Answer], policy: str) -> list[Outcome]:
    """The events that tell the answers, those that are alike in one."""
    alike: dict[tuple[int, UUID, Result, Failing | None, tuple[str, ...]], list[RecordId]] = defaultdict(list)
    for (partition, record, decision), result, failure, detectors in answers:
        alike[partition, decision.id, result, failure, detectors].append(record)
    now = datetime.now(UTC)
    return [
        Outcome(
            id=uuid4(),
            time=now,
            decision=decision,
            result=result,
            policy=policy,
            partition=partition,
            records=tuple(records),
            failure=failure,
            detectors=detectors,
        )
        for (partition, decision, result, failure, detectors), named in alike.items()
        for records in (named[at : at + RECORDS_MAX] for at in range(0, len(named), RECORDS_MAX))
    ]


def send_outcomes(outcomes: Sequence[Outcome], topic: str, send: Send) -> None:
    """Sends events to the partitions that they belong to."""
    count = len(outcomes)
    partitions, values = [event.partition for event in outcomes], [encode_event(event) for event in outcomes]
    send(topic, partitions, [None] * count, values, [[] for _ in outcomes], [0] * count)


def _marks(one: Opened, quarantine_topic: str) -> Headers:
    place = f"{one.wanted.decision.id} {quarantine_topic}/{one.wanted.partition}/{one.wanted.record.offset}"
    replay: Headers = [(REPLAY, one.origin.job.encode())] if one.origin.job else []
    return [(REDRIVEN, place.encode()), *replay]


def _batch(chosen: Sequence[Opened]) -> RecordBatch:
    columns = columns_of(chosen)
    return RecordBatch(
        columns.topics,
        [one.origin.partition for one in chosen],
        [one.origin.offset for one in chosen],
        [one.origin.timestamp_ms for one in chosen],
        columns.keys,
        columns.values,
        columns.headers,
    )


def _chosen(masked: MaskedColumns, indices: Sequence[int]) -> MaskedColumns:
    return MaskedColumns(
        [masked.keys[index] for index in indices],
        [masked.values[index] for index in indices],
        [masked.headers[index] for index in indices],
        {place: masked.failures[index] for place, index in enumerate(indices) if index in masked.failures},
    )


def _answer(one: Opened, clean: CleanWritten, place: int) -> Answer:
    failure = clean.failures.get(place)
    if failure is None:
        return Answer(one.wanted, "redriven")
    detectors = [name for name in failure.detectors if name.isascii() and name.isprintable()]
    return Answer(one.wanted, "failed_again", failure.reason, tuple(detectors[:DETECTORS_MAX]))


def _count(written: Written, clean: CleanWritten) -> None:
    """What failed stays in quarantine, where it is counted already."""
    for topic, numbers in clean.topics.items():
        count = written.topics.setdefault(topic, TopicNumbers())
        count.records_in += numbers.records_clean
        count.records_clean += numbers.records_clean
        count.bytes_in += numbers.bytes_in
        count.bytes_clean += numbers.bytes_clean
