"""How quotes and the signs of a block stand in raw bytes."""

import re
from typing import Final

__all__ = ["percent_encoded", "raw_quote"]

_QUOTE: Final = re.compile(
    rb"((?:\\*|(?:%(?:25)*5[Cc])*)(?:[\"']|%(?:25)*2[27]|&quot;|&#34;|\\+u002[27]|\\+x2[27]))(?:\s|%20|\+){0,4}(?:[:=]|%(?:25)*3[AaDd])(?:\s|%20|\+){0,4}\Z"
)


def raw_quote(raw: bytes, start: int, otherwise: bytes) -> bytes:
    """The quote that closes the key before a value, written as it is written there; `otherwise` where none is seen."""
    match = _QUOTE.search(raw[max(0, start - 48) : start])
    return match[1] if match else otherwise


#: A sign of base64 in percent-encoding (RFC 3986), as often encoded as there are `25` in it.
_SIGN: Final = re.compile(rb"%((?:25)*)(?:2[BbFf]|3[Dd])")
_SIGNS: Final = ((b"+", b"2B"), (b"/", b"2F"), (b"=", b"3D"))


def percent_encoded(block: bytes, raw: bytes, start: int, end: int) -> bytes:
    """A run of base64 with its signs written as those of the raw run are that it replaces."""
    sign = _SIGN.search(raw, start, end)
    if sign is None:
        return block
    for plain, code in _SIGNS:
        block = block.replace(plain, b"%" + sign[1] + code)
    return block
