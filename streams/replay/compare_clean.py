"""Compares what is on a clean topic with what today's policy would write, record by record without any coordinates.

A clean topic has the partition numbers, the order, the timestamps and the bytes between masked values of its raw
topic, and nothing else that leads back. So the two are read side by side: a clean record is that of the first raw
record, from where the last one was found, which it can be a masked form of. Raw records between were quarantined, or
are gone from the clean topic; a clean record that is the form of none is told as one without its raw record. Records
that were redriven come later than their place, and those of replays come twice: both say so in a header and are left
out.

By which policy a clean record was masked may not be known any more, so the two outputs are compared themselves: a word
that can be read now and could not be read before is unmasked, whatever found or did not find it.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from streams.masking.masker import Explanation
from streams.masking.surrogate import SURROGATE_RE
from streams.masking.tokens import TOKEN_RE
from streams.policies.difference import Less
from streams.replay.compare import Part, RowKey, What, told

__all__ = ["Pair", "Seen", "clean_changes", "hidden_in", "paired"]

#: What stands for a value that is hidden: a token, a JWT's surrogate, stars.
_HIDDEN: Final = re.compile(b"|".join((SURROGATE_RE.pattern, TOKEN_RE.pattern, rb"\*\*\*")))
#: How far behind the last raw record that was found the next one is looked for, in records.
_WINDOW: Final = 5_000
#: How far it is looked for one that becomes the same today, where another one before it can be meant as well.
_DOUBT: Final = 64
#: A text that is looked at closely for where it differs; longer ones are compared by their ends.
_CLOSE_BYTES: Final = 64 << 10
#: The share of a text that has to stand in both for what is truncated or generalised.
_ALIKE: Final = 0.5

_WORD: Final = re.compile(rb"[0-9A-Za-z\x80-\xff]+")

Span = tuple[int, int]


class Pair(NamedTuple):
    """A record of the raw topic and one of the clean topic, each None where the other has none."""

    raw: int | None
    clean: int | None


class Seen(NamedTuple):
    """What pairs records: a number of the reader's own, the original timestamp in milliseconds, the value, and of a raw
    record what today's policy makes of it.
    """

    number: int
    time_ms: int
    value: bytes | None
    today: bytes | None = None


def paired(raw: Iterable[Seen], clean: Iterable[Seen]) -> Iterator[Pair]:
    """Pairs in the order of the partition: each record of both sides is in one; a window of the raw ones is held."""
    source = iter(raw)
    window: deque[Seen] = deque()
    for one in clean:
        if not window and (following := next(source, None)) is not None:
            window.append(following)
        if not window:
            return  # What follows belongs to later records of the raw topic.
        at = _found(window, source, one)
        if at is None:
            yield Pair(None, one.number)
            continue
        for _ in range(at):
            yield Pair(window.popleft().number, None)
        yield Pair(window.popleft().number, one.number)
    for rest in (*window, *source):
        yield Pair(rest.number, None)


def _found(window: "deque[Seen]", source: Iterator[Seen], clean: Seen) -> int | None:
    """How far along the window the raw record of a clean one is: the next that becomes the same today, of those that
    may be meant; otherwise the next that it can be a form of.
    """
    first: int | None = None
    for at in range(_WINDOW):
        if at == len(window):
            following = next(source, None)
            if following is None:
                break
            window.append(following)
        if window[at].time_ms == clean.time_ms and window[at].today == clean.value:
            return at
        if first is None and _can_be(window[at], clean):
            first = at
        if first is not None and at - first >= _DOUBT:
            break
    return first


def _can_be(raw: Seen, clean: Seen) -> bool:
    if raw.time_ms != clean.time_ms or (raw.value is None) != (clean.value is None):
        return False
    return raw.value is None or clean.value is None or hidden_in(raw.value, clean.value) is not None


def hidden_in(raw: bytes, written: bytes) -> list[Span] | None:
    """The bytes of a raw text for which something else stands in what was written; None where that is no form of it."""
    if raw == written:
        return []
    pieces, last = [], 0
    for match in _HIDDEN.finditer(written):
        pieces.append(written[last : match.start()])
        last = match.end()
    pieces.append(written[last:])
    found = _between(raw, pieces) if len(pieces) > 1 else None
    return found if found is not None else _alike(raw, written)


def _between(raw: bytes, pieces: list[bytes]) -> list[Span] | None:
    """What lies between the pieces, each looked for behind the one before; the first and the last at the ends."""
    first, *middle, last = pieces
    if not raw.startswith(first) or not raw.endswith(last) or len(first) + len(last) > len(raw):
        return None
    spans, at, limit = [], len(first), len(raw) - len(last)
    for piece in middle:
        # A value has at least one byte.
        place = raw.find(piece, at + 1, limit) if piece else at + 1
        if place < 0 or place > limit:
            return None
        spans.append((at, place))
        at = place + len(piece)
    return [*spans, (at, limit)] if at < limit else None


def _alike(raw: bytes, written: bytes) -> list[Span] | None:
    """For what is shortened or made less exact: the ends are the same, and what is between is taken for hidden."""
    most = min(len(raw), len(written))
    head = _common(raw[:_CLOSE_BYTES], written[:_CLOSE_BYTES])
    tail = _common(raw[::-1][: most - head], written[::-1][: most - head])
    return [(head, len(raw) - tail)] if head + tail >= _ALIKE * len(raw) else None


def _common(one: bytes, other: bytes) -> int:
    """How many bytes two texts begin with alike."""
    most = min(len(one), len(other))
    if one[:most] == other[:most]:
        return most
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def clean_changes(part: Part, explain: Callable[[bytes], list[Explanation]]) -> Iterator[tuple[RowKey, str]]:
    """What is different between what is on the clean topic (`before`) and what would be written today (`after`)."""
    before, after = _words(part.before or b""), _words(part.after or b"")
    rows = [row for row in explain(part.raw) if row.kind]
    found: list[tuple[What, Less]] = []
    for word in after - before:
        at = _place_of(part.raw, word, rows)
        if at is None:
            # Made today: a block that was packed again, a value that was made less exact.
            found.append(("unclear", Less(0, len(part.raw), "unknown", "", "", "")))
            continue
        keep = next((row for row in rows if row.start <= at < row.end and row.action == "keep"), None)
        kind, rule, name = (keep.kind, keep.rule, keep.detector) if keep else ("unknown", "not found", "")
        found.append(("unmasked", Less(at, at + len(word), kind, "hidden", "keep", rule, name)))
    for row in rows:
        if row.action != "keep" and _words(part.raw[row.start : row.end]) & (before - after):
            less = Less(row.start, row.end, row.kind, "keep", row.action, row.rule, row.detector)
            found.append(("newly_masked", less))
    if not found:
        hidden = [row for row in rows if row.action != "keep"]
        found = [
            ("changed", Less(row.start, row.end, row.kind, "", row.action, row.rule, row.detector)) for row in hidden
        ]
    yield from told(part, found or [("changed", Less(0, len(part.raw), "unknown", "", "", ""))])


def _words(text: bytes) -> Counter[bytes]:
    """What can be read in a text: runs of letters and digits outside of tokens and stars."""
    return Counter(_WORD.findall(_HIDDEN.sub(b" ", text)))


def _place_of(raw: bytes, word: bytes, rows: list[Explanation]) -> int | None:
    """Where a word that can be read today stands in the raw text: not inside of what is hidden today."""
    for match in re.finditer(rb"(?<![0-9A-Za-z\x80-\xff])%b(?![0-9A-Za-z\x80-\xff])" % re.escape(word), raw):
        if not any(row.action != "keep" and row.start <= match.start() < row.end for row in rows):
            return match.start()
    return None
