"""Compares two policies over records as they come: masks batches both ways and looks closer where they differ."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from streams.agents.mask import mask_safely
from streams.anchorstore import user_store
from streams.masking.batch import RecordMasker
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.records import Headers, MaskedColumns, RecordColumns
from streams.policies.trials import Maskers
from streams.replay.compare import Changes, Comparison, Part, changes_of

__all__ = ["Compared", "PolicyComparer", "parts_of"]


class Compared(NamedTuple):
    """A record: where it stands, and what it is made of."""

    place: str
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers | None


class PolicyComparer:
    """Two policies with one key of their own, so that tokens compare; of one thread."""

    def __init__(self, old: Policy, new: Policy) -> None:
        ring = Keyring.ephemeral(secrets.token_bytes(32))
        self._masks = tuple(RecordMasker(policy, ring, store=user_store()) for policy in (old, new))
        self._maskers = tuple(Maskers(policy, ring) for policy in (old, new))
        self.found = Comparison()

    def add(self, records: Sequence[Compared]) -> None:
        """Takes a batch into the comparison."""
        before, after = (mask_safely(mask, _columns(records), _nothing) for mask in self._masks)
        self.found.records += len(records)
        for at, record in enumerate(records):
            reasons = [each.failures[at].reason if at in each.failures else None for each in (before, after)]
            if any(reasons):
                self.found.add_failing(*reasons)
                continue
            if _same(before, after, at):
                continue
            parts = parts_of(record, *(_whole(each, at) for each in (before, after)))
            self.found.add(record.place, parts, self._changes(record.topic))

    def _changes(self, topic: str) -> Changes:
        old, new = (maskers.of(topic).explain for maskers in self._maskers)
        return lambda part: changes_of(part, old, new)


def parts_of(record: Compared, before: Compared, after: Compared) -> Iterable[Part]:
    """Value, key and headers side by side; a part that is missing on one side is whole on the other."""
    yield Part("value", record.value or b"", before.value, after.value)
    yield Part("key", record.key or b"", before.key, after.key)
    was, is_now = before.headers or [], after.headers or []
    for at, (name, raw) in enumerate(record.headers or []):
        told = name.replace(".", "_")
        yield Part(f"header.{told}", raw or b"", _text(was, at), _text(is_now, at))


def _text(headers: Sequence[tuple[str, bytes | None]], at: int) -> bytes | None:
    return headers[at][1] if at < len(headers) else None


def _columns(records: Sequence[Compared]) -> RecordColumns:
    return RecordColumns(
        [one.key for one in records],
        [one.value for one in records],
        [one.headers for one in records],
        [one.topic for one in records],
    )


def _same(before: MaskedColumns, after: MaskedColumns, at: int) -> bool:
    columns: tuple[tuple[Any, Any], ...] = (
        (before.values, after.values), (before.keys, after.keys), (before.headers, after.headers),
    )  # fmt: skip
    return all(one[at] == other[at] for one, other in columns)


def _whole(masked: MaskedColumns, at: int) -> Compared:
    return Compared("", "", masked.keys[at], masked.values[at], masked.headers[at])


def _nothing() -> None:
    """Nobody waits for a sign of progress inside a batch."""
