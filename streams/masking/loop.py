"""The loops over hits and findings in Python: the definition of those in `_core.c`, and what runs where it was not built."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, NamedTuple, Protocol

from streams.masking.encodings.fold import Fold
from streams.masking.found import Found, Judge, Verdict
from streams.masking.kinds import Kind
from streams.masking.wellformed import is_json

__all__ = [
    "BLOCK", "DISGUISE", "IDENT_BITS", "SEPARATOR", "Acts", "Asked", "Changed", "Grouped", "Hit", "Known", "Loop", "Packed", "Sink",
    "Spliced", "Survey", "packed", "replacements", "spliced_at", "unpacked", "veiled",
]  # fmt: skip

#: The end of a match in a text, and the identifier of its anchor.
Hit = tuple[int, int]

#: Hits in the order of their ends, each as one number of eight bytes: there are millions of them, and nobody keeps any.
Packed = bytes

#: The lowest bits of that number are the identifier, the others the end.
IDENT_BITS: Final = 16
_IDENT: Final = (1 << IDENT_BITS) - 1
#: The identifiers of what disguises a text, so that it has to be read otherwise, and of a block, which ends with the sign
#: behind it (`streams.masking.prefilter`).
DISGUISE: Final = 0
BLOCK: Final = 1

#: For each replacement where it began and ended before, and where it ends now: three numbers of eight bytes.
Spliced = bytes

#: What replaces the values of a kind: the same for all of them, what is remembered of each, or what makes most of them.
Known = bytes | dict[bytes, bytes] | Callable[[bytes], bytes | None]

#: A finding as certain as this covers whatever begins inside it: a whole JWT, a private key.
_CONCLUSIVE: Final = 90

#: A value that begins so soon behind its anchor has nothing else before it; other names stand before one farther off, in bytes.
_RIGHT_BEHIND: Final = 8

#: Between the anchor of a telling name and its value that was replaced, in bytes: quotes, white space, a scheme.
_NAME_GAP: Final = 12

#: A value was kept for what stood around it, and that may have been replaced: an address behind another one, a value that ends
#: in a bracket with an address. As far as this behind a replacement and before one, in bytes, it is judged anew.
_BEHIND: Final = 24
_AHEAD: Final = 24
#: What ends a value for certain: more of it would have been replaced with it, or never belonged to it.
_CLOSES: Final = b",&;}]>\n\r"
_QUOTES: Final = b"\"'"
#: What ends a token for certain, and other values often.
_CLOSE_TOKENS: Final = b" )"
#: What a backslash stands before where it ends a value, and how many of them may.
_ESCAPED: Final = b"\"'nrt/"
_ESCAPES_MAX: Final = 32
#: What a value begins with for certain.
_OPENS: Final = b" =:"
_SCHEME: Final = b"Bearer "
#: The letters of base64 in both alphabets, and the fewest of a block.
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-="
_BLOCK_MIN: Final = 12
#: What stands behind a replacement that nothing is glued to.
_ENDS: Final = b" \"'\\,&;}])>\n\r\t"
_QUOTE: Final = 0x22
#: A token as far as its letters; a hint or what a JWT's says may follow (`streams.masking.tokens`).
_HEAD: Final = re.compile(rb"tok_[a-z_]{2,16}_[a-z][a-z0-9]{0,7}_[a-p]{20}")
#: What stands before a replacement that nothing is glued to.
_BEGINS: Final = b" \"'=:([{<,;\n\r\t"


class Grouped(Protocol):
    """The hits of each text that has any, by its place: a dict, or what makes no object of hits before somebody asks."""

    def __getitem__(self, text: int, /) -> Packed: ...
    def __iter__(self) -> Iterator[int]: ...
    def __len__(self) -> int: ...
    def get(self, text: int, default: Packed, /) -> Packed:
        """The hits of a text, else the default."""


class Asked(NamedTuple):
    """What the loop asks about hits: the first arguments of `Loop.judge` behind a text's."""

    judges: list[Judge | None]
    natives: bytes
    by_word: bytes
    blocks: Callable[[bytes, int, int], list[Found]]
    fail: Callable[[int, Exception], object]


class Acts(NamedTuple):
    """What is done about findings; `plain` says that `settle` may be asked first, since no rule has a say."""

    plain: bool
    settled: Callable[[list[Found], bytes], list[Found]]
    own: Callable[[bytes], bool]
    known: Mapping[Kind, Known]
    replacement: Callable[[Found, bytes], bytes]


#: Whether each text is something and does not begin with a zero, and how long all of them are.
Survey = tuple[bool, int]

#: A character of ASCII or a byte of any other, percent-encoded (RFC 3986, 2.1).
_ESCAPE: Final = re.compile(rb"%[0-9A-Fa-f]{2}")

#: Stands between the texts of a scan: no byte of UTF-8, and no anchor reaches over it.
SEPARATOR: Final = b"\xff"


class Changed(NamedTuple):
    """A text that was changed and has to be verified: its place, its replacements, and the hits that were kept, all by raw bytes."""

    place: int
    spliced: Spliced
    kept: Packed
    folded: bool


def packed(hits: Iterable[Hit]) -> Packed:
    """Hits as the loops take them."""
    return array("Q", [end << IDENT_BITS | ident for end, ident in hits]).tobytes()


def unpacked(hits: Packed) -> list[Hit]:
    """The ends and identifiers of packed hits."""
    return [(hit >> IDENT_BITS, hit & _IDENT) for hit in memoryview(hits).cast("Q")]


def spliced_at(rows: Iterable[tuple[int, int, int]]) -> Spliced:
    """Replacements as the loops take them."""
    return array("q", [place for row in rows for place in row]).tobytes()


def replacements(spliced: Spliced) -> Iterator[tuple[int, int, int]]:
    """Where each replacement began and ended before, and where it ends now."""
    places = iter(memoryview(spliced).cast("q"))
    return zip(places, places, places, strict=True)


class Sink:
    """What `streams.masking.native.Sink` does, in Python."""

    def __init__(self) -> None:
        self._hits: list[Hit] = []
        self._begins: list[int] = []
        self._first = 0

    def __call__(self, ident: int, _start: int, end: int, _flags: int, _context: object) -> None:
        self._hits.append((end, ident))

    def join(
        self, texts: Sequence[bytes], start: int, stop: int, margin: int, changed: list[Changed]
    ) -> tuple[bytes, list[int]]:
        """The texts from one place to another as one, and which of them are not UTF-8."""
        rows, self._first = texts[start:stop], start
        if changed:
            pairs = zip(rows, changed, strict=True)
            rows = [text if row.folded else veiled(text, row.spliced) for text, row in pairs]
        around = SEPARATOR * (margin - 1)
        self._begins = [*accumulate((len(text) + 1 for text in rows), initial=margin)]
        broken = [index for index, text in enumerate(rows, start) if not _is_utf8(text)]
        return SEPARATOR.join((around, *rows, around)), broken

    def grouped(self, shapes: Packed, disguise: int) -> tuple[Grouped, dict[int, None]]:
        """The hits of each text that has any, those of shapes among them, and which texts have one of `disguise`."""
        found: dict[int, list[Hit]] = {}
        for end, ident in sorted({*self._hits, *unpacked(shapes)}):
            place = bisect_left(self._begins, end) - 1
            if place < 0:
                raise ValueError("a hit before the first text")
            if place < len(self._begins) - 1:
                found.setdefault(self._first + place, []).append((end - self._begins[place], ident))
        disguised = {index: None for index, hits in found.items() if any(ident == disguise for _, ident in hits)}
        return {index: packed(hits) for index, hits in found.items()}, disguised


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


class Loop:
    """What `streams.masking.native.Core` does, in Python."""

    def survey(self, texts: Sequence[bytes | None]) -> Survey:
        """What has to be known of a batch before anything is done."""
        filled = [text for text in texts if text]
        return len(filled) == len(texts) and all(text[0] for text in filled), sum(map(len, filled))

    def glance(self, texts: list[bytes], start: int, stop: int, size: int) -> tuple[list[int], list[int]]:
        """The places of texts in ASCII with a percent escape, from one place to another: each of them is disguised; and of those
        longer than a size.
        """
        places = range(start, min(stop, len(texts)))
        escaped = [place for place in places if texts[place].isascii() and _ESCAPE.search(texts[place])]
        return escaped, [place for place in places if len(texts[place]) > size]

    def judge(
        self,
        text: bytes,
        hits: Packed,
        judges: list[Judge | None],
        _natives: bytes,
        by_word: bytes,
        blocks: Callable[[bytes, int, int], list[Found]],
        fail: Callable[[int, Exception], object],
    ) -> tuple[list[Found], dict[int, str]]:
        """What the judges say of their candidates in one text: findings, and by which rule each other hit stays.

        A hit without a judge belongs to `blocks`; what a judge raises goes to `fail`, which raises. Long and flat on purpose.
        """
        found: list[Found] = []
        kept: dict[int, str] = {}
        covered = named = since = begun = -1
        for hit in memoryview(hits).cast("Q"):
            end, ident = hit >> IDENT_BITS, hit & _IDENT
            if end <= covered or (since <= end <= named and by_word[ident]):
                continue
            # No run of base64 has a dot: one that ends where a finding ends began in it, and its hit is one behind.
            if ident == BLOCK and end - 1 == covered and b"." in text[begun:covered]:
                continue
            judge = judges[ident]
            if judge is None:
                found += blocks(text, end, ident)
                continue
            verdict: Verdict = ()
            try:
                verdict = judge(text, end)
            except Exception as error:  # noqa: BLE001 - whatever a detector raises, the text fails and its value stays here
                fail(ident, error)
            if isinstance(verdict, str):
                kept[hit] = verdict
            elif isinstance(verdict, Found):
                found.append(verdict)
                since, named = (end if verdict.start - end < _RIGHT_BEHIND else verdict.start), verdict.end
                if verdict.certain >= _CONCLUSIVE:
                    covered, begun = verdict.end, verdict.start
            else:
                found += verdict
                if verdict:
                    first = verdict[0]
                    since, named = (end if first.start - end < _RIGHT_BEHIND else first.start), first.end
        return found, kept

    def settle(self, _found: list[Found], _text: bytes, _own: Callable[[bytes], bool]) -> list[Found] | None:
        """Nothing: `Actions.settled` looks closer at all findings."""
        return None

    def splice(
        self,
        text: bytes,
        found: list[Found],
        _known: Mapping[Kind, Known],
        replacement: Callable[[Found, bytes], bytes],
        counts: dict[str, int],
    ) -> tuple[Spliced, bytes]:
        """A text that is read as it is with its replacements; kinds are counted where something changes."""
        rows = ((one, one.start, one.end, replacement(one, text[one.start : one.end])) for one in found)
        return _spliced(text, rows, counts)

    def splice_read(
        self,
        raw: bytes,
        read: Fold,
        found: list[Found],
        _known: Mapping[Kind, Known],
        replacement: Callable[[Found, bytes], bytes],
        odd: Callable[[Found, int, int], bytes],
        counts: dict[str, int],
    ) -> tuple[Spliced, bytes]:
        """The same of a text that is read otherwise than it is written: findings lie in what was read.

        `odd` is asked for what a finding becomes that has a quote or a replacement of its own, with its raw bytes' place.
        """

        def row(one: Found) -> tuple[Found, int, int, bytes]:
            start, end = read.raw_span(one.start, one.end)
            plain = one.replacement is None and not one.quote
            return one, start, end, replacement(one, read.text[one.start : one.end]) if plain else odd(one, start, end)

        return _spliced(raw, map(row, found), counts)

    def mask(
        self,
        _texts: list[bytes],
        hits: Grouped,
        over: Mapping[int, object],
        _reads: Mapping[int, Fold],
        _asked: Asked,
        _acts: Acts,
        _outputs: list[bytes],
        _counts: dict[str, int],
    ) -> tuple[list[Changed], list[int]]:
        """Nothing: the engine masks each of the texts with hits by itself, but for those passed over."""
        return [], [index for index in hits if index not in over]

    def written(self, outputs: list[bytes], changed: list[Changed]) -> tuple[list[bytes], list[int]]:
        """The output of each row of what was changed, and the rows of texts that were read otherwise than they are written."""
        return [outputs[one.place] for one in changed], [row for row, one in enumerate(changed) if one.folded]

    def open(self, _outputs: list[bytes], changed: list[Changed], _hits: Grouped, _natives: bytes) -> Sequence[int]:
        """The places of changed texts that have to be looked at more closely: all of them."""
        return range(len(changed))

    def unfold(self, changed: list[Changed], row: int, output: bytes) -> bool:
        """Makes a row of a text that was read otherwise like the rest; not where something is glued to one of the replacements in
        its output. Says whether.
        """
        one = changed[row]
        if not _all_stand_apart(output, one.spliced):
            return False
        changed[row] = one._replace(folded=False)
        return True

    def unsettled(self, hits: Packed, spliced: Spliced, kept: Packed, output: bytes) -> Packed:
        """The hits of an output without those that are settled, however they are judged now.

        A hit in a token that stands for itself found a word in its letters. One right before a replacement is the name of it,
        if nothing is said between the two and the value surely ends where the replacement does. One that a rule kept before
        is kept again, unless something of what it was kept for may have been replaced: it stands close behind a replacement
        that does not surely end a value, or close before one that does not surely begin one.
        """
        left: list[int] = []
        known, rows = frozenset(memoryview(kept).cast("Q")), [*replacements(spliced)]
        place = shift = 0
        near = -1
        for hit in memoryview(hits).cast("Q"):
            end, ident = hit >> IDENT_BITS, hit & _IDENT
            last = end - (ident == BLOCK)
            while place < len(rows) and last > rows[place][2]:
                start, was, stop = rows[place]
                near = -1 if _is_closed(output, start - shift, stop) else stop + _BEHIND
                shift = was - stop
                place += 1
            begin, stop = (rows[place][0] - shift, rows[place][2]) if place < len(rows) else (-1, -1)
            gap = begin - last
            if stop >= 0 and gap < 0:
                settled = ident != DISGUISE and _is_token(output, begin, stop)
            elif stop >= 0 and gap <= _NAME_GAP and not _says(output, last, begin):
                settled = _is_closed(output, begin, stop) and not _goes_on(output, last, begin, stop)
                settled = settled and not _is_block(output, begin, stop)
            elif end > near and end + shift << IDENT_BITS | ident in known:
                settled = stop < 0 or gap > _AHEAD or _is_opened(output, last, begin, stop)
            else:
                settled = False
            if not settled:
                left.append(hit)
        return array("Q", left).tobytes()

    def any_below(self, hits: Packed, ident: int) -> bool:
        """Whether a hit has a lower identifier."""
        return any(hit & _IDENT < ident for hit in memoryview(hits).cast("Q"))

    def is_json(self, text: bytes) -> bool:
        """Whether a text is JSON."""
        return is_json(text)


def veiled(output: bytes, spliced: Spliced) -> bytes:
    """An output for the scan, of the same length: of each token that stands for itself no more than `tok_` is left, and its
    letters make no words. What reaches over a whole token reaches over this as well.
    """
    veil, shift = bytearray(output), 0
    for start, end, stop in replacements(spliced):
        begin, shift = start - shift, end - stop
        if _is_token(output, begin, stop):
            quoted = output[begin] == _QUOTE
            veil[begin + 4 + quoted : stop - quoted] = b"_" * (stop - begin - 4 - 2 * quoted)
    return bytes(veil)


def _is_token(output: bytes, begin: int, stop: int) -> bool:
    """Whether a replacement is a token that nothing is glued to, in the quotes that a number got or without."""
    if stop - begin > 2 and output[begin] == output[stop - 1] == _QUOTE:
        begin, stop = begin + 1, stop - 1
    if not _HEAD.match(output, begin, stop):
        return False
    return output[max(0, begin - 1) : begin] in _BEGINS and output[stop : stop + 1] in _ENDS


def _is_closed(output: bytes, begin: int, stop: int) -> bool:
    """Whether a value surely ends where a replacement does, so that what follows belongs to no value that began before it."""
    sign, behind = output[stop : stop + 1], output[stop + 1 : stop + 2]
    if sign in _QUOTES:
        return not sign or not behind.isalnum()
    if sign in _CLOSE_TOKENS:
        return _is_token(output, begin, stop)
    if sign == b"\\":
        return output[stop : stop + _ESCAPES_MAX].lstrip(b"\\")[:1] in _ESCAPED
    return sign in _CLOSES


def _goes_on(output: bytes, last: int, begin: int, stop: int) -> bool:
    """Whether what begins behind a name goes on behind a replacement: a string with a space, a list with a comma."""
    sign = output[stop : stop + 1]
    if sign == b",":
        return b"[" in output[max(0, last) : begin] and output[stop - 1] != _QUOTE
    return sign == b" " and _is_within(output, last, begin)


def _is_block(output: bytes, begin: int, stop: int) -> bool:
    """Whether a replacement is a block that was closed again: what is in it may be kept or found by another name."""
    block = output[begin:stop]
    return len(block) >= _BLOCK_MIN and not block.startswith(b"tok_") and not block.translate(None, _BASE64)


def _is_opened(output: bytes, last: int, begin: int, stop: int) -> bool:
    """Whether a value surely begins where a replacement does, so that it belongs to none that begins behind a name before."""
    sign = output[begin - 1 : begin]
    return sign in _QUOTES or (
        sign in _OPENS and _is_token(output, begin, stop) and not _is_within(output, last, begin)
    )


def _is_within(output: bytes, start: int, stop: int) -> bool:
    """Whether a string begins between two places and does not end there."""
    return output.count(b'"', max(0, start), stop) % 2 == 1


def _says(output: bytes, start: int, stop: int) -> bool:
    """Whether a letter or a digit stands between two places, but for the scheme of a token."""
    between = output[max(0, start) : stop].removesuffix(_SCHEME)
    return not between.isascii() or any(chr(byte).isalnum() for byte in between)


def _all_stand_apart(output: bytes, spliced: Spliced) -> bool:
    """Whether nothing is glued to any of the replacements in an output, on either side."""
    shift = 0
    for start, end, stop in replacements(spliced):
        begin, shift = start - shift, end - stop
        if output[max(0, begin - 1) : begin] not in _BEGINS or output[stop : stop + 1] not in _ENDS:
            return False
    return True


def _spliced(
    raw: bytes, rows: Iterable[tuple[Found, int, int, bytes]], counts: dict[str, int]
) -> tuple[Spliced, bytes]:
    """Raw bytes with replacements, given each finding's place in them and what comes there."""
    pieces: list[bytes] = []
    spliced: list[tuple[int, int, int]] = []
    mark = size = 0
    for one, begin, end, new in rows:
        # An escape that two findings share is the first one's.
        start = max(begin, mark)
        if new == raw[start:end]:
            continue
        pieces += raw[mark:start], new
        size += start - mark + len(new)
        spliced.append((start, end, size))
        mark = end
        for kind in one.inner or (one.kind,):
            counts[kind] = counts.get(kind, 0) + 1
    return spliced_at(spliced), b"".join((*pieces, raw[mark:]))
