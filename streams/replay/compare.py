"""What two ways of masking make of the same records: what changes, by detector and field, and what would be unmasked.

Nothing clear leaves this module: fields are told by names that hold nobody, values by their shape.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple

from streams.masking.masker import Explanation
from streams.policies.difference import Less, less
from streams.quarantine.preview import KEPT_KEYS, preview
from streams.replay.compare_paths import paths_at

__all__ = ["Changes", "Comparison", "Part", "Row", "RowKey", "What", "changes_of", "told"]

What = Literal["unmasked", "newly_masked", "unclear", "changed"]

#: Shown of each row, and characters of a shape.
_SAMPLES_MAX: Final = 3
_SHAPE_CHARS: Final = 160
#: A name of a field that stands in fewer records than this may be a person's own.
_COMMON: Final = 3
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.$-]{0,60}")


class Part(NamedTuple):
    """A value, key or header of a record: as it was read, as one way writes it, as the other does."""

    name: str
    raw: bytes
    before: bytes | None
    after: bytes | None


class RowKey(NamedTuple):
    """What changed: by which detector, in which field, from which action to which, and which rule says so."""

    what: What
    detector: str
    kind: str
    path: str
    before: str
    after: str
    rule: str


@dataclass(slots=True)
class Row:
    """In how many records it did, and where the first of them are, with the shape of the value and of the text."""

    records: int = 0
    samples: list[dict[str, str]] = field(default_factory=list)


Explain = Callable[[bytes], "list[Explanation]"]
#: What became otherwise in a part that differs, each with the shape of its value.
Changes = Callable[[Part], "Iterable[tuple[RowKey, str]]"]


def changes_of(part: Part, old: Explain, new: Explain) -> Iterator[tuple[RowKey, str]]:
    """What is different between two policies in a part that both have masked."""
    before, after = old(part.raw), new(part.raw)
    lost = list(less(before, after))
    gained = list(less(after, before))
    if not lost and part.before != part.raw and part.after == part.raw:
        # What no finding explains, such as a header that is masked for its name: the whole of it is open now.
        lost = [Less(0, len(part.raw), "unknown", "masked", "keep", "")]
    rows: list[tuple[What, Less]] = [("unmasked", one) for one in lost]
    rules = {(row.start, row.end): row.rule for row in after if row.kind}
    rows += [
        ("newly_masked", replace(one, before=one.after, after=one.before, rule=rules.get((one.start, one.end), "")))
        for one in gained
    ]
    rows = rows or [("changed", one) for one in _otherwise(before, after)]
    rows = rows or [("changed", Less(0, len(part.raw), "unknown", "", "", ""))]
    yield from told(part, rows)


def told(part: Part, rows: Sequence[tuple[What, Less]]) -> Iterator[tuple[RowKey, str]]:
    """Each row with the path of its field and the shape of its value."""
    places = paths_at(part.raw, [one.start for _, one in rows])
    for (what, one), path in zip(rows, places, strict=True):
        shape = preview(part.raw[one.start : one.end]) or ""
        where = f"{part.name}{path.removeprefix('$')}" if part.name != "value" else path
        yield RowKey(what, one.detector, one.kind, where, one.before, one.after, one.rule), shape[:_SHAPE_CHARS]


def _otherwise(before: Sequence[Explanation], after: Sequence[Explanation]) -> Iterator[Less]:
    """Findings that are hidden as well as before, and differently."""
    known = {(row.start, row.end, row.kind, row.action) for row in before}
    by_place = {(row.start, row.end): row for row in before if row.kind}
    for row in after:
        if row.kind and (row.start, row.end, row.kind, row.action) not in known:
            old = by_place.get((row.start, row.end))
            told = f"{old.action} ({old.kind})" if old and old.kind != row.kind else old.action if old else ""
            yield Less(row.start, row.end, row.kind, told, row.action, row.rule, row.detector)


@dataclass(slots=True)
class Comparison:
    """Sums over records; of one thread."""

    records: int = 0
    changed: int = 0
    unmasked: int = 0
    newly_masked: int = 0
    quarantined_instead: int = 0
    written_instead: int = 0
    unclear: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rows: dict[RowKey, Row] = field(default_factory=dict)
    _names: Counter[str] = field(default_factory=Counter)

    def add(self, place: str, parts: Iterable[Part], changes: Changes) -> None:
        """A record that is written by both ways; nothing where they agree."""
        differing = [part for part in parts if part.before != part.after]
        if not differing:
            return
        self.changed += 1
        found = [(key, shape, part) for part in differing for key, shape in changes(part)]
        self.unmasked += any(key.what == "unmasked" for key, _, _ in found)
        self.newly_masked += any(key.what == "newly_masked" for key, _, _ in found)
        self.unclear += any(key.what == "unclear" for key, _, _ in found)
        self._names.update({name for key, _, _ in found for name in _names_in(key.path)})
        seen: set[RowKey] = set()
        for key, shape, part in found:
            row = self.rows.setdefault(key, Row())
            if key in seen:
                continue
            seen.add(key)
            row.records += 1
            if len(row.samples) < _SAMPLES_MAX:
                context = (preview(part.raw) or "")[:_SHAPE_CHARS]
                row.samples.append({"record": place, "value": shape, "text": context})

    def add_failing(self, before: str | None, after: str | None) -> None:
        """A record that cannot be masked by one way or both, with the reasons."""
        if before == after:
            return
        self.changed += 1
        self.quarantined_instead += before is None
        self.written_instead += after is None
        self.reasons[f"{before or 'written'} -> {after or 'written'}"] += 1

    def as_rows(self) -> list[dict[str, Any]]:
        """What changed, what would be unmasked first, then by how many records."""
        merged: dict[RowKey, Row] = {}
        for key, row in self.rows.items():
            told = merged.setdefault(key._replace(path=self._told(key.path)), Row())
            told.records += row.records
            told.samples += row.samples[: _SAMPLES_MAX - len(told.samples)]
        order = ("unmasked", "newly_masked", "unclear", "changed")
        ranked = sorted(merged.items(), key=lambda item: (order.index(item[0].what), -item[1].records, item[0]))
        return [{**key._asdict(), "records": row.records, "samples": row.samples} for key, row in ranked]

    def _told(self, path: str) -> str:
        """A path with the names that are a schema's; any other is a sign that there is one."""
        return _STEP.sub(lambda match: f".{match[1]}" if self._harmless(match[1]) else ".?", path)

    def _harmless(self, name: str) -> bool:
        return name.lower() in KEPT_KEYS or (bool(_NAME.fullmatch(name)) and self._names[name] >= _COMMON)


_STEP: Final = re.compile(r"\.((?:[^.\[\]\\]|\\.)+)")


def _names_in(path: str) -> list[str]:
    return _STEP.findall(path)
