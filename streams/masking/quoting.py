"""The quotes of a string as they stand in raw bytes."""

import re
from typing import Final

__all__ = ["raw_quote"]

_QUOTE: Final = re.compile(
    rb"((?:\\*|(?:%(?:25)*5[Cc])*)(?:[\"']|%(?:25)*2[27]|&quot;|&#34;|\\+u002[27]|\\+x2[27]))(?:\s|%20|\+){0,4}(?:[:=]|%(?:25)*3[AaDd])(?:\s|%20|\+){0,4}\Z"
)


def raw_quote(raw: bytes, start: int, otherwise: bytes) -> bytes:
    """The quote that closes the key before a value, written as it is written there; `otherwise` where none is seen."""
    match = _QUOTE.search(raw[max(0, start - 48) : start])
    return match[1] if match else otherwise
