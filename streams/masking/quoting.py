"""The quotes of a string as they stand in raw bytes."""

import re
from typing import Final

__all__ = ["number_quote", "raw_quote"]

_QUOTE: Final = re.compile(
    rb"((?:\\*|(?:%(?:25)*5[Cc])*)(?:[\"']|%(?:25)*2[27]|&quot;|&#34;|\\+u002[27]|\\+x2[27]))(?:\s|%20|\+){0,4}(?:[:=]|%(?:25)*3[AaDd])(?:\s|%20|\+){0,4}\Z"
)


def raw_quote(raw: bytes, start: int, otherwise: bytes) -> bytes:
    """The quote that closes the key before a value, written as it is written there; `otherwise` where none is seen."""
    match = _QUOTE.search(raw[max(0, start - 48) : start])
    return match[1] if match else otherwise


#: How far back the key of an array of numbers is looked for, in bytes.
_ARRAY_MAX: Final = 256
_NUMBER: Final = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?\Z")
_BARE: Final = re.compile(rb"(\\*[\"'])[ \t\r\n]{0,4}:[ \t\r\n]{0,4}(?:\[[\[\s0-9.,eE+\-]*)?\Z")
_BEHIND: Final = re.compile(rb"\s{0,4}(?:[,}\]]|\Z)")


def number_quote(data: bytes, start: int, end: int) -> bytes:
    """The quote that a token needs where a span is a bare number of JSON (`"id": 42`, `"ids": [42]`), else nothing."""
    if data[start - 1 : start] not in (b":", b" ", b"[", b",", b"\t", b"\n") or not _NUMBER.match(data[start:end]):
        return b""
    key = _BARE.search(data[max(0, start - _ARRAY_MAX) : start])
    return key[1] if key and _BEHIND.match(data, end) else b""
