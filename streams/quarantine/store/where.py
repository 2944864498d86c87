"""A filter as conditions of SQL on `records`, and on `tally`, `hours` and `minutes` for as much as these know.

Values are always bound; the text of a condition is made of our own constants.
"""

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from streams.quarantine.store.model import EVERYTHING, Filter, in_scope
from streams.quarantine.store.phases import ALL, phases_of

__all__ = ["Condition", "Where", "where"]

#: What SQLite and Kafka can hold.
_INT_MAX: Final = 2**63 - 1
#: A search of more words is no search.
_WORDS_MAX: Final = 8
_WORD_CHARS_MAX: Final = 100
#: So many kinds or topics are looked for one by one, each by its index.
_FEW: Final = 8

_PLACE: Final = re.compile(r"([0-9]{1,9}):([0-9]{1,19})")
_SOURCE: Final = re.compile(r"([A-Za-z0-9._-]{1,249})/([0-9]{1,9})/([0-9]{1,19})")
_NUMBER: Final = re.compile(r"[0-9]{1,19}")

# Few records have one offset: they are picked by number, and the other conditions only looked at.
_AT_PLACE: Final = "id IN (SELECT id FROM records WHERE partition = ? AND offset = ?)"
_AT_SOURCE: Final = "id IN (SELECT id FROM records WHERE source_offset = ?)"
_AT_EITHER: Final = (
    "id IN (SELECT id FROM records WHERE partition IN (SELECT partition FROM positions) AND offset = ?"
    " UNION SELECT id FROM records WHERE source_offset = ?)"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression that is true or false, and what is bound to its question marks."""

    sql: str
    values: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """The conditions of one filter: `broad` are on kind and topic alone, `narrow` on other columns of `records`.

    `phases` are those asked for. `kinds` and `topics` name the few that the filter comes down to, if they are few.
    """

    broad: tuple[Condition, ...]
    narrow: tuple[Condition, ...]
    phases: tuple[int, ...]
    kinds: tuple[int, ...] | None
    topics: tuple[int, ...] | None

    @property
    def pointed(self) -> bool:
        """Whether it asks for offsets."""
        return any(condition.sql in {_AT_PLACE, _AT_SOURCE, _AT_EITHER} for condition in self.narrow)

    @property
    def spread(self) -> bool:
        """Whether no index leads to what matches: neither offsets nor few kinds or topics are asked for."""
        return not self.pointed and self.kinds is None and self.topics is None

    def of(self, phases: tuple[int, ...] | None) -> "Where":
        """The same in other phases; None is all of them."""
        return replace(self, phases=ALL if phases is None else phases)

    def all(self, *more: Condition) -> Condition:
        """All conditions but the one on phases."""
        return _all((*self.broad, *self.narrow, *more))

    def wide(self, *more: Condition) -> Condition:
        """The conditions on kind and topic."""
        return _all((*self.broad, *more))


def where(db: sqlite3.Connection, wanted: Filter, kinds: Sequence[int] | None = None) -> Where:
    """The conditions of a filter, for the kinds and topics that are there now; with `kinds`, of those only."""
    names: dict[int, str] = dict(db.execute("SELECT id, name FROM topics"))
    topics = _topics(names, wanted)
    kind_conditions = _kind_conditions(wanted)
    broad, narrow = _text(names, wanted.text, kinds)
    if topics is not None:
        broad = (*broad, _among("topic", topics))
    if kind_conditions:
        broad = (*broad, _of_kinds(_all(kind_conditions), kinds))
    narrow, phases = (*narrow, *_bounds(wanted)), phases_of(wanted.status, pending=wanted.pending)
    if kinds is not None:
        return Where((*broad, _among("kind", kinds)), narrow, phases, tuple(kinds), None)
    few = tuple(topics) if topics is not None and len(topics) <= _FEW and not kind_conditions else None
    return Where(broad, narrow, phases, _few_kinds(db, _all(broad)) if broad else None, few)


def _of_kinds(inner: Condition, kinds: Sequence[int] | None) -> Condition:
    """Kinds with these properties; where few are looked at, no others are either."""
    if kinds is None:
        return Condition(f"kind IN (SELECT id FROM kinds WHERE {inner.sql})", inner.values)
    few = _among("id", kinds)
    return Condition(f"kind IN (SELECT id FROM kinds WHERE {few.sql} AND {inner.sql})", (*few.values, *inner.values))


def _topics(names: dict[int, str], wanted: Filter) -> list[int] | None:
    """Numbers of the topics in scope; None where all are, foreign bytes too."""
    if wanted.topic is None and "*" in wanted.topics:
        return None
    scope = EVERYTHING if "*" in wanted.topics else wanted.topics
    return [number for number, name in names.items() if wanted.topic in {None, name} and in_scope(scope, name)]


def _kind_conditions(wanted: Filter) -> tuple[Condition, ...]:
    found = []
    if wanted.fingerprint is not None:
        found.append(Condition("fingerprint = ?", (wanted.fingerprint,)))
    if wanted.reason is not None:
        found.append(Condition("reason = ?", (wanted.reason,)))
    if wanted.detector is not None:
        found.append(Condition("? IN (SELECT value FROM json_each(detectors))", (wanted.detector,)))
    return tuple(found)


def _few_kinds(db: sqlite3.Connection, broad: Condition) -> tuple[int, ...] | None:
    """The kinds that have records which match, if they are few."""
    found = db.execute(f"SELECT DISTINCT kind FROM tally WHERE n > 0 AND {broad.sql} LIMIT {_FEW + 1}", broad.values)
    numbers = tuple(number for (number,) in found)
    return numbers if len(numbers) <= _FEW else None


def _bounds(wanted: Filter) -> tuple[Condition, ...]:
    columns = (
        ("source_partition = ?", wanted.partition),
        (_AT_SOURCE, wanted.offset),
        ("seen >= ?", wanted.since_ms),
        ("seen < ?", wanted.until_ms),
    )
    return tuple(_compared(sql, value) for sql, value in columns if value is not None)


def _compared(sql: str, *values: int) -> Condition:
    # Larger numbers than SQLite knows are no error, there just is nothing.
    return Condition(sql, tuple(min(max(value, -_INT_MAX), _INT_MAX) for value in values))


def _text(
    names: dict[int, str], text: str, kinds: Sequence[int] | None
) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    """Conditions on kind and topic, and on other columns, for what a person typed."""
    broad: list[Condition] = []
    narrow: list[Condition] = []
    for word in text.split()[:_WORDS_MAX]:
        if place := _PLACE.fullmatch(word):
            narrow.append(_compared(_AT_PLACE, int(place[1]), int(place[2])))
        elif source := _SOURCE.fullmatch(word):
            broad.append(_among("topic", [number for number, name in names.items() if name == source[1]]))
            narrow += [_compared("source_partition = ?", int(source[2])), _compared(_AT_SOURCE, int(source[3]))]
        elif _NUMBER.fullmatch(word):
            narrow.append(_compared(_AT_EITHER, int(word), int(word)))
        else:
            broad.append(_word(names, word[:_WORD_CHARS_MAX].lower(), kinds))
    return tuple(broad), tuple(narrow)


def _word(names: dict[int, str], word: str, kinds: Sequence[int] | None) -> Condition:
    topics = json.dumps([number for number, name in names.items() if word in name.lower()])
    named = _of_kinds(Condition("instr(words, ?) > 0", (word,)), kinds)
    # The signs keep SQLite from a search of its own for each half, once for each row.
    return Condition(
        f"(+topic IN (SELECT value FROM json_each(?)) OR +{named.sql})",
        (topics, *named.values),
    )


def _among(column: str, numbers: Sequence[int]) -> Condition:
    return Condition(f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(numbers),))


def _all(conditions: tuple[Condition, ...]) -> Condition:
    sql = " AND ".join(condition.sql for condition in conditions) or "1"
    return Condition(sql, tuple(value for condition in conditions for value in condition.values))
