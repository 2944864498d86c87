"""Reads what is compared: ranges of raw topics, files, or raw topics beside their clean ones; in batches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import Message

from streams.agents.mask import mask_safely
from streams.agents.stamp import KEY, REPLAY
from streams.anchorstore import user_store
from streams.kafka.batches import Headers, Key, RecordBatch
from streams.kafka.scan import Scanner
from streams.masking.batch import RecordMasker
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.records import RecordColumns
from streams.policies.trials import Maskers
from streams.replay.compare import Comparison
from streams.replay.compare_clean import Seen, clean_changes, paired
from streams.replay.compare_records import Compared, PolicyComparer, parts_of
from streams.replay.files.listing import entries
from streams.replay.files.reading import portions_of
from streams.replay.files.setup import check_source, paths_of, read_options
from streams.replay.files.work import check_form
from streams.replay.planning import ranges_of
from streams.replay.ranges import Range
from streams.replay.sampling import headers_of, time_of
from streams.replay.selection import Selector

if TYPE_CHECKING:
    from streams.kafka.admin import Admin
    from streams.replay.spec import ReplaySpec, Selection
    from streams.settings import Settings

__all__ = ["CleanSums", "Reading", "compare_clean", "compare_files", "compare_topics"]

#: Told after each batch: records so far, and the share of the range where that is known.
Told = Callable[[int, float | None], None]

#: Headers of clean records that do not stand where their raw record did.
_ELSEWHERE: Final = frozenset(("maskstream.redriven", REPLAY))
_OURS: Final = "maskstream."
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Reading:
    """How much is read: after `limit` records it ends, None for all."""

    select: "Selection"
    limit: int | None
    told: Told


def compare_topics(
    settings: "Settings", spec: "ReplaySpec", admin: "Admin", comparer: PolicyComparer, reading: Reading
) -> Comparison:
    """Two policies over a range of raw topics."""
    ranges = ranges_of(settings, _topics(spec), admin)
    with Scanner(settings, "replay-diff") as scanner:
        scanner.begin({key: one.start for key, one in ranges.items()})
        _take(
            comparer, _selected(scanner.slices({key: one.end for key, one in ranges.items()}), reading), reading, ranges
        )
    return comparer.found


def compare_files(spec: "ReplaySpec", comparer: PolicyComparer, reading: Reading) -> Comparison:
    """Two policies over files."""
    source = check_source(spec)
    read = read_options(source)
    starts = check_form(read)

    def batches() -> Iterator[RecordBatch]:
        for entry in entries(paths_of(source)):
            first = 0
            for records in portions_of(entry, read, starts):
                values, headers = records.columns.values, records.columns.headers
                size = len(values)
                yield RecordBatch(
                    [source.topic] * size, [entry.number] * size, list(range(first, first + size)), [-1] * size,
                    [None] * size, values, headers,
                )  # fmt: skip
                first += size

    selector = Selector(reading.select)
    _take(comparer, map(selector.select, batches()), reading, {})
    return comparer.found


def _topics(spec: "ReplaySpec") -> Any:
    return spec.source.topics


def _selected(slices: Iterator[list[Message]], reading: Reading) -> Iterator[RecordBatch]:
    selector = Selector(reading.select)
    for messages in slices:
        yield selector.select(_batch(messages))


def _batch(messages: Sequence[Message]) -> RecordBatch:
    batch = RecordBatch()
    for each in messages:
        batch.topics.append(each.topic() or "")
        batch.partitions.append(each.partition() or 0)
        batch.offsets.append(each.offset() or 0)
        batch.timestamps.append(time_of(each))
        batch.keys.append(_bytes(each.key()))
        batch.values.append(_bytes(each.value()))
        batch.headers.append(headers_of(each))
    return batch


def _take(
    comparer: PolicyComparer, batches: Iterator[RecordBatch], reading: Reading, ranges: Mapping[Key, Range]
) -> None:
    whole = sum(one.offsets for one in ranges.values())
    positions = {key: one.start for key, one in ranges.items()}
    for batch in batches:
        records = _compared(batch)
        if reading.limit is not None:
            records = records[: reading.limit - comparer.found.records]
        comparer.add(records)
        positions.update(dict(zip(zip(batch.topics, batch.partitions, strict=True), batch.offsets, strict=True)))
        done = sum(positions[key] - one.start for key, one in ranges.items())
        reading.told(comparer.found.records, done / whole if whole else None)
        if reading.limit is not None and comparer.found.records >= reading.limit:
            return


def _compared(batch: RecordBatch) -> list[Compared]:
    rows = zip(batch.topics, batch.partitions, batch.offsets, batch.keys, batch.values, batch.headers, strict=True)
    return [
        Compared(f"{topic}/{number}/{offset}", topic, key, value, headers)
        for topic, number, offset, key, value, headers in rows
    ]


@dataclass(slots=True)
class CleanSums:
    """What was compared with a clean topic; counts of records.

    `missing` are raw ones without a clean one (quarantined then, or gone), `foreign` clean ones without a raw one,
    `elsewhere` those that a redrive or a replay wrote.
    """

    found: Comparison = field(default_factory=Comparison)
    compared: int = 0
    missing: int = 0
    foreign: int = 0
    elsewhere: int = 0


def compare_clean(
    settings: "Settings", spec: "ReplaySpec", admin: "Admin", policy: Policy, ring: Keyring, reading: Reading
) -> CleanSums:
    """What is on the clean topics against what a policy would write today, for a range of the raw topics."""
    sums = CleanSums()
    for one in ranges_of(settings, _topics(spec), admin).values():
        if one.offsets:
            _Partition(settings, one, _Today(policy, ring), reading, sums).compare(admin)
        if reading.limit is not None and sums.found.records >= reading.limit:
            break
    return sums


class _Today:
    """Masks by today's policy, with each key of the ring that a clean record may name."""

    def __init__(self, policy: Policy, ring: Keyring) -> None:
        self._policy = policy
        self._ring = ring
        self._masks: dict[str, RecordMasker] = {}
        self._maskers = Maskers(policy, ring)

    @property
    def active(self) -> str:
        return self._ring.active

    def explain(self, topic: str) -> Callable[[bytes], Any]:
        return self._maskers.of(topic).explain

    def mask(self, records: Sequence[Compared], kid: str | None = None) -> list[Compared | str]:
        """What each would be, or why it would be quarantined."""
        kid = kid if kid is not None and kid in self._ring.keys else self._ring.active
        mask = self._masks.get(kid)
        if mask is None:
            mask = self._masks[kid] = RecordMasker(self._policy, Keyring(kid, self._ring.keys), store=user_store())
        columns = RecordColumns(
            [one.key for one in records], [one.value for one in records], [one.headers for one in records],
            [one.topic for one in records],
        )  # fmt: skip
        masked = mask_safely(mask, columns, lambda: None)
        return [
            masked.failures[at].reason
            if at in masked.failures
            else Compared(one.place, one.topic, masked.keys[at], masked.values[at], masked.headers[at])
            for at, one in enumerate(records)
        ]


class _Partition:
    """One partition of a raw topic beside that of its clean topic."""

    def __init__(self, settings: "Settings", one: Range, today: _Today, reading: Reading, sums: CleanSums) -> None:
        self._settings = settings
        self._range = one
        self._today = today
        self._reading = reading
        self._sums = sums
        self._selector = Selector(reading.select)
        self._raw: dict[int, tuple[Compared, Compared | str]] = {}
        self._clean: dict[int, Compared] = {}
        self._paired_once = False
        self._oldest_ms: int | None = None
        self._wanted: set[int] = set()

    def compare(self, admin: "Admin") -> None:
        with Scanner(self._settings, "replay-diff") as raw, Scanner(self._settings, "replay-diff-clean") as clean:
            source = self._read_raw(raw)
            first = next(source, None)
            if first is None:
                return
            ahead = [first]
            for pair in paired(_chained(ahead, source), self._read_clean(clean, admin)):
                self._pair(pair.raw, pair.clean)
                if self._reading.limit is not None and self._sums.found.records >= self._reading.limit:
                    return

    def _read_raw(self, scanner: Scanner) -> Iterator[Seen]:
        one = self._range
        scanner.begin({one.key: one.start})
        for messages in scanner.slices({one.key: one.end}):
            batch = _batch(messages)
            records = _compared(batch)
            self._wanted.update(self._selector.select(batch).offsets)
            times = [time_ms for time_ms in batch.timestamps if time_ms >= 0]
            self._oldest_ms = min(times, default=0) if self._oldest_ms is None else self._oldest_ms
            for at, (record, today) in enumerate(zip(records, self._today.mask(records), strict=True)):
                number = batch.offsets[at]
                self._raw[number] = record, today
                written = today.value if isinstance(today, Compared) else None
                yield Seen(number, batch.timestamps[at], record.value, written)
            self._reading.told(self._sums.found.records, (batch.offsets[-1] - one.start) / one.offsets)

    def _read_clean(self, scanner: Scanner, admin: "Admin") -> Iterator[Seen]:
        key = (self._settings.clean_topic_for(self._range.topic), self._range.partition)
        begin = admin.offsets([key], self._oldest_ms)[key] if self._oldest_ms else admin.offsets([key], "earliest")[key]
        end = admin.offsets([key], "latest")[key]
        if begin < 0 or begin >= end:
            return
        scanner.begin({key: begin})
        for messages in scanner.slices({key: end}):
            for each in messages:
                headers = headers_of(each)
                if any(name in _ELSEWHERE for name, _ in headers):
                    self._sums.elsewhere += 1
                    continue
                number = each.offset() or 0
                self._clean[number] = Compared(
                    f"{key[0]}/{key[1]}/{number}", key[0], _bytes(each.key()), _bytes(each.value()), headers
                )
                yield Seen(number, time_of(each), _bytes(each.value()))

    def _pair(self, raw: int | None, clean: int | None) -> None:
        written = self._clean.pop(clean) if clean is not None else None
        if raw is None:
            # Before the first pair stand records of before the range.
            self._sums.foreign += self._paired_once
            return
        record, today = self._raw.pop(raw)
        if raw not in self._wanted:
            return
        self._wanted.discard(raw)
        self._sums.found.records += 1
        if written is None:
            self._sums.missing += 1
            return
        self._paired_once = True
        self._sums.compared += 1
        self._compare(record, today, written)

    def _compare(self, record: Compared, today: Compared | str, written: Compared) -> None:
        found = self._sums.found
        kid = _key_of(written.headers)
        if isinstance(today, Compared) and kid not in {None, self._today.active}:
            (today,) = self._today.mask([record], kid)
        if not isinstance(today, Compared):
            found.add_failing(None, today)
            return
        before = written._replace(headers=_without_ours(written.headers))
        explain = self._today.explain(record.topic)
        parts = parts_of(record, before, today)
        found.add(record.place, parts, lambda part: clean_changes(part, explain))


def _chained(ahead: list[Seen], source: Iterator[Seen]) -> Iterator[Seen]:
    yield from ahead
    yield from source


def _key_of(headers: Headers | None) -> str | None:
    return next((text.decode("ascii", "replace") for name, text in headers or [] if name == KEY and text), None)


def _without_ours(headers: Headers | None) -> Headers:
    return [header for header in headers or [] if not header[0].startswith(_OURS)]


def _bytes(text: bytes | str | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else text
