"""The strings, numbers and words of JSON, and which of them a finding reaches into that is not within one."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from streams.masking.encodings.fold import Fold
from streams.masking.found import Found
from streams.masking.loop import Spliced, replacements

__all__ = ["Leaf", "leaves", "reached", "redacted", "torn"]

#: Where a leaf begins and ends, its quotes included.
Leaf = tuple[int, int]

_LEAF: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s{}\[\]:,"]+')
#: A backslash that belongs to what follows, right before a place.
_ESCAPING: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\\Z")
_QUOTE: Final = b'"'
_REDACTED: Final = b'"***"'


def leaves(text: bytes) -> list[Leaf]:
    """All leaves of a text that is JSON, names among them, in their order."""
    return [match.span() for match in _LEAF.finditer(text)]


def reached(text: bytes, among: Sequence[Leaf], start: int, end: int, *, quoted: bool) -> tuple[bool, list[Leaf]]:
    """The leaves that something reaches into, and whether it is within a string or is all of a number that becomes a string."""
    first = bisect_right(among, start, key=lambda leaf: leaf[1])
    last = first
    while last < len(among) and among[last][0] < end:
        last += 1
    # What is nothing but signs between leaves was taken for a value by what stands around them.
    found = list(among[first:last] or among[max(0, first - 1) : first + 1])
    if last - first != 1:
        return False, found
    begin, stop = found[0]
    if text[begin : begin + 1] == _QUOTE:
        cut = _ESCAPING.search(text, begin, start) or _ESCAPING.search(text, begin, end)
        return begin < start and end < stop and cut is None, found
    return quoted and (begin, stop) == (start, end), found


def torn(text: bytes, found: Sequence[Found], read: Fold) -> tuple[list[Found], dict[Leaf, Found]]:
    """The findings in JSON that lie within a leaf each, and the leaves that all others reach into, with one of them each."""
    among = leaves(text)
    where = [(one, *reached(text, among, *read.raw_span(one.start, one.end), quoted=bool(one.quote))) for one in found]
    whole = {leaf: one for one, within, those in where if not within for leaf in those}
    return [one for one, within, those in where if within and those[0] not in whole], whole


def redacted(output: bytes, whole: Sequence[Leaf], spliced: Spliced) -> bytes:
    """A text in which something was replaced already, without some leaves of the text before, in none of which that was."""
    rows = [*replacements(spliced)]
    pieces: list[bytes] = []
    mark = shift = place = 0
    for start, end in whole:
        while place < len(rows) and rows[place][1] <= start:
            shift = rows[place][2] - rows[place][1]
            place += 1
        pieces += output[mark : start + shift], _REDACTED
        mark = end + shift
    return b"".join((*pieces, output[mark:]))
