"""Tries a policy on quarantined records without releasing any: opened in memory, masked, counted and forgotten.

What comes out are counts, reasons, names of detectors and paths of common field names; no value, no part of one.
Whoever may write a policy can ask questions with it, though: a pattern that decides between two outcomes tells one bit
of a record. So a result says nothing of what a pattern found, and the service writes down who tried what.
"""

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Final, Literal, NamedTuple, Protocol

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.anchorstore import user_store
from streams.errors import RunError
from streams.kafka.targets import Target, record_bytes
from streams.kafka.timestamps import replaced
from streams.keystore import review_key_id
from streams.masking.batch import RecordMasker
from streams.masking.keyring import Keyring
from streams.masking.masker import Explanation, Masker
from streams.masking.policy import Policy
from streams.masking.records import Failure, RecordColumns
from streams.quarantine.byhand import hidden
from streams.quarantine.decisions import Redaction
from streams.quarantine.envelope import Envelope
from streams.quarantine.payload import Payload
from streams.quarantine.preview import preview
from streams.quarantine.reader import Stored
from streams.quarantine.whereabouts import path_at, path_of

__all__ = ["ByHand", "Control", "Explained", "Reader", "Trial", "Trier", "TryFailure", "TryResult", "Unopened"]

#: Why a record could not be tried: not there any more, no envelope, kept without its payload, sealed to another key,
#: a payload that was changed, or one that ended the processes that masked it, as it might end this one.
Unopened = Literal["gone", "no_envelope", "no_payload", "other_key", "damaged", "poison"]

#: Opened records in hand at a time.
_BATCH_RECORDS: Final = 256
_BATCH_BYTES: Final = 8 << 20
#: Places that are looked up together; two numbers each.
_PLACES_AT_ONCE: Final = 20_000
#: Records named with a failure, so that somebody can look at one.
_EXAMPLES: Final = 5
#: Different failures that are told apart; what a policy with thousands of detectors makes beyond is one.
_FAILURES_MAX: Final = 100
#: Policies whose compiled form is kept: the current one, and those that people are at work on.
_KEPT_MASKERS: Final = 4
#: Headers that a clean record gets, at their longest.
_STAMP_BYTES: Final = 256

#: What was hidden by hand is shown as it will stand there; a preview makes two of a run of signs.
_STARS: Final = re.compile(r"\*{2,3}")

_SAID: Final[dict[str, str]] = {
    "gone": "expired or are not there",
    "no_envelope": "are no envelopes",
    "no_payload": "were too large to keep",
    "other_key": "are sealed to another key",
    "damaged": "do not open",
    "poison": "were not tried, because masking them ended a process",
}


class Reader(Protocol):
    """What is asked of a `QuarantineReader`."""

    def fetch_all(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, Stored | None]]: ...


class TryFailure(NamedTuple):
    """Records that would fail alike: why, by which detectors, where, how many, and some of their places."""

    reason: str
    detectors: tuple[str, ...]
    path: str
    records: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TryResult:
    """What became of the records so far; `total` is how many were asked for, `policy` the version that was tried."""

    policy: str
    total: int
    tried: int = 0
    passed: int = 0
    failures: tuple[TryFailure, ...] = ()
    unopened: Mapping[Unopened, int] = field(default_factory=dict)
    cancelled: bool = False

    @property
    def failed(self) -> int:
        return sum(failure.records for failure in self.failures)

    @property
    def sentence(self) -> str:
        """`9 998 of 10 000 would pass; 2 fail with residue at $.body.`"""
        told = [f"{_number(self.passed)} of {_number(self.tried)} would pass"]
        told += [_failure_told(failure) for failure in self.failures]
        told += [f"{_number(count)} {_SAID[why]}" for why, count in self.unopened.items()]
        if self.cancelled:
            told.append(f"{_number(self.total - self.tried)} were not tried, because it was cancelled")
        return "; ".join(told) + "."


class Explained(NamedTuple):
    """A finding of the current policy in a record, or a candidate that stays: by what, where, and what is done."""

    path: str
    kind: str
    detector: str
    validator: str
    action: str
    rule: str
    kept_by: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One record under the current policy: what would become of it, and why; `failure` None where it would pass."""

    policy: str
    unopened: Unopened | None = None
    failure: Failure | None = None
    path: str = ""
    rows: tuple[Explained, ...] = ()


@dataclass(frozen=True, slots=True)
class ByHand:
    """What would come of a record with some of it hidden by hand: `failure` None where it would pass, `preview` its
    shape then. `misses` means that a mark is not in it, or hides nothing.
    """

    policy: str
    unopened: Unopened | None = None
    misses: bool = False
    failure: Failure | None = None
    path: str = ""
    preview: str | None = None


@dataclass(slots=True)
class Control:
    """How a run is watched and stopped from another thread; `result` is replaced as a whole after each batch."""

    result: TryResult | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()


class _Opened(NamedTuple):
    stored: Stored
    envelope: Envelope
    payload: Payload


class _Maskers(NamedTuple):
    records: RecordMasker
    policy: Policy
    #: Of single texts, by the version of the rules for a topic.
    texts: dict[str, Masker]


class Trier:
    """Holds the private key and the keyring; any thread may call it. `open_reader` gives a reader for one run, `target`
    the limits of the clean topic of a raw topic, None where nobody knows them.
    """

    def __init__(
        self,
        private_key: X25519PrivateKey,
        keyring: Keyring,
        open_reader: Callable[[], AbstractContextManager[Reader]],
        target: Callable[[str], Target | None] = lambda _topic: None,
        now_ms: Callable[[], int] | None = None,
    ) -> None:
        self._private_key = private_key
        self._key_id = review_key_id(private_key.public_key())
        self._keyring = keyring
        self._open_reader = open_reader
        self._target = target
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._made: OrderedDict[str, _Maskers] = OrderedDict()

    def __repr__(self) -> str:
        return f"Trier(key={self._key_id})"

    def try_records(
        self,
        places: Iterable[tuple[int, int]],
        policy: Policy,
        *,
        total: int,
        control: Control | None = None,
        sees: Callable[[str], bool] = lambda _topic: True,
    ) -> TryResult:
        """Masks the records at (partition, offset) as the redrive would. `sees` says which raw topics the person who
        asks may know of: others count as gone. PolicyError where the policy cannot be compiled.
        """
        control = control or Control()
        tally = _Tally(policy.version, total)
        masker = self._masker(policy)
        control.result = tally.result(cancelled=False)
        with self._open_reader() as reader:
            for batch in self._batches(reader, places, sees, tally):
                self._try(batch, masker, tally)
                control.result = tally.result(cancelled=control.cancelled)
                if control.cancelled:
                    break
        control.result = tally.result(cancelled=control.cancelled and tally.tried < total)
        return control.result

    def explain(self, place: tuple[int, int], policy: Policy, sees: Callable[[str], bool] = lambda _: True) -> Trial:
        """What the policy finds in one record, by detector, rule and path."""
        tally = _Tally(policy.version, 1)
        masker = self._masker(policy)
        with self._open_reader() as reader:
            opened = [one for batch in self._batches(reader, [place], sees, tally) for one in batch]
        if not opened:
            return Trial(policy.version, next(iter(tally.unopened)))
        failure = self._failures(opened, masker).get(0)
        value = opened[0].payload.value or b""
        rows = tuple(_rows(self._text_masker(masker, opened[0]), value)) if _explainable(failure) else ()
        path = _path(opened[0], failure) if failure else ""
        return Trial(policy.version, None, failure, path, rows)

    def by_hand(
        self,
        place: tuple[int, int],
        redactions: Sequence[Redaction],
        policy: Policy,
        sees: Callable[[str], bool] = lambda _: True,
    ) -> ByHand:
        """What the redrive would make of one record with these redactions."""
        tally = _Tally(policy.version, 1)
        masker = self._masker(policy)
        with self._open_reader() as reader:
            opened = [one for batch in self._batches(reader, [place], sees, tally) for one in batch]
        if not opened:
            return ByHand(policy.version, next(iter(tally.unopened)))
        value = hidden(opened[0].payload.value, redactions)
        if value is None:
            return ByHand(policy.version, misses=True)
        changed = opened[0]._replace(payload=opened[0].payload._replace(value=value))
        failure = self._failures([changed], masker).get(0)
        path = _path(changed, failure) if failure else ""
        return ByHand(policy.version, None, False, failure, path, _STARS.sub("***", preview(value) or ""))

    def _batches(
        self, reader: Reader, places: Iterable[tuple[int, int]], sees: Callable[[str], bool], tally: "_Tally"
    ) -> Iterator[list[_Opened]]:
        """Opened records, so many at a time that memory stays small; a batch may be empty."""
        batch: list[_Opened] = []
        size = 0
        for looked, stored in enumerate(_fetched(reader, places), 1):
            opened = self._open(stored, sees)
            if isinstance(opened, str):
                tally.unopened[opened] += 1
            else:
                batch.append(opened)
                size += _size(opened.payload)
            if looked % _BATCH_RECORDS == 0 or size > _BATCH_BYTES:
                yield batch
                batch, size = [], 0
        yield batch

    def _open(self, stored: Stored | None, sees: Callable[[str], bool]) -> _Opened | Unopened:
        envelope = stored.envelope if stored else None
        if stored is None or envelope is None or (isinstance(envelope, Envelope) and not sees(envelope.source.topic)):
            return "gone"
        if isinstance(envelope, str):
            return "no_envelope"
        if closed := self._closed(envelope):
            return closed
        try:
            return _Opened(stored, envelope, envelope.open(self._private_key))
        except RunError:
            return "damaged"

    def _closed(self, envelope: Envelope) -> Unopened | None:
        if envelope.reason == "poison":
            return "poison"
        if envelope.sealed is None:
            return "no_payload"
        return None if envelope.sealed.key == self._key_id else "other_key"

    def _try(self, batch: list[_Opened], masker: _Maskers, tally: "_Tally") -> None:
        failures = self._failures(batch, masker)
        tally.passed += len(batch) - len(failures)
        for index, failure in failures.items():
            tally.failed(failure, _path(batch[index], failure), batch[index].stored.place)

    def _failures(self, batch: list[_Opened], masker: _Maskers) -> dict[int, Failure]:
        if not batch:
            return {}
        columns = RecordColumns(
            [one.payload.key for one in batch],
            [one.payload.value for one in batch],
            [one.payload.headers for one in batch],
            [one.envelope.source.topic for one in batch],
        )
        try:
            masked = masker.records(columns)
        except Exception as error:  # noqa: BLE001 - its message may hold a record
            return self._one_by_one(batch, masker, type(error).__name__)
        failures = dict(masked.failures)
        for index, one in enumerate(batch):
            size = record_bytes(masked.keys[index], masked.values[index], masked.headers[index])
            if index not in failures and (failure := self._unwritable(one, masker.policy, size)):
                failures[index] = failure
        return failures

    def _one_by_one(self, batch: list[_Opened], masker: _Maskers, name: str) -> dict[int, Failure]:
        """Whatever went wrong inside fails the records that it happens to."""
        if len(batch) == 1:
            return {0: Failure("detector_error", "detect", (name,))}
        return {i: found[0] for i, one in enumerate(batch) if (found := self._failures([one], masker))}

    def _unwritable(self, one: _Opened, policy: Policy, size: int) -> Failure | None:
        """Why the clean topic would not take the masked record."""
        source = one.envelope.source
        target = self._target(source.topic)
        if target is None:
            return None
        if size + _STAMP_BYTES > target.max_bytes:
            return Failure("too_large", "produce")
        keeps_time = policy.for_topic(source.topic).timestamps == "quarantine"
        if keeps_time and self._now_ms and replaced(source.timestamp_ms, self._now_ms(), target.timestamps):
            return Failure("timestamp", "produce")
        return None

    def _text_masker(self, masker: _Maskers, one: _Opened) -> Masker:
        rules = masker.policy.for_topic(one.envelope.source.topic)
        made = masker.texts.get(rules.version)
        if made is None:
            made = masker.texts[rules.version] = Masker(rules, self._keyring, store=user_store())
        return made

    def _masker(self, policy: Policy) -> _Maskers:
        """Compiled once for a version, one at a time: compiling takes all of a core, and memory."""
        with self._lock:
            made = self._made.pop(policy.version, None)
            if made is None:
                made = _Maskers(RecordMasker(policy, self._keyring, store=user_store()), policy, {})
            self._made[policy.version] = made
            while len(self._made) > _KEPT_MASKERS:
                self._made.popitem(last=False)
            return made


class _Tally:
    """Counts of one run; of one thread."""

    def __init__(self, policy: str, total: int) -> None:
        self._policy = policy
        self._total = total
        self.passed = 0
        self.unopened: Counter[Unopened] = Counter()
        self._failures: dict[tuple[str, tuple[str, ...], str], TryFailure] = {}

    @property
    def tried(self) -> int:
        return self.passed + sum(one.records for one in self._failures.values()) + self.unopened.total()

    def failed(self, failure: Failure, path: str, place: str) -> None:
        alike = (failure.reason, failure.detectors, path)
        if alike not in self._failures and len(self._failures) >= _FAILURES_MAX:
            alike = (failure.reason, (), "$")
        known = self._failures.get(alike, TryFailure(*alike, 0, ()))
        places = known.places if len(known.places) >= _EXAMPLES else (*known.places, place)
        self._failures[alike] = known._replace(records=known.records + 1, places=places)

    def result(self, *, cancelled: bool) -> TryResult:
        failures = tuple(sorted(self._failures.values(), key=lambda one: -one.records))
        return TryResult(self._policy, self._total, self.tried, self.passed, failures, dict(self.unopened), cancelled)


def _fetched(reader: Reader, places: Iterable[tuple[int, int]]) -> Iterator[Stored | None]:
    """The records, streamed partition by partition over as many places as possible: a new position costs a while."""
    given = iter(places)
    while wanted := sorted(islice(given, _PLACES_AT_ONCE)):
        for partition, group in groupby(wanted, key=lambda place: place[0]):
            for _, stored in reader.fetch_all(partition, [offset for _, offset in group]):
                yield stored


def _path(one: _Opened, failure: Failure) -> str:
    """Where in the record it was seen; `$` where that is no one place."""
    return path_of(failure, one.payload.value) or "$"


def _explainable(failure: Failure | None) -> bool:
    return failure is None or failure.stage in {"verify", "produce"}


def _explained(masker: Masker, value: bytes) -> list[Explanation]:
    try:
        return masker.explain(value)
    except Exception:  # noqa: BLE001 - told without a place then; its message may hold the record
        return []


def _rows(masker: Masker, value: bytes) -> Iterator[Explained]:
    for row in _explained(masker, value):
        path = path_at(value, row.start)
        yield Explained(path, row.kind, row.detector, row.validator, row.action, row.rule, row.kept_by)


def _size(payload: Payload) -> int:
    headers = sum(len(name) + len(text or b"") for name, text in payload.headers or ())
    return len(payload.key or b"") + len(payload.value or b"") + headers


def _failure_told(failure: TryFailure) -> str:
    by = f" ({', '.join(failure.detectors)})" if failure.detectors else ""
    at = f" at {failure.path}" if failure.path != "$" else ""
    return f"{_number(failure.records)} fail{'s' * (failure.records == 1)} with {failure.reason}{by}{at}"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", " ")
