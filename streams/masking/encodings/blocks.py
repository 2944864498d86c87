"""What is wrapped as a whole: base64 in both alphabets, hexadecimal, gzip and zlib inside them, UTF-16 between other text.

A block is opened, masked inside and closed again the way it was; only then does it change, and it changes as one span.
"""

import base64
import re
import zlib
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, NamedTuple

from streams.masking.validators import base64_text

__all__ = ["BASE64_SHAPES", "HEX_SHAPES", "NUL_SHAPE", "Block", "base64_blocks", "wide_blocks"]

#: A quad of base64 that stands for three printable ASCII bytes: the first sextet is 8 to 31, the second 2 to 7 and the
#: third 0 or 1 in their low bits. Three quads in a row are chance once in 3 000 positions of random letters.
_QUAD: Final = r"[I-Za-f][C-HS-Xi-nyz0-3][ABEFIJMNQRUVYZcdghkloptwxs014589][A-Za-z0-9+/_\-]"

#: Case-sensitive hyperscan expressions that end behind a run of base64 (RFC 4648, sections 4 and 5).
BASE64_SHAPES: Final = (
    rf"(?:{_QUAD}){{3}}[A-Za-z0-9+/_\-]*(?:={{1,2}}[^=]|[^A-Za-z0-9+/_\-=])",
    # Compressed: gzip's magic (RFC 1952), zlib's header at each of its four levels (RFC 1950).
    r"(?:H4sI|eJ[w-z]|eA[E-H]|eN[o-r]|eF[4-7])[A-Za-z0-9+/_\-]{12,}(?:={1,2}[^=]|[^A-Za-z0-9+/_\-=])",
    # UTF-16 of ASCII in either order: every other byte is a zero.
    r"(?:[A-Za-z0-9+/][AQgw][AB][A-Za-z0-9+/]A[A-H][AEIMQUYcgkosw048]A){2}[A-Za-z0-9+/_\-]*(?:={1,2}[^=]|[^A-Za-z0-9+/_\-=])",
)
NUL_SHAPE: Final = r"\x00"


def _dumped(text: str) -> str:
    """A text in hexadecimal, one byte or two for each character."""
    digits = [f"{ord(char):02x}" for char in text]
    return f"(?:{''.join(digits)}|{'00'.join(digits)})"


#: Signs and words of what is logged as hexadecimal: JSON, XML, URLs, names of fields, domains; and gzip's magic. A run of
#: hexadecimal without one is a hash or an id to a scan, so that numbers alone are not looked for in it.
_DUMPED: Final = (
    '":"', '": "', '":{', '":[', "<?xml", "://", "assword", "ecret", "oken", "mail", "hone", "earer ", "name", "user", "uthoriz",
    ".com", ".org", ".net", "ession", "card", "iban", "eyJ", "ghp_", "AKIA", "-----BEGIN",
)  # fmt: skip
HEX_SHAPES: Final = (rf"(?:{'|'.join(map(_dumped, _DUMPED))}|1f8b08)[0-9a-f]*[^0-9a-f]",)

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
#: What ids and hashes are written with. Text that is these letters and no others in base64 is chance once in 500 000 words
#: of nine small letters, and the rarer the longer.
_HEX: Final = b"0123456789abcdef-"
_QUADS: Final = re.compile(rf"(?:{_QUAD}){{3}}".encode())

#: Decompressed bytes that are looked at; more is no log line but an archive, and is refused by the caller.
_INFLATED_MAX: Final = 1 << 22
#: How often something may be compressed over again.
_COMPRESSED_DEPTH: Final = 4

#: What is inside (`None`: more than is looked at), how to close it, and the name of the encoding.
_Inside = tuple[bytes | None, Callable[[bytes], bytes], str]


@dataclass(frozen=True, slots=True)
class Block:
    """A wrapped run: its span, what is inside, and how to close it again (`None` inside: it cannot be opened safely)."""

    start: int
    end: int
    inside: bytes | None
    close: Callable[[bytes], bytes]
    name: str


def base64_blocks(data: bytes, end: int) -> list[Block]:
    """The readable blocks in the run of base64 or hexadecimal that ends just before a position."""
    stop = end - 1
    if dump := _hex_block(data, stop):
        return [dump]
    bare = stop - _padding(data, stop)
    start = _first_of(data, bare, _ALPHABET)
    run = data[start:bare]
    if not run.translate(None, _HEX):
        return []
    if len(run) <= _LINE_MAX and (lines := _line_of(data, stop)):
        return [lines.block] if lines.hit == stop else []
    whole = _beside_tokens(data, start, stop) if b"tok_" in run else [(start, stop)]
    parts = [part for first, last in whole for part in _pieces(data, first, last)]
    for inside in (_text, _message):
        for spans in (whole, parts):
            if opened := [block for first, last in spans if (block := _open(data, first, last, inside))]:
                return opened
    return []


_LINE_MAX: Final = 130
#: A line of base64 before another one (RFC 2045, 6.8: 76 letters; RFC 7468: 64), and the line end between them, which
#: may be one in a string of JSON.
_PAIR: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9+/\\])|(?<=\\[nrt]))([A-Za-z0-9+/]{16,128})((?:(?:\\{1,31}r)?\\{1,31}n|\r?\n)(?:[ \t]|\\{1,31}t){0,8})(?=([A-Za-z0-9+/]{4,128})=?=?(?![A-Za-z0-9+/=]))"
)
_QUADS_OF: Final = rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})(?![A-Za-z0-9+/=])"
#: What a scan tells of a line by.
_TOLD: Final = re.compile(
    rf"(?:{_QUAD}){{3}}|(?:H4sI|eJ[w-z]|eA[E-H]|eN[o-r]|eF[4-7])[A-Za-z0-9+/]{{12}}".encode()
    + rb"|(?:[A-Za-z0-9+/][AQgw][AB][A-Za-z0-9+/]A[A-H][AEIMQUYcgkosw048]A){2}"
)


class _Lines(NamedTuple):
    """Lines of wrapped base64 as one block, and where the first of them ends of which a scan tells."""

    block: Block
    hit: int


def _line_of(data: bytes, stop: int) -> _Lines | None:
    """The lines that a line belongs to which ends at a position."""
    near = data[stop : stop + 1] in (b"\n", b"\r", b"\\") or _LAST.search(data, max(0, stop - 160), stop)
    if not near:
        return None
    wrapped = _wrapped(data)
    place = bisect_left(wrapped, stop, key=lambda lines: lines.block.end)
    return wrapped[place] if place < len(wrapped) and wrapped[place].block.start < stop else None


#: A line behind another one.
_LAST: Final = re.compile(rb"[A-Za-z0-9+/](?:\\{1,31}n|\n)(?:[ \t]|\\{1,31}t){0,8}[A-Za-z0-9+/]{1,128}={0,2}\Z")


@lru_cache(maxsize=64)
def _lines_of(width: int, end: bytes) -> re.Pattern[bytes]:
    """The full lines of a width behind a line, and a last one that is whole quads."""
    mark = re.escape(end)
    return re.compile(rb"(?:%b[A-Za-z0-9+/]{%d}(?![A-Za-z0-9+/=]))*(%b%b)?" % (mark, width, mark, _QUADS_OF))


#: A text, and the blocks in one another that are opened between two looks at it (`_BLOCK_DEPTH` of engine.py).
_TEXTS_IN_ONE: Final = 6


@lru_cache(maxsize=_TEXTS_IN_ONE)
def _wrapped(data: bytes) -> tuple[_Lines, ...]:
    """All wrapped base64 of a text that can be read as a whole; a value may stand across the ends of its lines."""
    found: list[_Lines] = []
    mark = 0
    while pair := _PAIR.search(data, mark):
        start, stop = pair.span(1)
        width = max(stop - start, len(pair[3]))
        following = _lines_of(width, pair[2]).match(data, stop) if width % 4 == (stop - start) % 4 == 0 else None
        mark = stop
        if following is None or not following[0]:
            continue
        mark = following.end()
        ends = (following.end(), following.start(1)) if following[1] else (following.end(),)
        blocks = (_joined(data, start, stop, last, width, pair[2]) for last in ends if last > stop)
        if (block := next(filter(None, blocks), None)) and (hit := _first_hit(data, block, pair[2])):
            found.append(_Lines(block, hit))
    return tuple(found)


def _joined(data: bytes, start: int, stop: int, last: int, width: int, end: bytes) -> Block | None:
    raw = base64_text(b"".join(data[start:last].split(end)).rstrip(b"="))
    opened = _opened(raw, 0) if raw is not None else None
    if opened is None:
        return None
    inside, close, name = opened
    return Block(start, last, inside, partial(_in_lines, stop - start, width, end, close), name)


def _first_hit(data: bytes, block: Block, end: bytes) -> int:
    """Where the first line ends that a scan tells of (`BASE64_SHAPES`); 0 where none is."""
    mark = block.start
    for line in data[block.start : block.end].split(end):
        if _TOLD.search(line):
            return mark + len(line)
        mark += len(line) + len(end)
    return 0


def _in_lines(first: int, width: int, end: bytes, close: Callable[[bytes], bytes], inside: bytes) -> bytes:
    text = base64.b64encode(close(inside))
    rest = [text[at : at + width] for at in range(first, len(text), width)]
    return end.join([text[:first], *rest])


#: The shortest dump that is opened, in digits.
_DUMP_MIN: Final = 16
_HEX_DIGITS: Final = b"0123456789abcdefABCDEF"


def _first_of(data: bytes, stop: int, letters: bytes) -> int:
    """Where the run of some letters begins that ends at a position."""
    reach = 256
    while True:
        window = data[max(0, stop - reach) : stop]
        rest = len(window.rstrip(letters))
        if rest or reach >= stop:
            return stop - len(window) + rest
        reach *= 8


def _padding(data: bytes, stop: int) -> int:
    """How many signs of padding stand before a position, as far as that matters."""
    window = data[max(0, stop - 256) : stop]
    return len(window) - len(window.rstrip(b"="))


def _hex_block(data: bytes, stop: int) -> Block | None:
    """The text in the run of hexadecimal that ends at a position, which may begin with half a byte or end with one."""
    if stop < _DUMP_MIN or data[stop - _DUMP_MIN : stop].translate(None, _HEX_DIGITS):
        return None
    first = _first_of(data, stop, _HEX_DIGITS)
    for start in (first, first + 1):
        end = stop - (stop - start) % 2
        opened = _opened(bytes.fromhex(data[start:end].decode()), 0)
        if opened:
            inside, close, name = opened
            return Block(start, end, inside, partial(_dump, data[start:end].lower() != data[start:end], close), name)
    return None


def _dump(upper: bool, close: Callable[[bytes], bytes], inside: bytes) -> bytes:
    digits = close(inside).hex()
    return (digits.upper() if upper else digits).encode()


#: A token as far as its letters, all of which are letters of base64 (`streams.masking.tokens`).
_TOKEN: Final = re.compile(rb"tok_[a-z_]{2,16}_[a-z][a-z0-9]{0,7}_[a-p]{20}")


def _beside_tokens(data: bytes, start: int, stop: int) -> list[tuple[int, int]]:
    """The parts of a run that tokens are glued to; with their letters nothing could be read of it any more."""
    found = []
    for token in _TOKEN.finditer(data, start, stop):
        found.append((start, token.start()))
        start = token.end()
    return [(first, last) for first, last in (*found, (start, stop)) if last - first >= 12]


def _pieces(data: bytes, start: int, stop: int) -> list[tuple[int, int]]:
    """The parts of a run between slashes and dashes, which are letters of base64 and separators of paths and names."""
    found = []
    for sign in (b"/", b"-", b"_"):
        mark = start
        if sign not in data[start:stop]:
            continue
        for part in data[start:stop].split(sign):
            if len(part) >= 12:
                found.append((mark, mark + len(part)))
            mark += len(part) + 1
        if any(_QUADS.search(data, first, last) for first, last in found):
            break
    return found


def _open(data: bytes, start: int, stop: int, read: Callable[[bytes], _Inside | None]) -> Block | None:
    """The block in a run at the first alignment at which it can be read."""
    run = data[start:stop]
    for phase in range(4):
        body = run[phase:].rstrip(b"=")
        body = body[: len(body) - 1] if len(body) % 4 == 1 else body
        raw = base64_text(body) if len(body) >= 12 else None
        if raw is None:
            continue
        tail = run[phase + len(body) :]
        if opened := read(raw):
            inside, close, name = opened
            return Block(start + phase, stop, inside, _closer(body, tail, close), name)
    return None


def _closer(body: bytes, tail: bytes, close: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    safe = b"-" in body or b"_" in body or (not tail and len(body) % 4 and b"+" not in body and b"/" not in body)

    def wrap(inside: bytes) -> bytes:
        text = (base64.urlsafe_b64encode if safe else base64.b64encode)(close(inside))
        padded = tail.startswith(b"=") or len(body) % 4 == 0
        return (text if padded else text.rstrip(b"=")) + tail.lstrip(b"=")

    return wrap


def _same(inside: bytes) -> bytes:
    return inside


def _text(raw: bytes) -> _Inside | None:
    """What decoded bytes hold as a whole: text, compressed text, UTF-16; None where nobody could read it."""
    return _opened(raw, 0)


def _message(raw: bytes) -> _Inside | None:
    """The texts in a binary message; only where no alignment makes sense as a whole."""
    return _binary(raw)


def _opened(raw: bytes, depth: int) -> _Inside | None:
    if raw[:2] == b"\x1f\x8b":
        return _compressed(raw, 31, _gzip, "gzip", depth)
    # A text may begin like zlib's header (`x `); it is none where it does not inflate.
    zlib_header = raw[:1] == b"\x78" and len(raw) > 2 and (raw[0] * 256 + raw[1]) % 31 == 0
    if zlib_header and (inflated := _compressed(raw, 15, zlib.compress, "zlib", depth)):
        return inflated
    if len(raw) > 7:
        for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            if raw[first::2].count(0) > len(raw) // 3:
                return raw.decode(name, "replace").encode(), partial(_encoded, name), "utf16"
    return (raw, _same, "base64") if _readable(raw) else None


def _encoded(name: str, text: bytes) -> bytes:
    return text.decode().encode(name)


def _compressed(raw: bytes, window_bits: int, close: Callable[[bytes], bytes], name: str, depth: int) -> _Inside | None:
    """What is compressed, compressed again included; no bytes where it is too much to be looked at."""
    try:
        text = _inflated(raw, window_bits)
    except zlib.error:
        return (None, close, name) if name == "gzip" and _gives_something(raw, window_bits) else None
    if text is None or depth >= _COMPRESSED_DEPTH:
        return None, close, name
    if text[:2] != b"\x1f\x8b" and text[:1] != b"\x78":
        return text, close, name
    deeper = _opened(text, depth + 1) or _binary(text)
    if deeper is None:
        return text, close, name
    inside, again, _ = deeper
    return inside, lambda masked: close(again(masked)), name


#: Runs of text in a message of bytes (Protocol Buffers, SASL) that can hold something personal.
_TEXTS: Final = re.compile(rb"[\x20-\x7e]{6,}")


def _binary(raw: bytes) -> _Inside | None:
    """The texts in a binary message, a line each; what lies between them stays as it is."""
    spans = [match.span() for match in _TEXTS.finditer(raw)]
    if not spans:
        return None

    def close(masked: bytes) -> bytes:
        lines = masked.split(b"\n")
        if len(lines) != len(spans):
            return masked
        pieces: list[bytes] = []
        mark = 0
        for (start, end), line in zip(spans, lines, strict=True):
            pieces += (raw[mark:start], line)
            mark = end
        return b"".join((*pieces, raw[mark:]))

    return b"\n".join(raw[start:end] for start, end in spans), close, "base64"


_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")


def _readable(raw: bytes) -> bool:
    """Whether bytes are text: UTF-8, give or take a character cut at either end, without control characters."""
    # Asked first: it is cheap, and most of what is no text holds one.
    if _CONTROL.search(raw, 0, 4096):
        return False
    for first in range(3):
        try:
            raw[first:].decode()
        except UnicodeDecodeError as error:
            if error.start + first < len(raw) - 3:
                continue
        return True
    return False


def _inflated(raw: bytes, window_bits: int) -> bytes | None:
    """What is inside, all members of it and what follows them; None where that is too much. zlib.error: not compressed."""
    text = b""
    rest = raw
    while rest:
        engine = zlib.decompressobj(window_bits)
        try:
            text += engine.decompress(rest, _INFLATED_MAX - len(text) + 1)
        except zlib.error:
            if rest is raw:
                raise
            return text + rest
        if len(text) > _INFLATED_MAX:
            return None
        rest = engine.unused_data
    return text


#: How many bytes of something compressed are enough for the first that comes out of it: a header and a table of codes.
_GIVES_MAX: Final = 4096


def _gives_something(raw: bytes, window_bits: int) -> bool:
    """Whether anything can be read of what is broken: letters behind gzip's magic are none, for the most part."""
    engine = zlib.decompressobj(window_bits)
    try:
        for at in range(min(len(raw), _GIVES_MAX)):
            if engine.decompress(raw[at : at + 1]):
                return True
    except zlib.error:
        return False
    return True


def _gzip(inside: bytes) -> bytes:
    engine = zlib.compressobj(wbits=31)
    return engine.compress(inside) + engine.flush()


_LITTLE_32: Final = re.compile(rb"(?:[\x09\x0a\x0d\x20-\x7e]\x00{3}){4,}")
_BIG_32: Final = re.compile(rb"(?:\x00{3}[\x09\x0a\x0d\x20-\x7e]){4,}")
_LITTLE: Final = re.compile(rb"(?:[\x09\x0a\x0d\x20-\x7e]\x00){4,}")
_BIG: Final = re.compile(rb"(?:\x00[\x09\x0a\x0d\x20-\x7e]){4,}")


def wide_blocks(data: bytes) -> list[Block]:
    """Runs of UTF-16 and UTF-32 in text that is otherwise UTF-8; a run of the one holds none of the other."""
    return _runs(data, _LITTLE_32, _BIG_32, 4) + _runs(data, _LITTLE, _BIG, 2)


def _runs(data: bytes, little: re.Pattern[bytes], big: re.Pattern[bytes], width: int) -> list[Block]:
    first, other = little.search(data), big.search(data)
    # Shifted by one byte each order looks like the other, but for a character at the end.
    low = other is None or (first is not None and first.start() < other.start())
    pattern, place, name = (little, 0, "le") if low else (big, width - 1, "be")
    close = partial(_encoded, f"utf-{8 * width}-{name}")
    return [Block(m.start(), m.end(), m[0][place::width], close, f"utf{8 * width}") for m in pattern.finditer(data)]
