"""Kafka itself, for its operator: quarantine and decisions topics are read as of now, and nothing is kept.

There is no service that asks for roles here: who may write to the decisions topic may decide. Reading all of a topic
takes seconds for a hundred thousand records; a review service has a view and answers at once.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

from pydantic import ValidationError

from streams.cli.quarantine_desk import Tell, Wanted
from streams.cli.quarantine_words import actor_name
from streams.errors import MaskstreamError, RunError, UsageError
from streams.keystore import load_review_private
from streams.masking.policy import Policy
from streams.policies.approval import approved, approved_text
from streams.quarantine.actions import MEANT, Actions, Actor, Decided
from streams.quarantine.auditlog import AuditLog
from streams.quarantine.bulk import BulkControl, BulkReport, decide_all
from streams.quarantine.decisionlog import DecisionsTopic
from streams.quarantine.decisions import RECORDS_MAX, Action, RecordId, Redaction, Status, record_id
from streams.quarantine.envelope import Envelope
from streams.quarantine.fold import RecordState
from streams.quarantine.payload import readable
from streams.quarantine.readback import TopicReadBack
from streams.quarantine.reader import QuarantineReader, Stored
from streams.quarantine.reasons import keyring_of, reason_masker
from streams.quarantine.reveal import reveal
from streams.quarantine.store.model import Chunk
from streams.quarantine.trying import Control, Trier, TryResult
from streams.review.api.answers import bulk_out, by_hand_out, decided_out, explained_out, try_out
from streams.settings import Settings

__all__ = ["DirectDesk"]

#: Reading all decisions of a partition; a million takes about ten seconds.
_FOLD_S: Final = 300.0
_TELL_S: Final = 1.0
_TOPICS_SHOWN: Final = 5


class DirectDesk:
    """A context manager over one reader; of one thread. Raises UnreachableError, GuardError, RunError, UsageError."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._reader = QuarantineReader(settings)
        self._read_back = TopicReadBack(settings)
        self._actor = Actor(actor_name(), "operator", "cli")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._reader.__exit__(kind, error, traceback)

    def groups(self, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
        """Groups, those with the most records first."""
        groups: dict[str, _Group] = {}
        for stored, state in self._rows(wanted):
            if isinstance(stored.envelope, Envelope):
                groups.setdefault(stored.envelope.fingerprint, _Group()).take(stored, stored.envelope, state)
        return sorted((group.document() for group in groups.values()), key=lambda one: -one["matching"])[:limit]

    def records(self, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
        """Records, the newest first."""
        rows = sorted((_row(stored, state) for stored, state in self._rows(wanted)), key=lambda row: -row["seen_ms"])
        return rows[:limit]

    def record(self, record: str) -> dict[str, Any]:
        """One record, without history."""
        stored = self._stored(record)
        state = self._state(stored)
        row = _row(stored, state)
        if isinstance(stored.envelope, str):
            return {"row": row, "history": []}
        envelope = stored.envelope.model_dump(mode="json")
        names = ("stage", "cause", "policy", "program", "preview_key", "preview_headers", "sizes")
        sealed = stored.envelope.sealed
        return {"row": row} | {name: envelope[name] for name in names} | {"sealed_to": sealed.key if sealed else None}

    def stats(self) -> dict[str, Any]:
        """Records by status."""
        by_status: Counter[str] = Counter(state.status for _, state in self._rows(Wanted()))
        return {"counts": {"by_status": dict(by_status), "total": by_status.total()}}

    def decide(
        self, action: Action, records: Sequence[str], reason: str, redactions: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """One decision about some records."""
        alike: dict[tuple[Status, str | None], list[tuple[int, RecordId]]] = {}
        for record in records:
            stored = self._stored(record)
            state = self._state(stored)
            holder = state.actor if action == "claim" and state.status == "claimed" else None
            alike.setdefault((state.status, holder), []).append((stored.partition, _id(stored)))
        given = _redactions(redactions)
        actions = self._actions()
        made = [
            actions.decide(self._actor, action, status, some, holder=holder, reason=reason, redactions=given)
            for (status, holder), some in alike.items()
        ]
        return decided_out(Decided.joined(made)).model_dump(mode="json")

    def try_mask(self, record: str, redactions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What would come of hiding by hand."""
        found = self._trier().by_hand(_place(record), _redactions(redactions), self._policy(None))
        return by_hand_out(found).model_dump(mode="json")

    def matching(self, action: Action, wanted: Wanted) -> int:
        """How many records an action on a filter is about."""
        return sum(len(chunk.records) for chunk in self._chunks(action, wanted))

    def bulk(self, action: Action, wanted: Wanted, reason: str, at_most: int, tell: Tell) -> dict[str, Any]:
        """One decision about all that matches."""
        chunks = list(self._chunks(action, wanted))
        total = sum(len(chunk.records) for chunk in chunks)
        if total > at_most:
            raise RunError(f"{total} records match by now, more than the {at_most} that you saw: look again.")
        control = BulkControl(BulkReport(uuid4(), action, total))
        actions = self._actions()

        def work() -> None:
            decide_all(actions, self._actor, action, chunks, reason, control)

        _to_end(work, control.cancel, lambda: tell(bulk_out(control.report).model_dump(mode="json")))
        return bulk_out(control.report).model_dump(mode="json")

    def try_records(self, records: Sequence[str], policy: str | None, tell: Tell) -> dict[str, Any]:
        """A policy on some records."""
        places = [_place(record) for record in records]
        return self._try(places, policy, tell)

    def try_wanted(self, wanted: Wanted, policy: str | None, sample: int | None, tell: Tell) -> dict[str, Any]:
        """A policy on all that matches, or on a sample of it."""
        places = [
            (chunk.partition, record.offset) for chunk in self._chunks("release", wanted) for record in chunk.records
        ]
        if sample is not None and len(places) > sample:
            step = len(places) / sample
            places = [places[int(index * step)] for index in range(sample)]
        return self._try(places, policy, tell)

    def explain(self, record: str) -> dict[str, Any]:
        """What the policy in use finds in a record."""
        trial = self._trier().explain(_place(record), self._policy(None))
        return explained_out(trial).model_dump(mode="json")

    def reveal(self, record: str, reason: str) -> dict[str, Any]:
        """The original; the audit topic is told first."""
        key = load_review_private(self._settings.review_private_key)
        mask = reason_masker(self._settings)
        audit = AuditLog(self._settings, "cli", mask)
        stored = self._stored(record)
        return readable(reveal(stored, key, actor=self._actor.name, via="cli", reason=reason, write_audit=audit))

    def _actions(self) -> Actions:
        mask = reason_masker(self._settings)
        version = self._policy(None).version
        return Actions(DecisionsTopic(self._settings), self._read_back, mask, lambda: version)

    def _trier(self) -> Trier:
        key = load_review_private(self._settings.review_private_key)
        return Trier(key, keyring_of(self._settings), lambda: QuarantineReader(self._settings))

    def _policy(self, text: str | None) -> Policy:
        depth = self._settings.max_depth
        if text is None:
            return approved(self._settings.policy, depth).policy
        return approved_text(text.encode(), "you gave", depth).policy

    def _try(self, places: Sequence[tuple[int, int]], policy: str | None, tell: Tell) -> dict[str, Any]:
        trier, tried, control = self._trier(), self._policy(policy), Control()
        results: list[TryResult] = []

        def work() -> None:
            results.append(trier.try_records(places, tried, total=len(places), control=control))

        def told() -> None:
            if control.result is not None:
                tell(try_out(control.result).model_dump(mode="json"))

        _to_end(work, control.cancel, told)
        return try_out(results[0]).model_dump(mode="json")

    def _stored(self, record: str) -> Stored:
        stored = self._reader.fetch(*_place(record))
        if stored is None:
            raise RunError(f"There is no record {record} in quarantine: it may have expired, see the list.")
        return stored

    def _state(self, stored: Stored) -> RecordState:
        if isinstance(stored.envelope, str):
            return RecordState()
        return self._read_back.states(stored.partition, _FOLD_S).get(_id(stored), RecordState())

    def _rows(self, wanted: Wanted) -> Iterator[tuple[Stored, RecordState]]:
        """Records that match, partition by partition, without their payload."""
        states: dict[RecordId, RecordState] = {}
        partition = -1
        for stored in self._reader.scan():
            if stored.partition != partition:
                partition = stored.partition
                states = self._read_back.states(partition, _FOLD_S)
            envelope = stored.envelope
            state = RecordState() if isinstance(envelope, str) else states.get(_id(stored), RecordState())
            if _matches(stored, state, wanted):
                yield stored, state

    def _chunks(self, action: Action, wanted: Wanted) -> Iterator[Chunk]:
        statuses = wanted.status or MEANT[action]
        alike: dict[tuple[int, Status], list[RecordId]] = {}
        for stored, state in self._rows(wanted):
            if state.status in statuses and not state.redriven and isinstance(stored.envelope, Envelope):
                alike.setdefault((stored.partition, state.status), []).append(_id(stored))
        for (partition, status), ids in alike.items():
            given = iter(ids)
            while some := tuple(islice(given, RECORDS_MAX)):
                yield Chunk(partition, status, some)


class _Group:
    """Records that fail alike, counted."""

    def __init__(self) -> None:
        self.newest: tuple[Stored, Envelope] | None = None
        self.by_status: Counter[str] = Counter()
        self.topics: Counter[str] = Counter()
        self.first_ms = self.last_ms = 0

    def take(self, stored: Stored, envelope: Envelope, state: RecordState) -> None:
        seen = stored.timestamp_ms
        self.first_ms = min(self.first_ms, seen) if self.newest else seen
        if self.newest is None or seen >= self.last_ms:
            self.newest, self.last_ms = (stored, envelope.model_copy(update={"sealed": None})), seen
        self.by_status[state.status] += 1
        self.topics[envelope.source.topic] += 1

    def document(self) -> dict[str, Any]:
        if self.newest is None:  # pragma: no cover - a group has a record
            return {"matching": 0}
        stored, envelope = self.newest
        return {
            "group": envelope.fingerprint, "reason": envelope.reason, "path": envelope.path,
            "detectors": list(envelope.detectors), "preview": envelope.preview, "sample": stored.place,
            "matching": self.by_status.total(),
            "counts": {"by_status": dict(self.by_status)}, "first_seen_ms": self.first_ms,
            "last_seen_ms": self.last_ms, "topics": [name for name, _ in self.topics.most_common(_TOPICS_SHOWN)],
        }  # fmt: skip


def _redactions(given: Sequence[Mapping[str, Any]]) -> list[Redaction]:
    try:
        return [Redaction.model_validate(one) for one in given]
    except ValidationError:
        raise UsageError("A field is a path such as $.body.name, as in policies.") from None


def _row(stored: Stored, state: RecordState) -> dict[str, Any]:
    envelope = stored.envelope
    base = {
        "record": stored.place, "seen_ms": stored.timestamp_ms, "status": state.status, "pending": state.pending,
        "actor": state.actor, "failures": state.failures, "problem": envelope if isinstance(envelope, str) else None,
    }  # fmt: skip
    if isinstance(envelope, str):
        return base | {"source": None, "reason": None, "path": None, "detectors": [], "group": None, "preview": None}
    return base | {
        "source": envelope.source.model_dump(), "job": envelope.job, "reason": envelope.reason,
        "path": envelope.path, "detectors": list(envelope.detectors), "group": envelope.fingerprint,
        "preview": envelope.preview,
    }  # fmt: skip


def _id(stored: Stored) -> RecordId:
    if isinstance(stored.envelope, str):
        raise RunError(f"Record {stored.place} is {stored.envelope}: nobody can decide about it.")
    return record_id(stored.offset, stored.envelope.origin)


def _matches(stored: Stored, state: RecordState, wanted: Wanted) -> bool:
    envelope = stored.envelope
    if wanted.status and state.status not in wanted.status:
        return False
    if isinstance(envelope, str):
        return not (wanted.group or wanted.reason or wanted.topic)
    return (
        wanted.group in {None, envelope.fingerprint}
        and wanted.reason in {None, envelope.reason}
        and wanted.topic in {None, envelope.source.topic}
    )


def _place(record: str) -> tuple[int, int]:
    partition, _, offset = record.partition(":")
    return int(partition), int(offset)


def _to_end(work: Callable[[], None], cancel: Callable[[], None], tell: Callable[[], None]) -> None:
    """Runs work beside, so that Ctrl-C cancels it and what is in hand is finished."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except MaskstreamError as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="work")
    thread.start()
    said = time.monotonic()
    while thread.is_alive():
        try:
            thread.join(0.1)
            if time.monotonic() - said > _TELL_S:
                said = time.monotonic()
                tell()
        except KeyboardInterrupt:
            cancel()
    if errors:
        raise errors[0]
