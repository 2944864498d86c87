"""Where findings and hits lie in the bytes that came in, whatever was read otherwise or replaced since."""

from array import array
from collections.abc import Iterator, Sequence

from streams.masking.encodings.fold import Fold
from streams.masking.found import Found
from streams.masking.loop import Packed, Spliced, packed, replacements, unpacked

__all__ = ["hits_of", "origin", "raw_finding", "rules_of"]


def hits_of(kept: dict[int, str], read: Fold | None = None) -> Packed:
    """The hits that were kept, without the rules; by raw bytes where a text was read otherwise than it is written."""
    if read is None:
        return array("Q", kept).tobytes()
    return packed((read.raw_span(end, end)[1], ident) for end, ident, _ in rules_of(kept))


def rules_of(kept: dict[int, str]) -> Iterator[tuple[int, int, str]]:
    """The end and the identifier of each hit that was kept, and the rule."""
    for (end, ident), rule in zip(unpacked(hits_of(kept)), kept.values(), strict=True):
        yield end, ident, rule


def origin(spliced: Spliced, start: int, end: int) -> tuple[int, int]:
    """The bytes before that a span of a spliced text stands for; a replacement that is touched counts whole."""
    first, last, shift, mark = -1, -1, 0, 0
    for old_start, old_stop, stop in replacements(spliced):
        begin = old_start - shift
        if first < 0 and start < stop:
            first = min(start + shift, old_start) if start < begin else old_start
        if last < 0 and end <= stop:
            last = end + shift if end <= begin else old_stop
        shift, mark = old_stop - stop, stop
    return first if first >= 0 else max(start, mark) + shift, last if last >= 0 else max(end, mark) + shift


def raw_finding(one: Found, read: Fold, layers: Sequence[Spliced]) -> Found:
    """A finding of an output where it lies in the raw bytes, through all that was spliced before."""
    start, end = read.raw_span(one.start, one.end)
    for spliced in reversed(layers):
        start, end = origin(spliced, start, end)
    return one._replace(start=start, end=end)
