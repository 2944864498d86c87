r"""Undoing what is written character by character: `\u0040`, `%40`, `&#64;`, `=40`, full width, zero width.

A fold is the same text as somebody reads it, with a way back: every byte of it knows the raw bytes that it stands for.
Layers are undone until nothing changes (`%2540`, `\\u0040`), so detectors never see an escape, and what is found is
replaced in the raw bytes. JSON's `\"`, `\\` and `\n` are no disguise and stay, since they carry the nesting of strings.
"""

import html.entities
import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

__all__ = ["Fold", "fold", "fold_anchors"]

#: Rounds of undoing; what is wrapped deeper than this, nobody reads. Most texts take two.
_ROUNDS: Final = 32

#: Ranges that hold characters which NFKC turns into ASCII, decimal digits, invisible characters and odd spaces.
_RANGES: Final = (
    (0xA0, 0x3100),
    (0xA620, 0xAC00),
    (0xFB00, 0x10000),
    (0x104A0, 0x11E00),
    (0x1D400, 0x1D800),
    (0x1E100, 0x1FC00),
    (0xE0000, 0xE0200),
)


def _plain(char: str) -> str | None:
    """The ASCII that a reader takes a character for; None where it is just itself."""
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category in ("Cf", "Mn") and (category == "Cf" or 0xFE00 <= ord(char) <= 0xFE0F):
        return ""
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if category == "Pd":
        return "-"
    form = unicodedata.normalize("NFKC", char)
    return form if form != char and form.isascii() and form.isprintable() and not form.startswith(" ") else None


@lru_cache(maxsize=1)
def _characters() -> dict[bytes, bytes]:
    found = {}
    for low, high in _RANGES:
        for code in range(low, high):
            if not 0xD800 <= code < 0xE000 and (plain := _plain(chr(code))) is not None:
                found[chr(code).encode()] = plain.encode()
    return found


def _prefixes() -> list[str]:
    """The characters above in UTF-8, as one hyperscan expression for each sequence of first bytes."""
    heads = sorted({char[:-1] for char in _characters()})
    lasts = {head: sorted({char[-1] for char in _characters() if char[:-1] == head}) for head in heads}
    return [
        "".join(f"\\x{byte:02x}" for byte in head) + f"[\\x{lasts[head][0]:02x}-\\x{lasts[head][-1]:02x}]"
        for head in heads
    ]


@lru_cache(maxsize=1)
def fold_anchors() -> tuple[str, ...]:
    """Hyperscan expressions; where one of them stands, a record is folded before detectors look at it."""
    return (
        r"\\u\{?[0-9a-f]{2}",
        r"\\U[0-9a-f]{8}",
        r"\\x[0-9a-f]{2}",
        r"\\/",
        r"%[0-9a-f]{2}",
        r"&(?:#x?[0-9a-f]{2,6}|[a-z]{2,8});",
        r"[a-z0-9._\-]=(?:40|2e|3d)[a-z]",
        r"=\r?\n[^\s]",
        r"\x1b\[",
        r"\\(?:e|033)\[",
        *_prefixes(),
    )


def _hexadecimal(group: bytes, raw: bytes) -> bytes | None:
    return _character(int(group, 16), raw)


def _decimal(group: bytes, raw: bytes) -> bytes | None:
    return _character(int(group), raw)


def _entity(group: bytes, _: bytes) -> bytes | None:
    name = html.entities.html5.get(group.decode() + ";")
    return name.encode() if name else None


def _slash(_: bytes, __: bytes) -> bytes:
    return b"/"


def _nothing(_: bytes, __: bytes) -> bytes:
    return b""


def _look_alike(group: bytes, _: bytes) -> bytes | None:
    return _characters().get(group)


def _character(code: int, raw: bytes) -> bytes | None:
    r"""What a code point written as an escape reads as; an escaped quote or backslash stays escaped as JSON writes it."""
    if raw[:1] == b"\\" and code in (0x22, 0x5C):
        slashes = raw[: len(raw) - len(raw.lstrip(b"\\"))]
        return slashes + (b'"' if code == 0x22 else slashes)
    if raw[:1] == b"%" or (raw.lstrip(b"\\")[:1] == b"x" and code >= 0x80):
        return bytes((code,)) if code else b""
    if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return None
    if code < 0x20 and code not in (0x09, 0x0A, 0x0D, 0x1B):
        return b""
    plain = chr(code).encode()
    return _characters().get(plain, plain)


#: What is undone, and how: each expression has one group.
_UNITS: Final = (
    (rb"(?<!\\)\\++u([0-9a-fA-F]{4})", _hexadecimal),  # JSON, Java, JavaScript
    (rb"(?<!\\)\\++u\{([0-9a-fA-F]{1,6})\}", _hexadecimal),  # ECMAScript 2015
    (rb"(?<!\\)\\++U([0-9a-fA-F]{8})", _hexadecimal),  # Python
    (rb"(?<!\\)\\++x([0-9a-fA-F]{2})", _hexadecimal),  # C, Python, nginx
    (rb"%([0-9a-fA-F]{2})", _hexadecimal),  # RFC 3986
    (rb"&#[xX]([0-9a-fA-F]{2,6});", _hexadecimal),  # HTML
    (rb"&#([0-9]{2,7});", _decimal),
    (rb"&([A-Za-z]{2,8});", _entity),
    (rb"(?<=[A-Za-z0-9._\-])=(40|2[Ee]|3[Dd])(?=[A-Za-z])", _hexadecimal),  # quoted-printable, RFC 2045
    (rb"(?<=[^\r\n]{60})(=\r?\n)", _nothing),  # its soft line break, at the end of a full line
    (rb"((?<!\\)\\++/)", _slash),  # JSON's optional escape
    (
        rb"((?:\x1b|(?<!\\)\\++(?:e|033|u001[bB]|x1[bB]))\[[0-9;?]{0,16}[A-Za-z]|\x1b(?![\[\\%&]))",
        _nothing,
    ),  # ANSI colours, ECMA-48
    (rb"([\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})", _look_alike),
)
# Colours first: their `\u001b` is an escape of its own.
_ORDER: Final = (_UNITS[11], *_UNITS[:11], _UNITS[12])
# The look-ahead spares most positions all the alternatives.
_PATTERN: Final = re.compile(rb"(?=[\\%&=\x1b\xc2-\xf4])(?:" + b"|".join(pattern for pattern, _ in _ORDER) + rb")")


@dataclass(frozen=True, slots=True)
class _Layer:
    """One round of undoing: unit i is `at[i]:stop[i]` of the result and `raw_at[i]:raw_stop[i]` of what was undone."""

    at: list[int]
    stop: list[int]
    raw_at: list[int]
    raw_stop: list[int]

    def start_of(self, position: int) -> int:
        unit = bisect_right(self.at, position) - 1
        while unit >= 0 and self.stop[unit] == self.at[unit] == position and unit and self.at[unit - 1] == position:
            unit -= 1
        if unit < 0:
            return position
        if position < self.stop[unit]:
            return self.raw_at[unit]
        return self.raw_stop[unit] + position - self.stop[unit]

    def end_of(self, position: int) -> int:
        unit = bisect_left(self.at, position) - 1
        if unit < 0:
            return position
        if position <= self.stop[unit]:
            return self.raw_stop[unit]
        return self.raw_stop[unit] + position - self.stop[unit]


@dataclass(frozen=True, slots=True)
class Fold:
    """A text with its disguises undone, and the way back to the raw bytes."""

    text: bytes
    layers: tuple[_Layer, ...]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw bytes that a span of the text stands for; an escape that is touched counts whole."""
        for layer in reversed(self.layers):
            start, end = layer.start_of(start), layer.end_of(end)
        return start, end


def _round(text: bytes) -> tuple[bytes, _Layer] | None:
    pieces: list[bytes] = []
    layer = _Layer([], [], [], [])
    mark = size = 0
    for match in _PATTERN.finditer(text):
        unit = match.lastindex or 0
        plain = _ORDER[unit - 1][1](match[unit], match[0])
        if plain is None or plain == match[0]:
            continue
        start, stop = match.span()
        pieces += (text[mark:start], plain)
        size += start - mark
        layer.at.append(size)
        size += len(plain)
        layer.stop.append(size)
        layer.raw_at.append(start)
        layer.raw_stop.append(stop)
        mark = stop
    if not layer.at:
        return None
    pieces.append(text[mark:])
    return b"".join(pieces), layer


def fold(raw: bytes) -> Fold:
    """The text as somebody reads it; the raw bytes themselves where nothing is disguised."""
    text, layers = raw, []
    for _ in range(_ROUNDS):
        done = _round(text)
        if done is None:
            break
        text = done[0]
        layers.append(done[1])
    return Fold(text, tuple(layers))
