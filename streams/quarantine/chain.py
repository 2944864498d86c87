"""The hash chain of audit events: each holds the hash of the one that its writer wrote before; no files, no broker.

A hash is SHA-256 over the event's canonical JSON (sorted keys, no spaces, UTF-8) without the hash itself, or
HMAC-SHA256 where a key is given: then only holders of the key can make a chain that fits. What is removed, changed, put
in or put elsewhere breaks the chain at that place. Events taken from the end show only against another copy: file and
topic have the same ones.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

__all__ = ["GENESIS", "Break", "Chains", "Entry", "Head", "entry_of", "hash_of", "linked"]

#: `previous` of a writer's first event.
GENESIS: Final = "0" * 64
#: Events that may be sent again after an outage; one of them twice in a topic is no break.
_RESENT_MAX: Final = 2000


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a writer's chain; -1 before the first."""

    writer: str
    sequence: int = -1
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Entry:
    """An event's place in its chain; `at` says where it stands, `intact` whether its own hash fits it."""

    at: str
    writer: str
    sequence: int
    previous: str
    hash: str
    intact: bool


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not fit, and in a few words how."""

    at: str
    sentence: str


def linked(document: dict[str, Any], head: Head, key: bytes | None = None) -> tuple[dict[str, Any], Head]:
    """The event as the next one behind `head`, and the new head."""
    link: dict[str, Any] = {"writer": head.writer, "sequence": head.sequence + 1, "previous": head.hash}
    digest = hash_of({**document, "chain": link}, key)
    return {**document, "chain": {**link, "hash": digest}}, Head(head.writer, head.sequence + 1, digest)


def hash_of(document: dict[str, Any], key: bytes | None = None) -> str:
    """Hash of an event; a hash that stands in its chain already does not count."""
    bare = {**document, "chain": {name: value for name, value in document["chain"].items() if name != "hash"}}
    text = orjson.dumps(bare, option=orjson.OPT_SORT_KEYS)
    return hmac.new(key, text, hashlib.sha256).hexdigest() if key else hashlib.sha256(text).hexdigest()


def entry_of(at: str, document: dict[str, Any], keys: Sequence[bytes] = ()) -> Entry:
    """Where an event with a chain stands in it; its hash must be by one of the keys, if there are any."""
    link = document["chain"]
    intact = any(hmac.compare_digest(hash_of(document, key), link["hash"]) for key in keys or (None,))
    return Entry(at, link["writer"], link["sequence"], link["previous"], link["hash"], intact)


@dataclass(slots=True)
class Chains:
    """Follows the chains of any number of writers through one copy of the audit.

    `resent` says that events may stand in it twice, as in a topic after an outage. `cut` says that the beginning may
    have expired: then a chain begins where it begins. `begins` has the first number of each writer.
    """

    resent: bool = False
    cut: bool = False
    heads: dict[str, Head] = field(default_factory=dict)
    begins: dict[str, int] = field(default_factory=dict)
    events: int = 0
    _seen: dict[str, dict[int, str]] = field(default_factory=dict)

    def follow(self, entry: Entry) -> Iterator[Break]:
        """What is wrong with the next event of this copy; nothing if all is well."""
        self.events += 1
        if not entry.intact:
            yield Break(entry.at, f"{_name(entry)} was changed, or was written with another key")
        seen = self._seen.setdefault(entry.writer, {})
        if self.resent and seen.get(entry.sequence) == entry.hash:
            return
        head = self.heads.get(entry.writer)
        wrong = self._of_first(entry) if head is None else _of_next(entry, head)
        if wrong:
            yield Break(entry.at, wrong)
        self.begins.setdefault(entry.writer, entry.sequence)
        if head is None or entry.sequence > head.sequence:
            self.heads[entry.writer] = Head(entry.writer, entry.sequence, entry.hash)
        seen[entry.sequence] = entry.hash
        if len(seen) > _RESENT_MAX:
            del seen[next(iter(seen))]

    def _of_first(self, entry: Entry) -> str | None:
        if (entry.sequence == 0) != (entry.previous == GENESIS):
            return f"{_name(entry)} is no beginning"
        if entry.sequence > 0 and not self.cut:
            return _missing(entry, 0)
        return None


def _of_next(entry: Entry, head: Head) -> str | None:
    wanted = head.sequence + 1
    if entry.sequence < wanted:
        return f"{_name(entry)} stands behind event {head.sequence}"
    if entry.sequence > wanted:
        return _missing(entry, wanted)
    return None if entry.previous == head.hash else f"{_name(entry)} does not follow the event that stands before it"


def _name(entry: Entry) -> str:
    return f"event {entry.sequence} of {entry.writer}"


def _missing(entry: Entry, first: int) -> str:
    last = entry.sequence - 1
    what = f"event {first} of {entry.writer} is" if first == last else f"events {first} to {last} of {entry.writer} are"
    return f"{what} missing before it"
