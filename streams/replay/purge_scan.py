"""Looks for what leaked on clean topics, and plans how to delete it: which offsets hold it, and what goes with it.

Kafka deletes from the beginning of a partition only, so everything before the last match is lost along with it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from confluent_kafka import Message

from streams.agents.mask import mask_safely
from streams.errors import GuardError, UsageError
from streams.kafka.scan import Scanner
from streams.kafka.topics import TopicFacts, unseen_sentence
from streams.masking.batch import RecordMasker
from streams.masking.records import Headers, RecordColumns
from streams.replay.compare_clean import hidden_in
from streams.replay.purge import PartitionCut, PurgePlan, plan_id
from streams.replay.sampling import headers_of, time_of

if TYPE_CHECKING:
    from streams.kafka.admin import Admin
    from streams.settings import Settings

__all__ = ["Coordinates", "Wanted", "plan_purge"]

Told = Callable[[int, float], None]
Key = tuple[str, int]

_OURS: Final = "maskstream."


class Coordinates(NamedTuple):
    """One record, of a clean topic or of its raw one."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: records that hold one of the tokens, that today's policy would mask further (`leaks`), or at
    these places; all of it between two times, which alone mean every record between them.
    """

    tokens: tuple[bytes, ...] = ()
    places: tuple[Coordinates, ...] = ()
    from_ms: int | None = None
    to_ms: int | None = None
    leaks: RecordMasker | None = None

    @property
    def words(self) -> str:
        """The same for people, without a token."""
        told = []
        if self.tokens:
            told.append(f"{len(self.tokens)} tokens")
        if self.places:
            told.append(f"{len(self.places)} records by their place")
        if self.leaks is not None:
            told.append(f"what policy {self.leaks.policy.version} masks")
        if self.from_ms is not None or self.to_ms is not None:
            begin, end = (None if one is None else _told_time(one) for one in (self.from_ms, self.to_ms))
            told.append(f"from {begin or 'the beginning'} to {end or 'the end'}")
        return ", ".join(told)


def plan_purge(
    settings: "Settings", admin: "Admin", raw_topics: Sequence[str], wanted: Wanted, *, by: str, told: Told
) -> PurgePlan:
    """The plan for the clean topics of some raw topics; UsageError where nothing is looked for or found."""
    if not wanted.words:
        raise UsageError("Say what leaked: --token, --record, --leaks or a time.")
    clean = {settings.clean_topic_for(raw): raw for raw in raw_topics}
    facts = _facts(admin, clean)
    originals = _originals(settings, clean, wanted.places)
    cuts = list(_cuts(settings, admin, facts, _Matcher(wanted, originals, clean), told))
    if not cuts:
        raise UsageError("Nothing like that is on the clean topics: nothing has to be deleted.")
    topic_ids = {topic: facts[topic].topic_id for topic in {cut.topic for cut in cuts}}
    repairs, notes = _repairs(settings, admin, cuts, clean)
    return PurgePlan(
        id=plan_id(cuts, topic_ids),
        created=datetime.now(UTC),
        by=by,
        looked_for=wanted.words,
        topic_ids=topic_ids,
        cuts=tuple(cuts),
        repairs=tuple(repairs),
        downstream=(*settings.downstream_list, *_copies(admin, clean)),
        notes=tuple(notes),
    )


def _facts(admin: "Admin", topics: Iterable[str]) -> dict[str, TopicFacts]:
    found: dict[str, TopicFacts] = {}
    for name, state in admin.describe(topics).items():
        if not isinstance(state, TopicFacts):
            raise GuardError(unseen_sentence(state, "clean"))
        found[name] = state
    return found


def _copies(admin: "Admin", clean: Mapping[str, str]) -> list[str]:
    """Topics of replays, which hold what the clean topics hold."""
    names = admin.topic_names()
    return [f"topic {name}" for name in names if any(name.startswith(f"{topic}.replay.") for topic in clean)]


class _Original(NamedTuple):
    """A raw record: where its clean one stands, when it was written, and its value."""

    key: Key
    time_ms: int
    value: bytes | None


def _originals(settings: "Settings", clean: Mapping[str, str], places: Iterable[Coordinates]) -> list[_Original]:
    """The raw records of places in raw topics; UsageError where one is gone or of neither kind of topic."""
    of_raw = {raw: topic for topic, raw in clean.items()}
    found = []
    for place in places:
        if place.topic in clean:
            continue
        if place.topic not in of_raw:
            raise UsageError(f"The topic {place.topic} is none of those that are looked through: name its raw topic.")
        message = _record(settings, place)
        if message is None:
            raise UsageError(
                f"The record {place.topic}/{place.partition}/{place.offset} is gone: give the time, a token or "
                "the place on the clean topic."
            )
        key = of_raw[place.topic], place.partition
        found.append(_Original(key, time_of(message), _bytes(message.value())))
    return found


def _record(settings: "Settings", place: Coordinates) -> Message | None:
    key = place.topic, place.partition
    with Scanner(settings, "purge") as scanner:
        scanner.begin({key: place.offset})
        for messages in scanner.slices({key: place.offset + 1}):
            return next((each for each in messages if each.offset() == place.offset), None)
    return None


@dataclass(slots=True)
class _Matcher:
    """Says which records of a slice are looked for."""

    wanted: Wanted
    originals: list[_Original]
    clean: Mapping[str, str]
    _places: set[tuple[str, int, int]] = field(init=False)
    _times: dict[tuple[Key, int], list[bytes | None]] = field(init=False)

    def __post_init__(self) -> None:
        self._places = {tuple(place) for place in self.wanted.places if place.topic in self.clean}  # type: ignore[misc]
        self._times = {}
        for one in self.originals:
            self._times.setdefault((one.key, one.time_ms), []).append(one.value)

    def matching(self, messages: Sequence[Message]) -> Iterator[Message]:
        inside = [each for each in messages if self._in_time(time_of(each))]
        if not (self.wanted.tokens or self.wanted.places or self.wanted.leaks):
            yield from inside
            return
        leaking = self._leaking(inside) if self.wanted.leaks is not None else set()
        for at, each in enumerate(inside):
            if at in leaking or self._holds_token(each) or self._stands_there(each):
                yield each

    def _in_time(self, time_ms: int) -> bool:
        if self.wanted.from_ms is not None and time_ms < self.wanted.from_ms:
            return False
        return self.wanted.to_ms is None or time_ms < self.wanted.to_ms

    def _holds_token(self, message: Message) -> bool:
        if not self.wanted.tokens:
            return False
        texts = [_bytes(message.value()), _bytes(message.key()), *(text for _, text in headers_of(message))]
        return any(token in text for text in texts if text for token in self.wanted.tokens)

    def _stands_there(self, message: Message) -> bool:
        key = (message.topic() or "", message.partition() or 0)
        if (*key, message.offset() or 0) in self._places:
            return True
        raw = self._times.get((key, time_of(message)), [])
        value = _bytes(message.value())
        return any(_form_of(one, value) for one in raw)

    def _leaking(self, messages: Sequence[Message]) -> set[int]:
        """Records in which today's policy finds something: masking what is masked changes nothing."""
        if not messages or self.wanted.leaks is None:
            return set()
        keys = [_bytes(each.key()) for each in messages]
        values = [_bytes(each.value()) for each in messages]
        headers = [_foreign(headers_of(each)) for each in messages]
        topics = [self.clean[each.topic() or ""] for each in messages]
        masked = mask_safely(self.wanted.leaks, RecordColumns(keys, values, headers, topics), lambda: None)
        same = zip(keys, masked.keys, values, masked.values, headers, masked.headers, strict=True)
        changed = {at for at, row in enumerate(same) if (row[0], row[2], row[4]) != (row[1], row[3], row[5])}
        return changed | set(masked.failures)


def _form_of(raw: bytes | None, written: bytes | None) -> bool:
    if raw is None or written is None:
        return raw is written
    return hidden_in(raw, written) is not None


def _foreign(headers: Headers) -> Headers | None:
    return [header for header in headers if not header[0].startswith(_OURS)] or None


@dataclass(slots=True)
class _Seen:
    """What was seen of a partition: counts and times up to the last match, and since then."""

    matches: int = 0
    first_match: int = -1
    last_match: int = -1
    records: int = 0
    first_ms: int = -1
    last_ms: int = -1
    _since: int = 0
    _since_ms: int = -1

    def take(self, message: Message, *, matches: bool) -> None:
        offset, time_ms = message.offset() or 0, time_of(message)
        if self.first_ms < 0:
            self.first_ms = time_ms
        self._since += 1
        self._since_ms = max(self._since_ms, time_ms)
        if matches:
            self.first_match = offset if self.first_match < 0 else self.first_match
            self.last_match, self.matches = offset, self.matches + 1
            self.records += self._since
            self.last_ms = max(self.last_ms, self._since_ms)
            self._since = 0


def _cuts(
    settings: "Settings", admin: "Admin", facts: Mapping[str, TopicFacts], matcher: _Matcher, told: Told
) -> Iterator[PartitionCut]:
    keys = [(topic.name, number) for topic in facts.values() for number in range(topic.partitions)]
    begins, ends = admin.offsets(keys, "earliest"), admin.offsets(keys, "latest")
    seen: dict[Key, _Seen] = {key: _Seen() for key in keys}
    whole = sum(ends[key] - begins[key] for key in keys)
    records = done = 0
    with Scanner(settings, "purge") as scanner:
        scanner.begin(begins)
        for messages in scanner.slices(ends):
            found = {(each.topic(), each.partition(), each.offset()) for each in matcher.matching(messages)}
            for each in messages:
                place = (each.topic(), each.partition(), each.offset())
                seen[each.topic() or "", each.partition() or 0].take(each, matches=place in found)
            records, done = records + len(messages), done + len(messages)
            told(records, done / whole if whole else 1.0)
    for key, one in seen.items():
        if one.matches:
            yield PartitionCut(
                topic=key[0], partition=key[1], begin=begins[key], until=one.last_match + 1, end=ends[key],
                matches=one.matches, first_match=one.first_match, last_match=one.last_match, records=one.records,
                first_ms=one.first_ms, last_ms=one.last_ms,
            )  # fmt: skip


def _repairs(
    settings: "Settings", admin: "Admin", cuts: Sequence[PartitionCut], clean: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Replays that write what is lost again, and what of it they cannot."""
    commands, notes = [], []
    for cut in cuts:
        key = clean[cut.topic], cut.partition
        begin, end = admin.offsets([key], "earliest")[key], admin.offsets([key], "latest")[key]
        start = admin.offsets([key], cut.first_ms)[key] if cut.first_ms >= 0 else begin
        stop = admin.offsets([key], cut.last_ms + 1)[key] if cut.last_ms >= 0 else end
        start, stop = (end if start < 0 else start), (end if stop < 0 else stop)
        if start >= stop:
            notes.append(f"Partition {cut.partition} of {key[0]} holds nothing of what is lost: no replay repairs it.")
            continue
        commands.append(
            f"maskstream replay start --topic {key[0]} --partition {cut.partition} --from-offset {start} "
            f"--to-offset {stop} --into-clean"
        )
        oldest_ms = _oldest(settings, key, begin)
        if oldest_ms is None or (begin > 0 and start == begin and cut.first_ms < oldest_ms):
            notes.append(
                f"Partition {cut.partition} of {key[0]} begins at {_told_time(oldest_ms)}: what is older cannot be "
                "repaired."
            )
    return commands, notes


def _oldest(settings: "Settings", key: Key, begin: int) -> int | None:
    """The time of the first record that a raw partition still has."""
    with Scanner(settings, "purge") as scanner:
        scanner.begin({key: begin})
        for messages in scanner.slices({key: begin + 1}):
            return time_of(messages[0])
    return None


def _told_time(time_ms: int | None) -> str:
    if time_ms is None or time_ms < 0:
        return "no time"
    try:
        return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return "no time"


def _bytes(text: bytes | str | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else text
