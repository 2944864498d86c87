"""Hides by hand what a person marked: spans of the preview and whole fields become `***`; nothing clear was looked at.

What comes out is no clean record yet: it is masked and verified like any other, so a hand cannot let through what the
engine refuses. JSON stays JSON: only what is inside strings, numbers and words is replaced, not the signs between, and
no escape is cut in two.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import orjson

from streams.masking.paths import Leaf, Paths, Selector, leaves
from streams.quarantine.decisions import Redaction
from streams.quarantine.preview import Span, spans

__all__ = ["hidden"]

STARS: Final = b"***"
QUOTED: Final = b'"***"'

#: Records in which paths are looked for: larger ones take longer than a step of the redrive may, and it would be ended
#: over one decision again and again.
_BYTES_MAX: Final = 16 << 20
#: Fields between two signs of life.
_LEAVES_A_SIGN: Final = 10_000

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[^\s{}\[\]:,"]++', re.DOTALL)
_QUOTE: Final = ord('"')
_SLASH: Final = ord("\\")
#: Behind the backslash: `u` and four digits, or one character.
_ESCAPE: Final = re.compile(rb"u[0-9A-Fa-f]{4}|.", re.DOTALL)


class _Cut(NamedTuple):
    """Bytes that go, and what stands there instead; `whole` where that is an object or a list of the document."""

    start: int
    end: int
    instead: bytes = STARS
    whole: bool = False


def hidden(
    value: bytes | None, redactions: Sequence[Redaction], again: Callable[[], None] = lambda: None
) -> bytes | None:
    """The value with everything that was marked replaced; None where a mark is not in it, or hides nothing.

    What is no UTF-8 may be hidden by a span like anything else. A record of ten megabytes takes some seconds where
    paths are looked for: `again` is called now and then meanwhile. In one of more than 16 MiB no path is looked for.
    """
    if value is None or not redactions:
        return None
    tokens = [match.span() for match in _TOKEN.finditer(value)] if _is_json(value) else None
    marks = [*_of_spans(value, redactions, tokens), *_of_paths(value, redactions, tokens, again)]
    if not all(marks):
        return None
    cuts = _apart(cut for found in marks for cut in found)
    if tokens is None:
        return _spliced(value, (_unescaped(value, cut, 0, len(value)) for cut in cuts))
    within = _spliced(value, _in_tokens(value, tokens, cuts))
    # Half of two escapes that are one character may be left: then the whole string goes.
    return within if _is_json(within) else _spliced(value, _whole_tokens(tokens, cuts))


def _of_spans(value: bytes, redactions: Iterable[Redaction], tokens: Sequence[Span] | None) -> Iterator[list[_Cut]]:
    marked = [(one.start or 0, one.end or 0) for one in redactions if one.path is None]
    places = spans(value) if marked else []
    for start, end in marked:
        cut = _Cut(places[start][0], places[end - 1][1]) if end <= len(places) else _Cut(0, 0)
        # Who marks only signs between the tokens of JSON believes to hide something.
        hides = cut.end > cut.start and (tokens is None or any(_in_tokens(value, tokens, [cut])))
        yield [cut] if hides else []


def _of_paths(
    value: bytes, redactions: Iterable[Redaction], tokens: Sequence[Span] | None, again: Callable[[], None]
) -> Iterator[list[_Cut]]:
    """The values of the fields that each path means, and of all below them."""
    paths = [one.path for one in redactions if one.path is not None]
    if not paths:
        return
    if len(value) > _BYTES_MAX:
        yield []
        return
    # By leaf and not by path: a hundred paths in a record of a million fields are no hundred million looks.
    cuts: list[list[_Cut]] = [[] for _ in paths]
    again()
    for number, leaf in enumerate(leaves(value, Paths([Selector((path,)) for path in paths]))):
        if number % _LEAVES_A_SIGN == 0:
            again()
        for index in leaf.state.selected if leaf.end > leaf.start else ():
            if (cut := _of_leaf(value, leaf, index, tokens)) is not None:
                cuts[index].append(cut)
    yield from cuts


def _of_leaf(value: bytes, leaf: Leaf, index: int, tokens: Sequence[Span] | None) -> _Cut | None:
    if leaf.form == "bare":
        return _Cut(leaf.start, leaf.end, leaf.quote + STARS + leaf.quote)
    if leaf.form != "object":
        return _Cut(leaf.start, leaf.end)
    # An object goes with its keys, where it is one of the document and not of a text inside a string.
    if tokens is None or index not in leaf.state.exact or _token_around(tokens, leaf.start) is not None:
        return None
    return _Cut(leaf.start, leaf.end, QUOTED, whole=True) if value[leaf.end - 1 : leaf.end] in b"]}" else None


def _token_around(tokens: Sequence[Span], at: int) -> Span | None:
    before = bisect_right(tokens, (at, 0)) - 1
    return tokens[before] if before >= 0 and tokens[before][1] > at else None


def _apart(cuts: Iterable[_Cut]) -> list[_Cut]:
    """In order, none over another: what is inside a larger one goes with it, what overlaps becomes one."""
    result: list[_Cut] = []
    for cut in sorted(cuts, key=lambda cut: (cut.start, -cut.end, not cut.whole)):
        if not result or cut.start >= result[-1].end:
            result.append(cut)
        elif cut.end > result[-1].end:
            last = result.pop()
            # A span may begin inside an object that goes as a whole, and end behind it.
            result += [last, _Cut(last.end, cut.end)] if last.whole else [_Cut(last.start, cut.end)]
    return result


def _in_tokens(value: bytes, tokens: Sequence[Span], cuts: Iterable[_Cut]) -> Iterator[_Cut]:
    """The parts of cuts that lie in strings, numbers and words of JSON."""
    for cut in cuts:
        if cut.whole:
            yield cut
            continue
        for start, end in _touched(tokens, cut):
            if value[start] != _QUOTE:
                yield _Cut(start, end, QUOTED)
            elif max(cut.start, start + 1) < min(cut.end, end - 1):
                inside = _Cut(max(cut.start, start + 1), min(cut.end, end - 1), cut.instead)
                yield _unescaped(value, inside, start + 1, end - 1)


def _whole_tokens(tokens: Sequence[Span], cuts: Iterable[_Cut]) -> Iterator[_Cut]:
    for cut in cuts:
        yield from [cut] if cut.whole else [_Cut(*token, QUOTED) for token in _touched(tokens, cut)]


def _touched(tokens: Sequence[Span], cut: _Cut) -> Sequence[Span]:
    first = bisect_left(tokens, cut.start + 1, key=lambda token: token[1])
    return tokens[first : bisect_left(tokens, (cut.end, 0))]


def _unescaped(value: bytes, cut: _Cut, low: int, high: int) -> _Cut:
    """The cut with the whole of an escape that it would cut in two, inside `low` and `high`."""
    start, end = cut.start, cut.end
    if _odd_slashes(value, low, start):
        start -= 1
    if _odd_slashes(value, low, end) and (rest := _ESCAPE.match(value, end, high)):
        end = rest.end()
    return cut._replace(start=start, end=end)


def _odd_slashes(value: bytes, low: int, at: int) -> bool:
    """Whether the character at a place is the rest of an escape."""
    first = at
    while first > low and value[first - 1] == _SLASH:
        first -= 1
    return (at - first) % 2 == 1


def _spliced(value: bytes, cuts: Iterable[_Cut]) -> bytes:
    pieces, mark = list[bytes](), 0
    for cut in _apart(cuts):
        pieces += [value[mark : cut.start], cut.instead]
        mark = cut.end
    return b"".join((*pieces, value[mark:]))


def _is_json(value: bytes) -> bool:
    try:
        orjson.loads(value)
    except ValueError:
        return False
    return True
