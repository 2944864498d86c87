"""Whole texts that are not UTF-8, and how deep a text is nested."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

__all__ = ["Wide", "depth", "utf16"]

#: Printable ASCII in a row, as no text in UTF-16 has it but by chance.
_READABLE: Final = re.compile(rb"[\x20-\x7e]{4}")

_BOMS: Final = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Wide:
    """A text of another encoding in UTF-8, and the way back."""

    inside: bytes
    close: Callable[[bytes], bytes]


def utf16(text: bytes) -> Wide | None:
    """The text if it is UTF-16, told by its byte order mark or by the zeros of its ASCII characters."""
    for mark, name in _BOMS:
        if text.startswith(mark):
            return _decoded(text, mark, name)
    if len(text) % 2 == 0 and text[1::2].count(0) * 3 > len(text):
        return _decoded(text, b"", "utf-16-le")
    if len(text) % 2 == 0 and text[::2].count(0) * 3 > len(text):
        return _decoded(text, b"", "utf-16-be")
    return None


def _decoded(text: bytes, mark: bytes, name: str) -> Wide | None:
    # Whoever reads it as ASCII must not find more than whoever reads it as UTF-16 does.
    if _READABLE.search(text, len(mark)):
        return None
    try:
        inside = text[len(mark) :].decode(name).encode()
    except UnicodeError:
        return None
    return Wide(inside, lambda masked: mark + masked.decode().encode(name))


_SIGNS: Final = re.compile(rb"\"(?:[^\"\\]|\\.)*+\"?|[{\[]|[}\]]", re.DOTALL)


def depth(text: bytes) -> int:
    """The deepest nesting of brackets outside strings."""
    level = deepest = 0
    for sign in _SIGNS.finditer(text):
        byte = text[sign.start()]
        if byte in b"{[":
            level += 1
            deepest = max(deepest, level)
        elif byte in b"}]":
            level -= 1
    return deepest
