r"""Undoing what is written character by character: `\u0040`, `%40`, `&#64;`, `=40`, full width, zero width.

A fold is the same text as somebody reads it, with a way back: every byte of it knows the raw bytes that it stands for.
Layers are undone until nothing changes (`%2540`, `\\u0040`), so detectors never see an escape, and what is found is
replaced in the raw bytes. JSON's `\"`, `\\` and `\n` are no disguise and stay, since they carry the nesting of strings.
"""

import html.entities
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Final, NamedTuple, cast

__all__ = ["Fold", "fold", "fold_anchors", "fold_by_expressions"]

#: Rounds of undoing; what is wrapped deeper than this, nobody reads. Most texts take two.
_ROUNDS: Final = 32

#: The backslashes of a quote that was written as `%22` or `&quot;`: one string of JSON deeper than any quote of the text, so
#: that it is never taken for the end of the string that it stands in.
_LEVELS: Final = tuple(b"\\" * count for count in (0, 1, 3, 7, 15, 31))

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
        r"&(?:#x?[0-9a-f]{1,7}|[a-z]{2,8});",
        r"[a-z0-9._\-]=(?:40|2e|3d)[a-z*\"']",
        r"=(?-i:3D)[ (>\[{]",
        r"=(?:\r?\n|(?:\\{1,7}r)?\\{1,7}n)[^\s]",
        r"(?:=[89a-f][0-9a-f]){2}",
        r"=(?:3d|20|40)[^\s]{1,60}=(?-i:20|2E|3D|3F|40|5F)",
        r"\\[=:]",
        r"[=:()\[{,>] ?\\{0,15}(?:(?:\"\"){1,4}|(?:''){1,4}|\"\\{1,15}\"|'\\{1,15}')(?:[a-z0-9+{\[(<$_@*\-]|\\{1,15}[\"'])",
        r"[a-z0-9_]\\{0,15}(?:(?:\"\"){1,4}|(?:''){1,4}|\"\\{1,15}\"|'\\{1,15}')[ ]?[:=][^:=]",
        r"\x1b\[",
        r"\\(?:e|033)\[",
        *_prefixes(),
    )


def _hexadecimal(group: bytes, raw: bytes, slashes: bytes) -> bytes | None:
    plain = _character(int(group, 16), raw, slashes)
    return plain if plain is None or plain[:1] == b"\\" else _before_escape(raw) + plain


def _before_escape(raw: bytes) -> bytes:
    """The backslashes before an escape that are characters of the string: an even number before the escape's own.

    JSON in strings of JSON has two, four, eight ... of them before the letter of one escape.
    """
    own = len(raw) - len(raw.lstrip(b"\\"))
    return b"\\" * (own - 1) if own % 2 else b""


def _pair(group: bytes, raw: bytes, _: bytes) -> bytes | None:
    """Two halves of one character in UTF-16, as JSON writes what lies beyond the first 65 536 (RFC 8259, 7)."""
    high, low = int(group[:4], 16), int(group[-4:], 16)
    return _before_escape(raw) + _read_as(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def _decimal(group: bytes, raw: bytes, slashes: bytes) -> bytes | None:
    return _character(int(group), raw, slashes)


def _entity(group: bytes, _: bytes, slashes: bytes) -> bytes | None:
    name = html.entities.html5.get(group.decode() + ";")
    return slashes + b'"' if name == '"' else name.encode() if name else None


def _slash(_: bytes, raw: bytes, __: bytes) -> bytes:
    return _before_escape(raw) + b"/"


def _same(group: bytes, _: bytes, __: bytes) -> bytes:
    return group


def _half(group: bytes, _: bytes, __: bytes) -> bytes:
    """Doubled quotes as single ones, one string of JSON deeper: they stand in the string that the same sign delimits."""
    quotes = len(group) - len(group.rstrip(b"\"'"))
    slashes = len(group) - len(group.lstrip(b"\\"))
    return (b"\\" * (2 * slashes + 1) + group[-1:]) * max(quotes // 2, 1)


def _backslash(_: bytes, __: bytes, slashes: bytes) -> bytes:
    """A backslash before a quote that is escaped as that one is."""
    return slashes + b"\\"


def _nothing(_: bytes, __: bytes, ___: bytes) -> bytes:
    return b""


def _look_alike(group: bytes, _: bytes, slashes: bytes) -> bytes | None:
    plain = _characters().get(group)
    return slashes + plain if plain == b'"' else plain


def _character(code: int, raw: bytes, slashes: bytes) -> bytes | None:
    r"""What a code point written as an escape reads as; an escaped quote or backslash stays escaped as JSON writes it."""
    if raw[:1] == b"\\" and code in (0x22, 0x5C):
        own = raw[: len(raw) - len(raw.lstrip(b"\\"))]
        return own + (b'"' if code == 0x22 else own)
    if code == 0x22:
        return slashes + b'"'
    if raw[:1] in (b"%", b"=") or (raw.lstrip(b"\\")[:1] == b"x" and code >= 0x80):
        return bytes((code,)) if code else b""
    if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return None
    if code < 0x20 and code not in (0x09, 0x0A, 0x0D, 0x1B):
        return b""
    return _read_as(code)


def _read_as(code: int) -> bytes:
    plain = chr(code).encode()
    return _characters().get(plain, plain)


#: Quoted-printable (RFC 2045, 6.7: hex digits are upper case) of an address's signs. What follows has to be a domain, a
#: word or a quote: `user_id=40bc2e59` and `session=3dd38bfc` are assignments.
_QUOTED_PRINTABLE: Final = (
    rb"(?<=[A-Za-z0-9._\-])=(?:"
    rb"(?=40(?:[*\"']|[A-Za-z][A-Za-z0-9\-]{0,62}(?:\.|=2E)[A-Za-z]))"
    rb"|(?=2E(?:[*\"']|[A-Za-z][A-Za-z0-9\-]{0,62}(?![A-Za-z0-9_\-])))(?!2E[0-9A-Fa-f]{6})"
    rb"|(?=3D[A-Za-z*\"'])(?!3D[0-9A-Fa-f]{6})"
    rb")(40|2E|3D)"
)

#: A soft line break of quoted-printable text (RFC 2045, 6.7) where lines are as long as its lines are, and as plain; base64
#: of a header that happens to be as long ends before the next header.
_SOFT_BREAK: Final = rb"(?<=[\t\x20-\x7e]{60})(?:(?<![A-Za-z0-9+/=_\-]{20})|(?:(?<=\n.{75})|(?<=\A.{75}))(?!=\r?\n[A-Za-z][A-Za-z0-9\-]{1,40}: ))(=\r?\n)"
#: Any, in a text that is quoted-printable all over.
_ANY_BREAK: Final = rb"(=(?:\r?\n|\\{1,7}r\\{1,7}n|\\{1,7}n))"

#: What is undone, and how: each expression has one group. Colours first: their `\u001b` is an escape of its own.
_UNITS: Final = (
    (
        rb"((?:\x1b|(?<!\\)\\++(?:e|033|u001[bB]|x1[bB]))\[[0-9;?]{0,16}[A-Za-z]|\x1b(?![\[\\%&]|\xef\xbc\xbb))",
        _nothing,
    ),  # ANSI colours, ECMA-48
    (rb"(?<!\\)\\++u([dD][89abAB][0-9a-fA-F]{2}\\++u[dD][c-fC-F][0-9a-fA-F]{2})", _pair),  # the same, two of them
    (rb"(?<!\\)\\++u([0-9a-fA-F]{4})", _hexadecimal),  # JSON, Java, JavaScript
    (rb"(?<!\\)\\++u\{([0-9a-fA-F]{1,6})\}", _hexadecimal),  # ECMAScript 2015
    (rb"(?<!\\)\\++U([0-9a-fA-F]{8})", _hexadecimal),  # Python
    (rb"(?<!\\)\\++x([0-9a-fA-F]{2})", _hexadecimal),  # C, Python, nginx
    (rb"(%5[cC])(?=(?:%5[cC])*%22)", _backslash),
    (rb"%([0-9a-fA-F]{2})", _hexadecimal),  # RFC 3986
    (rb"&#[xX]([0-9a-fA-F]{1,6});", _hexadecimal),  # HTML
    (rb"&#([0-9]{1,7});", _decimal),
    (rb"&([A-Za-z]{2,8});", _entity),
    (_QUOTED_PRINTABLE, _hexadecimal),
    (rb"(?<=[A-Za-z0-9._\-\"')\] ])=(3D)(?=[ (>\[{])", _hexadecimal),
    (_SOFT_BREAK, _nothing),
    (rb"((?<!\\)\\++/)", _slash),  # JSON's optional escape
    (rb"(?<!\\)\\++([=:])", _same),  # ArcSight's CEF, Java's properties
    (rb"([\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})", _look_alike),
)
#: What is undone besides in a text that is quoted-printable all over.
_PRINTABLE: Final = (
    (rb"=(0[9AD]|2[0E]|3[DF]|40|5F|[89A-F][0-9A-F])", _hexadecimal),
    (_ANY_BREAK, _nothing),
)
#: A quote that is doubled in quotes (RFC 4180, SQL), and as it is when all of that is escaped.
_TWICE: Final = (
    rb"\\*+(?:(?:\"\")++|(?:'')++)|\\++\"\\\"|\\++'\\'|\\{2,}+\"\\{2}\"|\\{3,}+\"\\{3}\"|\\{3,}+'\\{3}'|\\{7,}+\"\\{7}\"|\\{7,}+'\\{7}'|"
    rb"\\{15,}+\"\\{15}\""
)
_OPENS: Final = (
    rb"(?:(?<=[=:(\[{,>])|(?<=[=:(\[{,>)] ))(" + _TWICE + rb")(?=[A-Za-z0-9+{\[(<$_@*\-\x80-\xfe]|\\++[\"'])"
)
_CLOSES: Final = rb"(?<=[A-Za-z0-9}\])>.!?*_+/\-\x80-\xfe])(" + _TWICE + rb")(?=[ ]?[:=,;}\])>\"'\\]|\s|\Z)"
#: What is undone besides where such a quote opens a string; nothing but an empty string looks like one elsewhere.
_DOUBLED: Final = ((_OPENS, _half), (_CLOSES, _half))
_OPENED: Final = re.compile(_OPENS + rb"|(?<=[A-Za-z0-9_])(?:\"\"|\\++\"\\++\")[ ]?[:=](?![:=])")


#: What an escape reads as, from its group, all of it, and the backslashes that a quote in it gets.
_Handler = Callable[[bytes, bytes, bytes], bytes | None]


class _Table(NamedTuple):
    """One expression for many units, and the bytes that they begin with; group i belongs to handler i - 1."""

    begins: re.Pattern[bytes]
    pattern: re.Pattern[bytes]
    handlers: tuple[_Handler, ...]


def _table(units: Sequence[tuple[bytes, _Handler]], begins: bytes) -> _Table:
    any_of = b"|".join(pattern for pattern, _ in units)
    return _Table(re.compile(begins), re.compile(any_of), tuple(handler for _, handler in units))


@lru_cache(maxsize=4)
def _units(*, printable: bool, doubled: bool) -> _Table:
    units = (*(_PRINTABLE if printable else ()), *(_DOUBLED if doubled else ()), *_UNITS)
    return _table(units, rb"[\\%&=\x1b\xc2-\xf4\"']" if doubled else rb"[\\%&=\x1b\xc2-\xf4]")


@lru_cache(maxsize=2)
def _breaks(*, printable: bool) -> _Table:
    return _table([(_ANY_BREAK if printable else _SOFT_BREAK, _nothing)], rb"=")


#: Every `=` of quoted-printable text begins an escape or ends a line; a bare `=20` is a number somewhere else.
_SIGNS: Final = re.compile(rb"=(?:0[9AD]|2[0E]|3[DF]|40|5F|[89A-F][0-9A-F]|\r?\n|\\{1,7}r\\{1,7}n|\\{1,7}n)?")
_SIGNS_IN_A_ROW: Final = 3


def _is_printable(text: bytes) -> bool:
    """Whether a text holds quoted-printable: several escapes in a row, of signs or of more than one character."""
    row: list[bytes] = []
    for sign in _SIGNS.findall(text):
        row = [*row[1 - _SIGNS_IN_A_ROW :], sign] if len(sign) > 1 else []
        if len(row) == _SIGNS_IN_A_ROW and (len(set(row)) > 1 or row[0] == b"=3D"):
            return True
    return False


def _is_doubled(text: bytes) -> bool:
    """Whether a doubled quote opens a string; none does where no quote stands before a quote or a backslash."""
    told = b'""' in text or b"''" in text or b'"\\' in text or b"'\\" in text
    return told and _OPENED.search(text) is not None


def _deeper(text: bytes) -> bytes:
    """The backslashes of a quote that is deeper than all in a text."""
    for slashes in _LEVELS:
        if slashes + b'"' not in text:
            return slashes
    return _LEVELS[-1]


#: A parameter of a form. Who escapes the first signs (JavaScript's encodeURI does not) escapes a plus as well, so that a
#: bare one is a space; the others tell the same beside a plus, where nothing else is left bare.
_PARAMETER: Final = re.compile(rb"[^\s\"'<>&]++")
_FORM: Final = re.compile(rb"%(?:2[46BbCc]|3[AaBbFf]|40|[89A-Fa-f][0-9A-Fa-f])")
_BESIDE: Final = rb"%(?:2[2789]|3[CcEe]|[57][BbDd]|0[AaDd])"
_PLUS: Final = re.compile(rb"\+" + _BESIDE + rb"|" + _BESIDE + rb"\+|\+%3[Dd](?:\+|%2[27])")
_BARE: Final = re.compile(rb"[:,;@$?]")


def _spaced(text: bytes) -> bytes:
    """The text with the pluses of a form's parameters as spaces (URL Standard, 5); all bytes stay where they are."""
    return _PARAMETER.sub(_parameter, text) if b"+" in text and b"%" in text else text


def _parameter(match: re.Match[bytes]) -> bytes:
    run = match[0]
    # What stood before may have been `&amp;`: its semicolon is not the parameter's.
    bare = _BARE.search(run.removeprefix(b"amp;"))
    if b"+" not in run or not (_FORM.search(run) or (_PLUS.search(run) and not bare)):
        return run
    return run.replace(b"+", b" ")


#: The four lists of a layer, and what undoes a text in C: its reading and its layers, or None where it does not know how.
_Lists = tuple[list[int], list[int], list[int], list[int]]
_Native = Callable[[bytes, Callable[[bytes], bool], bytes], tuple[bytes, list[_Lists]] | None]


class _Layer(NamedTuple):
    """One round of undoing: unit i is `at[i]:stop[i]` of the result and `raw_at[i]:raw_stop[i]` of what was undone."""

    at: list[int]
    stop: list[int]
    raw_at: list[int]
    raw_stop: list[int]

    def start_of(self, position: int) -> int:
        unit = bisect_right(self.at, position) - 1
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


class Fold(NamedTuple):
    """A text with its disguises undone, and the way back to the raw bytes."""

    text: bytes
    layers: tuple[_Layer, ...]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw bytes that a span of the text stands for; an escape that is touched counts whole."""
        for layer in reversed(self.layers):
            start, end = layer.start_of(start), layer.end_of(end)
        return start, end


#: The first byte of a character that is not ASCII.
_LETTERS: Final = 0xC2


def _round(text: bytes, table: _Table, slashes: bytes) -> tuple[bytes, _Layer] | None:
    pieces: list[bytes] = []
    layer = _Layer([], [], [], [])
    at = mark = size = 0
    match_unit, handlers, characters = table.pattern.match, table.handlers, _characters()
    # A class alone is looked for at a tenth of the cost of all alternatives.
    for begin in table.begins.finditer(text):
        start = begin.start()
        if start < at:
            continue
        first = text[start]
        if (
            first >= _LETTERS
            and text[start : start + (2 if first < 0xE0 else 3 if first < 0xF0 else 4)] not in characters
        ):
            continue
        match = match_unit(text, start)
        if match is None:
            continue
        at = match.end()
        unit = match.lastindex or 0
        plain = handlers[unit - 1](match[unit], match[0], slashes)
        if plain is None or plain == match[0]:
            continue
        pieces += (text[mark:start], plain)
        size += start - mark
        layer.at.append(size)
        size += len(plain)
        layer.stop.append(size)
        layer.raw_at.append(start)
        layer.raw_stop.append(at)
        mark = at
    if not layer.at:
        return None
    pieces.append(text[mark:])
    return b"".join(pieces), layer


#: What the rounds in C take and give; those that were built from another source are not used.
_INTERFACE: Final = 1
#: The characters below this are told by a bit of `_bitmap`.
_MAPPED: Final = 0x20000


@lru_cache(maxsize=1)
def _bitmap() -> bytes:
    """A bit for each character that reads as another."""
    bits = bytearray(_MAPPED // 8)
    for char in _characters():
        code = ord(char.decode())
        if code < _MAPPED:
            bits[code >> 3] |= 1 << (code & 7)
    return bytes(bits)


@lru_cache(maxsize=1)
def _native() -> _Native | None:
    """The rounds in C, which undo what is percent-encoded and nothing else; None where they have not been built."""
    try:
        native = import_module("streams.masking._fold")
    except ImportError:
        return None
    return cast("_Native", native.fold) if getattr(native, "INTERFACE", 0) == _INTERFACE else None


def fold(raw: bytes) -> Fold:
    """The text as somebody reads it; the raw bytes themselves where nothing is disguised."""
    native = _native()
    plain = native(raw, _is_doubled, _bitmap()) if native is not None else None
    if plain is not None:
        return Fold(plain[0], tuple(_Layer(*lists) for lists in plain[1]))
    return fold_by_expressions(raw)


def fold_by_expressions(raw: bytes) -> Fold:
    """What `fold` does, defined by expressions."""
    text, layers = raw, []
    printable = b"=" in text and _is_printable(text)
    # Lines are joined first, so that what is broken by them (`%=\n22`) is undone in one round with its like.
    if (b"=\n" in text or b"=\r\n" in text or (printable and b"=\\" in text)) and (
        joined := _round(text, _breaks(printable=printable), b"")
    ):
        text = joined[0]
        layers.append(joined[1])
    for _ in range(_ROUNDS):
        text = _spaced(text)
        units = _units(printable=printable, doubled=_is_doubled(text))
        done = _round(text, units, _deeper(text))
        if done is None:
            break
        text = done[0]
        layers.append(done[1])
        # Told anew: the `=` that `=3D` stood for begins no escape (`iban=3DDE89`).
        printable = b"=" in text and _is_printable(text)
    return Fold(text, tuple(layers))
