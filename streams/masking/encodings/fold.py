r"""Undoing what is written character by character: `\u0040`, `%40`, `&#64;`, `=40`, full width, zero width.

A fold is the same text as somebody reads it, with a way back: every byte of it knows the raw bytes that it stands for.
Layers are undone until nothing changes (`%2540`, `\\u0040`), so detectors never see an escape, and what is found is
replaced in the raw bytes. JSON's `\"`, `\\` and `\n` are no disguise and stay, since they carry the nesting of strings.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import lru_cache, partial
from importlib import import_module
from typing import Final, NamedTuple

from streams.masking.encodings.units import OPENED, Table, breaks, characters, units

__all__ = ["Fold", "fold", "fold_by_expressions"]

#: Rounds of undoing; what is wrapped deeper than this, nobody reads. Most texts take two.
_ROUNDS: Final = 32

#: The backslashes of a quote that was written as `%22` or `&quot;`: one string of JSON deeper than any quote of the text, so
#: that it is never taken for the end of the string that it stands in.
_LEVELS: Final = tuple(b"\\" * count for count in (0, 1, 3, 7, 15, 31, 63, 127))

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
    return told and OPENED.search(text) is not None


def _is_coloured(text: bytes) -> bool:
    """Whether the escape character of colours is written as programs print it."""
    return b"#033[" in text or b"^[[" in text or b"<ESC>[" in text


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
    return run.replace(b"+", b" ") if b"+" in run and _is_form(run) else run


def _is_form(run: bytes) -> bool:
    if _FORM.search(run):
        return True
    # What stood before may have been `&amp;`: its semicolon is not the parameter's.
    return _PLUS.search(run) is not None and not _BARE.search(run.removeprefix(b"amp;"))


#: One round of undoing: four native 64-bit numbers for each unit, which is `at:stop` of the result and `raw_at:raw_stop` of what
#: was undone. A layer of numbers would be as many objects as a text has escapes.
_Layer = bytes
_AT: Final = slice(0, None, 4)


def _start_of(layer: _Layer, position: int) -> int:
    numbers = memoryview(layer).cast("q")
    unit = bisect_right(numbers[_AT], position) - 1
    if unit < 0:
        return position
    _, stop, raw_at, raw_stop = numbers[4 * unit : 4 * unit + 4]
    return raw_at if position < stop else raw_stop + position - stop


def _end_of(layer: _Layer, position: int) -> int:
    numbers = memoryview(layer).cast("q")
    unit = bisect_left(numbers[_AT], position) - 1
    if unit < 0:
        return position
    _, stop, _, raw_stop = numbers[4 * unit : 4 * unit + 4]
    return raw_stop if position <= stop else raw_stop + position - stop


class Fold(NamedTuple):
    """A text with its disguises undone, and the way back to the raw bytes."""

    text: bytes
    layers: tuple[_Layer, ...]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw bytes that a span of the text stands for; an escape that is touched counts whole."""
        for layer in reversed(self.layers):
            start, end = _start_of(layer, start), _end_of(layer, end)
        return start, end


#: The first byte of a character that is not ASCII.
_LETTERS: Final = 0xC2


def _round(text: bytes, table: Table, slashes: bytes) -> tuple[bytes, _Layer] | None:
    pieces: list[bytes] = []
    layer = array("q")
    at = mark = size = 0
    match_unit, handlers, known = table.pattern.match, table.handlers, characters()
    # A class alone is looked for at a tenth of the cost of all alternatives.
    for begin in table.begins.finditer(text):
        start = begin.start()
        if start < at:
            continue
        first = text[start]
        if first >= _LETTERS and text[start : start + (2 if first < 0xE0 else 3 if first < 0xF0 else 4)] not in known:
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
        layer.extend((size, size + len(plain), start, at))
        size += len(plain)
        mark = at
    if not layer:
        return None
    pieces.append(text[mark:])
    return b"".join(pieces), layer.tobytes()


#: What the rounds in C take and give; those that were built from another source are not used.
_INTERFACE: Final = 6
#: The characters below this are told by a bit of `_bitmap`.
_MAPPED: Final = 0x20000


@lru_cache(maxsize=1)
def _bitmap() -> bytes:
    """A bit for each character that reads as another."""
    bits = bytearray(_MAPPED // 8)
    for char in characters():
        code = ord(char.decode())
        if code < _MAPPED:
            bits[code >> 3] |= 1 << (code & 7)
    return bytes(bits)


@lru_cache(maxsize=1)
def _native() -> Callable[[bytes], Fold | None]:
    """The rounds in C, which undo what is percent-encoded and nothing else: None of all else, and where they have not been built."""
    try:
        native = import_module("streams.masking._fold")
    except ImportError:
        return lambda _raw: None
    if getattr(native, "INTERFACE", 0) != _INTERFACE:
        return lambda _raw: None
    return partial(native.fold, Fold, _is_doubled, _bitmap())


def fold(raw: bytes) -> Fold:
    """The text as somebody reads it; the raw bytes themselves where nothing is disguised."""
    return _native()(raw) or fold_by_expressions(raw)


def fold_by_expressions(raw: bytes) -> Fold:
    """What `fold` does, defined by expressions."""
    text, layers = raw, []
    printable = b"=" in text and _is_printable(text)
    # Lines are joined first, so that what is broken by them (`%=\n22`) is undone in one round with its like.
    if (b"=\n" in text or b"=\r\n" in text or (printable and b"=\\" in text)) and (
        joined := _round(text, breaks(printable=printable), b"")
    ):
        text = joined[0]
        layers.append(joined[1])
    doubled = False
    for _ in range(_ROUNDS):
        text = _spaced(text)
        # What a doubled quote opened may be closed by one that is seen only now (`''id''&colon;`).
        doubled = doubled or _is_doubled(text)
        table = units(printable=printable, doubled=doubled, coloured=_is_coloured(text))
        done = _round(text, table, _deeper(text))
        if done is None:
            break
        text = done[0]
        layers.append(done[1])
        # Told anew: the `=` that `=3D` stood for begins no escape (`iban=3DDE89`).
        printable = b"=" in text and _is_printable(text)
    return Fold(text, tuple(layers))
